// SPDX-License-Identifier: Apache-2.0
// A model on disk under everything that can happen to it: damage and kills (a full disk: full_disk_test.cpp).
#include "lib/training/model_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>

#include "lib/loop/generation_list.hpp"
#include "lib/training/model_fake.hpp"

namespace understudy {
namespace {

const char* const kinds[] = {"truncated", "emptied", "zeroed",    "zeroed in part",  "one bit flipped",
                             "removed",   "longer",  "scrambled", "of another model"};

// Damages one file in one way.
void damage(const fs::path& path, std::size_t kind, const fs::path& other_model, std::mt19937& chance) {
  auto bytes = *read_text(path);
  auto at = [&] { return std::uniform_int_distribution<std::size_t>(0, bytes.size() - 1)(chance); };
  switch (kind) {
    case 0:
      bytes.resize(at());
      break;
    case 1:
      bytes.clear();
      break;
    case 2:
      bytes.assign(bytes.size(), '\0');
      break;
    case 3: {
      const auto from = at();
      bytes.replace(from, std::min<std::size_t>(4096, bytes.size() - from),
                    std::min<std::size_t>(4096, bytes.size() - from), '\0');
      break;
    }
    case 4: {
      const auto where = at();
      bytes[where] = static_cast<char>(bytes[where] ^ (1 << (chance() % 8)));
      break;
    }
    case 5:
      fs::remove(path);
      return;
    case 6:
      bytes += bytes.substr(0, at()) + "x";
      break;
    case 7:
      for (auto& c : bytes) c = static_cast<char>(chance());
      break;
    default: {
      const auto theirs = other_model / path.filename();
      ASSERT_TRUE(fs::exists(theirs)) << theirs;
      bytes = *read_text(theirs);
    }
  }
  spit(path, bytes);
}

// Which generation a file belongs to: 0 for none.
std::int64_t generation_of(const fs::path& file) {
  if (file.extension() != ".safetensors") return 0;
  const auto stem = file.stem().string();
  return std::stoll(stem.substr(stem.rfind('-') + 1));
}

class Damaged : public testing::Test {
 protected:
  void SetUp() override {
    auto model = *ModelFolder::create(scratch_.path / "whole", described());
    for (int i = 1; i <= 3; ++i) ASSERT_TRUE(model.save(made(i)));
    auto other = described();
    other.saehd.archi = "liae";
    auto second = *ModelFolder::create(scratch_.path / "other", other);
    for (int i = 1; i <= 3; ++i) {
      auto g = made(i);
      g.weights[0].tensor.add_(1000);
      ASSERT_TRUE(second.save(g));
    }
  }
  fs::path fresh() {
    const auto path = scratch_.path / "m";
    fs::remove_all(path);
    fs::copy(scratch_.path / "whole", path);
    return path;
  }
  // What a run that starts now would get: a generation that is exactly as saved, or an error.
  Result<std::int64_t> resumed(const fs::path& path, std::vector<std::string>& warnings) {
    TRY(const auto folder, ModelFolder::open(path));
    TRY(const auto loaded, folder.load(true, warnings));
    if (!loaded) return 0;
    EXPECT_TRUE(is_as_made(*loaded)) << "a wrong generation was loaded as " << loaded->iteration;
    EXPECT_EQ(changes_between(folder.description(), described(), 0).size(), 0u);
    return loaded->iteration;
  }
  // Training goes on: the next save must be whole whatever the folder looked like.
  void expect_goes_on(const fs::path& path) {
    auto folder = *ModelFolder::open(path);
    std::vector<std::string> ignored, warnings;
    ASSERT_TRUE(folder.load(true, ignored));
    ASSERT_TRUE(folder.save(made(4)));
    ASSERT_TRUE(folder.save(made(5)));
    EXPECT_EQ(*resumed(path, warnings), 5);
    EXPECT_EQ(*folder.generations(), (std::vector<std::int64_t>{4, 5}));
  }
  const ScratchFolder scratch_;
};

// One damaged file: never an error, never more than one save lost, and always said when it was one.
TEST_F(Damaged, OneFileLosesAtMostOneSave) {
  std::mt19937 chance(20261123);
  int cases = 0, lost_one = 0;
  for (std::size_t round = 0; round < 2; ++round) {
    for (const auto& file : files_of(scratch_.path / "whole")) {
      for (std::size_t kind = 0; kind < std::size(kinds); ++kind, ++cases) {
        // Another model's description is whole in itself: only its weights will not fit it (load_weights).
        if (kind == 8 && file.filename() == "model.json") continue;
        SCOPED_TRACE(fmt::format("{} {}", file.filename().string(), kinds[kind]));
        const auto path = fresh();
        damage(path / file.filename(), kind, scratch_.path / "other", chance);
        std::vector<std::string> warnings;
        const auto reached = resumed(path, warnings);
        ASSERT_TRUE(reached) << to_sentence(reached.error());
        // history-3 may be the same in both models: nothing is damaged then.
        const bool hit = generation_of(file) == 3 && *read_text(path / file.filename()) != *read_text(file);
        EXPECT_EQ(*reached, hit ? 2 : 3);
        EXPECT_TRUE(!hit || warnings.size() == 1);
        lost_one += hit;
        if (round == 0) expect_goes_on(path);
      }
    }
  }
  EXPECT_GE(cases, 100);
  EXPECT_GT(lost_one, 20);
}

// Several at once: the newest generation that is whole, or a clear error; never a wrong one.
TEST_F(Damaged, SeveralFilesNeverLoadWrong) {
  std::mt19937 chance(4711);
  int errors = 0, loaded = 0;
  for (int round = 0; round < 200; ++round) {
    const auto path = fresh();
    const auto files = files_of(path);
    std::string what;
    for (int n = 0; n < 2 + round % 3; ++n) {
      const auto& file = files[chance() % files.size()];
      if (!fs::exists(file) || fs::file_size(file) == 0) continue;
      const auto kind = chance() % 8;
      what += fmt::format(" {} {}", file.filename().string(), kinds[kind]);
      damage(file, kind, {}, chance);
    }
    if (round % 4 == 0) {  // two files of the folder change places
      const auto &a = files[chance() % files.size()], &b = files[chance() % files.size()];
      if (a != b && fs::exists(a) && fs::exists(b)) {
        fs::rename(a, path / "between");
        fs::rename(b, a);
        fs::rename(path / "between", b);
        what += fmt::format(" {} swapped with {}", a.filename().string(), b.filename().string());
      }
    }
    SCOPED_TRACE(what);
    std::vector<std::string> warnings;
    const auto reached = resumed(path, warnings);
    if (!reached) {
      EXPECT_FALSE(reached.error().message.empty());
      ++errors;
      continue;
    }
    // Both lists gone: as if nothing had been saved yet.
    EXPECT_TRUE(*reached == 3 || *reached == 2 || !fs::exists(path / "generations.json")) << *reached;
    ++loaded;
  }
  EXPECT_GT(errors, 10);
  EXPECT_GT(loaded, 50);
}

// What cannot be read now may be sound: it is not passed over, or the next save would remove it.
TEST_F(Damaged, WhatCannotBeReadIsNotDamaged) {
  for (const auto* name : {"weights-3.safetensors", "optimizer-3.safetensors", "generations.json", "model.json"}) {
    SCOPED_TRACE(name);
    const auto path = fresh();
    const auto sound = *read_text(path / name);
    fs::remove(path / name);
    fs::create_symlink(name, path / name);  // leads round in a circle
    std::vector<std::string> warnings;
    const auto reached = resumed(path, warnings);
    ASSERT_FALSE(reached) << *reached;
    EXPECT_EQ(reached.error().code, Code::io);
    EXPECT_TRUE(warnings.empty());
    // The way on is told, and is one.
    EXPECT_NE(reached.error().hint.find((path / name).string()), std::string::npos) << reached.error().hint;
    fs::remove(path / name);
    EXPECT_EQ(*resumed(path, warnings), generation_of(name) == 3 ? 2 : 3);
    EXPECT_EQ(warnings.size(), 1u);
    warnings.clear();
    spit(path / name, sound);
    EXPECT_EQ(*resumed(path, warnings), 3);
    EXPECT_TRUE(warnings.empty());
  }
}

TEST_F(Damaged, ALostDescriptionIsMadeUpFor) {
  const auto path = fresh();
  fs::remove(path / "model.json");
  EXPECT_TRUE(ModelFolder::exists(path));
  EXPECT_FALSE(ModelFolder::create(path, {}));  // a new model must not take the old one's place
  std::vector<std::string> warnings;
  EXPECT_EQ(*resumed(path, warnings), 3);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("model.json"), std::string::npos);
  auto folder = *ModelFolder::open(path);
  ASSERT_TRUE(folder.change_description(folder.description()));  // the trainer's start: writes it again
  warnings.clear();
  EXPECT_EQ(*resumed(path, warnings), 3);
  EXPECT_TRUE(warnings.empty());
}

// What earlier versions wrote: no checksum in the lists, no notes.
TEST_F(Damaged, OlderFoldersAreRead) {
  const auto path = fresh();
  for (const char* name : {"model.json", "generations.json"}) {
    auto j = nlohmann::json::parse(*read_text(path / name));
    j.erase("xxh3");
    if (j.contains("generations")) {
      j["version"] = 1;
      for (auto& g : j["generations"]) g.erase("save");
    }
    spit(path / name, j.dump());
  }
  for (int i : {2, 3}) fs::remove(path / note_name(i));
  std::vector<std::string> warnings;
  EXPECT_EQ(*resumed(path, warnings), 3);
  EXPECT_TRUE(warnings.empty());
  expect_goes_on(path);
}

// Another thread writes a preview.
TEST(ModelFolder, ASaveLeavesWhatIsBeingWrittenBesideIt) {
  const ScratchFolder scratch;
  auto model = *ModelFolder::create(scratch.path / "m", described());
  const auto begun = temporary_name(scratch.path / "m" / "preview.png");
  spit(begun, "half a picture");
  ASSERT_TRUE(model.save(made(1)));
  EXPECT_TRUE(fs::exists(begun));
}

// Saves and backs up from `reached` on until it is killed, and tells of each save.
[[noreturn]] void save_for_ever(const fs::path& path, std::int64_t reached, int report) {
  auto folder = ModelFolder::open(path);
  std::vector<std::string> warnings;
  if (!folder || !folder->load(true, warnings)) ::_exit(1);
  for (std::int64_t i = reached + 1;; ++i) {
    if (!folder->save(made(i)) || ::write(report, &i, sizeof i) != sizeof i) ::_exit(1);
    if (i % 3 == 0 && !folder->backup(4)) ::_exit(1);
  }
}

void expect_whole_backups(const fs::path& path) {
  std::vector<std::string> warnings;
  for (int slot = 1; slot <= 4; ++slot) {
    const auto backup = path / "backups" / fmt::format("{:02}", slot);
    if (!fs::exists(backup)) continue;
    const auto opened = ModelFolder::open(backup);
    ASSERT_TRUE(opened);
    const auto kept = opened->load(true, warnings);
    ASSERT_TRUE(kept && *kept) << backup;
    EXPECT_TRUE(is_as_made(**kept) && warnings.empty());
  }
}

// kill -9 at any moment of saving and backing up: what was reported as saved is there.
TEST(ModelFolderKills, LoseNothingThatWasSaved) {
  const char* wanted = std::getenv("UNDERSTUDY_KILLS");
  const int kills = wanted ? std::atoi(wanted) : 150;
  const ScratchFolder scratch;
  const auto path = scratch.path / "m";
  ASSERT_TRUE(ModelFolder::create(path, described()));
  std::mt19937 chance(99);
  std::int64_t reached = 0;
  int without_any = 0;
  for (int k = 0; k < kills; ++k) {
    int report[2];
    ASSERT_EQ(::pipe(report), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(report[0]);
      save_for_ever(path, reached, report[1]);
    }
    ::close(report[1]);
    std::int64_t saved = reached, last = 0;
    // At any moment of the next save or backup, however slow the disk is.
    for (auto wait = chance() % 4; wait > 0 && ::read(report[0], &last, sizeof last) == sizeof last; --wait)
      saved = last;
    ::usleep(static_cast<useconds_t>(std::uniform_int_distribution<int>(0, 12000)(chance)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
    while (::read(report[0], &last, sizeof last) == sizeof last) saved = last;
    ::close(report[0]);
    std::vector<std::string> warnings;
    const auto folder = ModelFolder::open(path);
    ASSERT_TRUE(folder) << to_sentence(folder.error());
    const auto loaded = folder->load(true, warnings);
    ASSERT_TRUE(loaded) << to_sentence(loaded.error());
    EXPECT_TRUE(warnings.empty()) << warnings.front();
    EXPECT_TRUE(!*loaded || is_as_made(**loaded));
    const std::int64_t now = *loaded ? (*loaded)->iteration : 0;
    EXPECT_TRUE(now == saved || now == saved + 1) << now << " after " << saved;  // + 1: saved, not yet reported
    without_any += now == reached;
    reached = now;
    expect_whole_backups(path);  // at any time
  }
  EXPECT_GT(reached, kills / 2);
  fmt::print("{} kills, {} of them before a first save; {} saves survived\n", kills, without_any, reached);
  auto folder = *ModelFolder::open(path);
  ASSERT_TRUE(folder.save(made(reached + 1)));
  ASSERT_TRUE(folder.backup(4));
  int left = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path)) left += is_temporary(entry.path());
  EXPECT_EQ(left, 0);
}

// The same at any moment of making a model that comes with weights (an import): whole, or none that is in the way of
// the next try.
TEST(ModelFolderKills, AModelThatComesWithWeightsIsWholeOrNotThere) {
  const ScratchFolder scratch;
  const auto make = [](const fs::path& path) {
    return ModelFolder::create_saved(path, described(), made(40), {{"dfl.json", "{}"}});
  };
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(make(scratch.path / "first"));
  const auto whole_time = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  EXPECT_FALSE(make(scratch.path / "first"));
  std::mt19937 chance(11);
  int whole = 0, none = 0;
  for (int k = 0; k < 60; ++k) {
    const auto path = scratch.path / std::to_string(k);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(make(path) ? 0 : 1);
    ::usleep(static_cast<useconds_t>(std::uniform_real_distribution<>(0, 2 * whole_time)(chance)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (ModelFolder::exists(path)) {
      ++whole;
    } else {
      ++none;
      ASSERT_TRUE(make(path));
    }
    std::vector<std::string> warnings;
    const auto folder = ModelFolder::open(path);
    ASSERT_TRUE(folder) << to_sentence(folder.error());
    const auto loaded = folder->load(true, warnings);
    ASSERT_TRUE(loaded && *loaded) << "a model without its weights";
    EXPECT_TRUE(is_as_made(**loaded) && fs::exists(path / "dfl.json"));
  }
  EXPECT_GT(whole, 0);
  EXPECT_GT(none, 0);
}

}  // namespace
}  // namespace understudy
