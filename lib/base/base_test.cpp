// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/child.hpp"
#include "lib/base/csv.hpp"
#include "lib/base/file_identity.hpp"
#include "lib/base/files.hpp"
#include "lib/base/frame_files.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/base/system.hpp"
#include "lib/base/temporaries.hpp"
#include "lib/base/text.hpp"

namespace understudy {
namespace {

Result<int> half(int n) {
  if (n % 2) return fail(Code::bad_option, "{} is odd", n);
  return n / 2;
}
Result<int> quarter(int n) {
  TRY(const int once, half(n));
  return half(once);
}

TEST(Result, TryPassesTheErrorOn) {
  EXPECT_EQ(*quarter(8), 2);
  const auto bad = quarter(6);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "3 is odd");
  EXPECT_EQ(exit_status(bad.error().code), 2);
}

TEST(Result, SentenceNamesContextAndHint) {
  Error error{Code::io, "Cannot read a.jpg", "Check the disk.", {"reading face 3"}};
  EXPECT_EQ(to_sentence(error), "Cannot read a.jpg (while reading face 3). Check the disk.");
}

TEST(Files, WriteIsAllOrNothing) {
  const ScratchFolder scratch;
  const fs::path& folder = scratch.path;
  const auto target = folder / "a.txt";
  ASSERT_TRUE(write_text(target, "old"));
  const auto failed = write_through(target, [](const fs::path& temporary) -> Result<> {
    EXPECT_TRUE(write_text(temporary, "half"));
    return fail(Code::io, "disk full");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(*read_text(target), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
}

TEST(Files, BoundAndMissing) {
  const ScratchFolder scratch;
  const fs::path& folder = scratch.path;
  ASSERT_TRUE(write_text(folder / "big", std::string(100, 'x')));
  EXPECT_EQ(read_file(folder / "big", 99).error().code, Code::bad_file);
  EXPECT_EQ(read_file(folder / "none").error().code, Code::not_found);
}

TEST(Files, ImagesAreSortedAndTemporariesLeftOut) {
  const ScratchFolder scratch;
  const fs::path& folder = scratch.path;
  for (const char* name : {"2.PNG", "10.jpg", "a.txt", "1.jpeg"}) ASSERT_TRUE(write_text(folder / name, ""));
  std::ofstream(temporary_name(folder / "9.png")) << "half";
  const auto files = *image_files(folder);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[0].filename(), "1.jpeg");
  EXPECT_EQ(files[1].filename(), "10.jpg");
  EXPECT_EQ(remove_temporaries(folder), 1);
}

TEST(Files, TemporariesStayWithWhoMayStillBeWriting) {
  const ScratchFolder scratch;
  const std::string own = temporary_name("8.png").string();  // .understudy-tmp-<machine>.<boot>.<process>-8.png
  const auto machine = own.find_last_of('-', own.find('.', 1)) + 1, boot = own.find('.', 1) + 1,
             process = own.find('.', boot) + 1;
  const auto claimed = [&](const std::string& by) {
    const auto path = scratch.path / (own.substr(0, machine) + by + "-8.png");
    std::ofstream(path) << "half";
    return path;
  };
  const auto on_this = own.substr(machine, boot - machine), in_this = own.substr(boot, process - boot);
  const auto alive = claimed(on_this + in_this + "1"), of_old_alive = claimed("1");  // process 1 always lives
  const auto ended = claimed(on_this + in_this + "999999999"), before_restart = claimed(on_this + "00000000.1");
  const auto elsewhere = claimed("00000000." + in_this + "999999999"),
             left_elsewhere = claimed("00000001." + in_this + "1");
  fs::last_write_time(left_elsewhere, fs::file_time_type::clock::now() - std::chrono::hours(25));
  EXPECT_EQ(remove_temporaries(scratch.path), 3);
  for (const auto& kept : {alive, of_old_alive, elsewhere}) EXPECT_TRUE(fs::exists(kept)) << kept;
  for (const auto& gone : {ended, before_restart, left_elsewhere}) EXPECT_FALSE(fs::exists(gone)) << gone;
}

TEST(Files, OwnTemporariesStayWhereThreadsMayBeWriting) {
  const ScratchFolder scratch;
  const auto own = temporary_name(scratch.path / "8.png");
  const auto ended = scratch.path / ".understudy-tmp-999999999-8.png";  // as an older version named them
  for (const auto& path : {own, ended}) std::ofstream(path) << "half";
  EXPECT_EQ(remove_temporaries_of_others(scratch.path), 1);
  EXPECT_TRUE(fs::exists(own));
  EXPECT_EQ(remove_temporaries(scratch.path), 1);
}

TEST(Files, OneListForAllKindsOfFiles) {
  const ScratchFolder scratch;
  for (const char* name : {"b.jpg", "a.JPG", ".c.jpg", "d.png", "e.txt"})
    ASSERT_TRUE(write_text(scratch.path / name, ""));
  for (const char* name : {"person", ".trash", "f.jpg"}) fs::create_directories(scratch.path / name);
  const auto names = [](const std::vector<fs::path>& paths) {
    std::vector<std::string> all;
    for (const auto& path : paths) all.push_back(path.filename());
    return all;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(*plain_files(scratch.path)), (Names{"a.JPG", "b.jpg", "d.png", "e.txt"}));
  EXPECT_EQ(names(jpg_files(scratch.path)), (Names{"b.jpg"}));
  EXPECT_EQ(names(sub_folders(scratch.path)), (Names{"f.jpg", "person"}));
  EXPECT_TRUE(jpg_files(scratch.path / "none").empty() && sub_folders(scratch.path / "none").empty());
  const auto none = image_files(scratch.path / "none");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, frame_files(scratch.path / "none").error().message);
}

TEST(Files, HiddenFilesAndFoldersAreNoImages) {
  const ScratchFolder scratch;
  for (const char* name : {"1.png", "._1.png", ".2.png"}) ASSERT_TRUE(write_text(scratch.path / name, ""));
  fs::create_directories(scratch.path / "folder.png");
  EXPECT_EQ(*image_files(scratch.path), std::vector<fs::path>{scratch.path / "1.png"});
}

TEST(Files, FramesAreOfManyKindsAndTheOthersAreNamed) {
  const ScratchFolder scratch;
  for (const char* name : {"b.WEBP", "a.jfif", "c.gif", "d.heic", "._a.jfif", "notes.txt", "e.CR2"})
    ASSERT_TRUE(write_text(scratch.path / name, ""));
  const auto found = frame_files(scratch.path);
  ASSERT_TRUE(found);
  std::vector<std::string> names;
  for (const auto& path : found->pictures) names.push_back(path.filename());
  EXPECT_EQ(names, (std::vector<std::string>{"a.jfif", "b.WEBP", "c.gif"}));
  EXPECT_EQ(found->others, (std::vector<std::string>{"d.heic", "e.CR2"}));
  EXPECT_NE(not_read(scratch.path, found->others).find("2 pictures in"), std::string::npos);
  EXPECT_EQ(frame_files(scratch.path / "none").error().code, Code::not_found);
}

TEST(Files, OfPicturesThatShareANameTheFirstIsTheFrame) {
  std::vector<fs::path> pictures{"f/1.jpg", "f/1.png", "f/1.webp.png", "f/2.png"};
  EXPECT_EQ(take_out_second_names(pictures), std::vector<std::string>{"1.png"});
  EXPECT_EQ(pictures, (std::vector<fs::path>{"f/1.jpg", "f/1.webp.png", "f/2.png"}));
  EXPECT_TRUE(take_out_second_names(pictures).empty());
  EXPECT_FALSE(passed_over("f", {}));
}

TEST(Files, NamesMayBeAsLongAsTheSystemLetsThem) {
  const ScratchFolder scratch;
  const fs::path longest = scratch.path / (std::string(251, 'n') + ".png");
  ASSERT_TRUE(write_text(longest, "text"));
  EXPECT_EQ(*read_text(longest), "text");
  EXPECT_TRUE(is_temporary(temporary_name(longest)));
  EXPECT_EQ(temporary_name(longest).extension(), ".png");
  EXPECT_NE(temporary_name(longest), temporary_name(scratch.path / (std::string(250, 'n') + "m.png")));
}

const std::vector<std::string> odd_names{"plain.png",   "caf\xe9.png", "\xff\xfe",     "a\nb\tc.jpg",
                                         "back\\slash", "\\xe9",       "\\x5cxe9",     "emoji \xf0\x9f\x8e\xad",
                                         "'\"`$(x)",    "\xc3",        "\xed\xa0\x80", "\xf5\x80\x80\x80",
                                         "\\\xe9",      "\\x\xe9",     "\x7f\x1b[31m"};

TEST(Lock, TakingAFolderIsNoChangeOfIt) {
  const ScratchFolder scratch;
  const auto folder = scratch.path / "faces";
  fs::create_directories(folder);
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(5);
  fs::last_write_time(folder, long_ago);
  {
    const auto lock = lock_folder(folder);
    ASSERT_TRUE(lock);
    EXPECT_EQ(fs::last_write_time(folder), long_ago);
    EXPECT_EQ(lock_folder(folder).error().code, Code::busy);
  }
  EXPECT_FALSE(fs::exists(folder / ".understudy"));
  EXPECT_EQ(fs::last_write_time(folder), long_ago);
  {
    const auto lock = lock_folder(folder);
    ASSERT_TRUE(write_text(folder / "a.jpg", "a"));
  }
  EXPECT_GT(fs::last_write_time(folder), long_ago + std::chrono::hours(4));  // what was done there counts
}

bool within_ten_seconds(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000 && !holds(); ++i) sleep_seconds(0.01);
  return holds();
}

TEST(Child, TakesCommandsOfWhoeverKnowsIt) {
  const ScratchFolder scratch;
  const auto heard = scratch.path / "heard", errors = scratch.path / "errors";
  const auto child = start_child({"/bin/sh", {"-c", "exec cat > \"$0\"", heard.string()}, true, errors});
  ASSERT_TRUE(child);
  for (const char* line : {"one\n", "two\n"}) ASSERT_TRUE(write_commands(*child, line));  // it has not ended between
  EXPECT_TRUE(within_ten_seconds([&] { return read_text(heard).value_or("") == "one\ntwo\n"; }));
  ASSERT_TRUE(send_signal(*child, Signal::stop));
  EXPECT_TRUE(within_ten_seconds([&] { return !is_alive(*child); }));
  EXPECT_FALSE(write_commands(*child, "three\n"));
  const auto deaf = start_child({"/bin/sleep", {"60"}, false, errors});
  ASSERT_TRUE(deaf);
  EXPECT_FALSE(write_commands(*deaf, "one\n"));  // it was not started for them
  ASSERT_TRUE(send_signal(*deaf, Signal::stop));
  EXPECT_TRUE(within_ten_seconds([&] { return !is_alive(*deaf); }));
}

TEST(Child, ThatIsToldTooMuchWillNeverStart) {
  const ScratchFolder scratch;
  const auto refused = start_child({"/bin/true", {std::string(1 << 22, 'x')}, false, scratch.path / "errors"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_option);
}

TEST(Child, SaysNothingThroughALink) {
  const ScratchFolder scratch;
  ASSERT_TRUE(write_text(scratch.path / "thesis", "all of it"));
  fs::create_symlink(scratch.path / "thesis", scratch.path / "errors");
  EXPECT_FALSE(start_child({"/bin/true", {}, false, scratch.path / "errors"}));
  EXPECT_FALSE(FileLock::take(scratch.path / "errors"));
  EXPECT_EQ(*read_text(scratch.path / "thesis"), "all of it");
}

TEST(FolderIdentity, StaysWithTheFolderAndIsNotThatOfACopy) {
  const ScratchFolder scratch;
  ASSERT_TRUE(write_text(scratch.path / "film/a", "a"));
  const auto identity = folder_identity(scratch.path / "film");
  EXPECT_NE(identity, 0u);
  EXPECT_EQ(folder_identity(scratch.path / "none"), 0u);
  fs::rename(scratch.path / "film", scratch.path / "moved");
  ASSERT_TRUE(write_text(scratch.path / "moved/b", "b"));
  EXPECT_EQ(folder_identity(scratch.path / "moved"), identity);
  fs::copy(scratch.path / "moved", scratch.path / "film", fs::copy_options::recursive);
  EXPECT_NE(folder_identity(scratch.path / "film"), identity);
  EXPECT_NE(machine_identity(), 0u);
  EXPECT_EQ(boot_identity(), boot_identity());
}

TEST(Child, IsKnownByTheFilesThatItHasOpenAndSeenToStandStill) {
  const ScratchFolder scratch;
  const auto errors = scratch.path / "errors";
  const auto child = start_child({"/bin/cat", {}, true, errors});
  ASSERT_TRUE(child);
  EXPECT_TRUE(within_ten_seconds([&] { return has_open(child->pid, errors) == true; }));
  ASSERT_TRUE(write_text(scratch.path / "other", ""));
  EXPECT_EQ(has_open(child->pid, scratch.path / "other"), false);
  EXPECT_EQ(has_open(child->pid, scratch.path / "none"), false);
  EXPECT_FALSE(is_stopped(*child));
  ASSERT_TRUE(send_signal(*child, Signal::pause));
  EXPECT_TRUE(within_ten_seconds([&] { return is_stopped(*child); }));
  EXPECT_TRUE(is_alive(*child));
  ASSERT_TRUE(send_signal(*child, Signal::stop));
  ASSERT_TRUE(send_signal(*child, Signal::resume));
  EXPECT_TRUE(within_ten_seconds([&] { return !is_alive(*child); }));
  EXPECT_FALSE(is_stopped(*child));
}

TEST(PathText, IsOneLineOfValidTextAndGivesThePathBack) {
  std::set<std::string> texts;
  for (const auto& name : odd_names) {
    const auto text = path_text(name);
    EXPECT_EQ(path_of_text(text).native(), name) << text;
    EXPECT_EQ(valid_text(text), text);
    EXPECT_EQ(text.find_first_of("\n\t\x1b\x7f"), std::string::npos);
    EXPECT_NO_THROW((void)nlohmann::json(text).dump());
    texts.insert(text);
  }
  EXPECT_EQ(texts.size(), odd_names.size());
  EXPECT_EQ(path_text("caf\xe9.png"), "caf\\xe9.png");
  EXPECT_EQ(path_text("caf\xc3\xa9 \\ x.png"), "caf\xc3\xa9 \\ x.png");
}

TEST(PathText, JsonOfAnyTextIsValid) {
  nlohmann::json j{{"plain", 1.5}, {"list", nlohmann::json::array()}};
  for (const auto& name : odd_names) {
    j["list"].push_back(name);
    j["keys"][name] = true;
  }
  const auto back = nlohmann::json::parse(json_text(j, 1));
  EXPECT_EQ(back["list"][1], "caf\\xe9.png");
  EXPECT_TRUE(back["keys"].contains("caf\\xe9.png"));
  EXPECT_EQ(back["plain"], 1.5);
  EXPECT_EQ(json_text(nlohmann::json{{"a", "b"}}), R"({"a":"b"})");
  EXPECT_EQ(terminal_text("a\nb\x1b[2J\xe9"), "a\nb\\x1b[2J\\xe9");
}

TEST(PathText, JsonIsReadToADepthAndNoDeeper) {
  const auto nested = [](int depth) {
    const auto levels = static_cast<std::size_t>(depth);
    return std::string(levels, '[') + "7" + std::string(levels, ']');
  };
  EXPECT_EQ(parse_json(nested(64)).dump(), nested(64));
  EXPECT_TRUE(parse_json(nested(65)).is_discarded());
  EXPECT_TRUE(parse_json(nested(2'000'000)).is_discarded());
  EXPECT_TRUE(parse_json(nested(3), 2).is_discarded());
  EXPECT_EQ(parse_json("[[1],[2],[3]]", 2).size(), 3u) << "beside one another is not within";
  const nlohmann::json text(R"(a \" [[[[ {{{{ \)");
  EXPECT_EQ(parse_json(text.dump(), 1), text);
  EXPECT_TRUE(parse_json("[1").is_discarded());
}

TEST(Text, NearestNameOnlyWhenNear) {
  const std::vector<std::string> names{"image-size", "face-type", "quality"};
  EXPECT_EQ(nearest_name("imge-size", names), "image-size");
  EXPECT_EQ(nearest_name("zzzzzz", names), "");
  EXPECT_EQ(clock_time(754), "12:34");
  EXPECT_EQ(clock_time(3723), "1:02:03");
  EXPECT_EQ(csv_field("00001.png"), "00001.png");
  EXPECT_EQ(csv_field("a, \"b\".png"), "\"a, \"\"b\"\".png\"");
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
}

}  // namespace
}  // namespace understudy
