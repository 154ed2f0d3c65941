// SPDX-License-Identifier: Apache-2.0
// Saves kept and replaced, backups, the history of options, and what is done with whole models.
#include <gtest/gtest.h>

#include "lib/base/lock.hpp"
#include "lib/training/model_fake.hpp"

namespace understudy {
namespace {

TEST(ModelFolder, SavingAnIterationAgainReplacesIt) {
  const ScratchFolder scratch;
  auto model = *ModelFolder::create(scratch.path / "m", described());
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(model.save(made(i)));
  auto again = made(3);
  again.weights[0].tensor.mul_(2);
  ASSERT_TRUE(model.save(again));
  std::vector<std::string> warnings;
  const auto loaded = *model.load(true, warnings);
  EXPECT_TRUE(torch::equal(loaded->weights.at("encoder/weight"), again.weights[0].tensor));
  EXPECT_EQ(*model.generations(), (std::vector<std::int64_t>{2, 3}));
  // Back to an earlier iteration (pretraining switched off): the later ones are gone.
  ASSERT_TRUE(model.save(made(1)));
  EXPECT_EQ((*model.load(true, warnings))->iteration, 1);
  EXPECT_TRUE(warnings.empty());
}

TEST(ModelFolder, KeepsAsManyAsAsked) {
  const ScratchFolder scratch;
  auto model = *ModelFolder::create(scratch.path / "m", described());
  for (int i = 1; i <= 9; ++i) ASSERT_TRUE(model.save(made(i), 5));
  EXPECT_EQ(*model.generations(), (std::vector<std::int64_t>{5, 6, 7, 8, 9}));
  EXPECT_EQ(files_of(scratch.path / "m").size(), 2u + 5 * 4);
  ASSERT_TRUE(model.save(made(10), 1));
  EXPECT_EQ(files_of(scratch.path / "m").size(), 2u + 4);
}

TEST(ModelFolder, BackupsAreModelsOfTheirOwn) {
  const ScratchFolder scratch;
  auto model = *ModelFolder::create(scratch.path / "m", described());
  ASSERT_TRUE(model.backup());  // nothing to back up yet
  EXPECT_FALSE(fs::exists(scratch.path / "m" / "backups" / "01"));
  for (int i = 1; i <= 27; ++i) {
    ASSERT_TRUE(model.save(made(i)));
    ASSERT_TRUE(model.backup());
    ASSERT_TRUE(model.backup());  // the same generation again: nothing happens
  }
  auto slot = [&](int n) { return scratch.path / "m" / "backups" / fmt::format("{:02}", n); };
  std::vector<std::string> warnings;
  for (int n = 1; n <= 24; ++n) {
    const auto loaded = *ModelFolder::open(slot(n))->load(true, warnings);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->iteration, 28 - n);
    EXPECT_TRUE(is_as_made(*loaded));
  }
  EXPECT_FALSE(fs::exists(slot(25)));
  // A gap, as a kill leaves it, is filled and nothing else moves.
  fs::remove_all(slot(3));
  ASSERT_TRUE(model.save(made(28)));
  ASSERT_TRUE(model.backup());
  EXPECT_EQ(trained_iterations(slot(1)), 28);
  EXPECT_EQ(trained_iterations(slot(3)), 26);
  EXPECT_EQ(trained_iterations(slot(4)), 24);
  EXPECT_EQ(trained_iterations(slot(24)), 4);
  // What is damaged is not backed up, and damage to the model is none to its backups.
  ASSERT_TRUE(model.save(made(29)));
  for (const auto& file : files_of(scratch.path / "m")) {
    if (file.extension() == ".safetensors") spit(file, "");
  }
  EXPECT_EQ(model.backup().error().code, Code::bad_file);
  EXPECT_FALSE(model.load(true, warnings));
  EXPECT_EQ((*ModelFolder::open(slot(1))->load(true, warnings))->iteration, 28);
}

TEST(ModelFolder, HistoryKeepsEveryChange) {
  const ScratchFolder scratch;
  auto model = *ModelFolder::create(scratch.path / "m", described());
  auto d = described();
  ASSERT_TRUE(model.change_description(d));
  EXPECT_TRUE(option_history(scratch.path / "m")->changes.empty());
  d.saehd.batch_size = 8;
  ASSERT_TRUE(model.change_description(d));
  ASSERT_TRUE(model.save(made(5)));
  d.shared.random_warp = false;
  d.shared.gan_power = 0.1;
  ASSERT_TRUE(model.change_description(d));
  const auto history = *option_history(scratch.path / "m");
  ASSERT_EQ(history.changes.size(), 3u);
  EXPECT_EQ(history.changes[0].iteration, 0);
  EXPECT_EQ(history.changes[0].key, "batch-size");
  EXPECT_EQ(history.changes[0].from, "6");
  EXPECT_EQ(history.changes[0].to, "8");
  EXPECT_EQ(history.changes[1].iteration, 5);
  EXPECT_EQ(history.changes[1].time.size(), std::string("2026-11-22T23:41:03Z").size());
  EXPECT_EQ(changes_between(ModelFolder::open(scratch.path / "m")->description(), d, 0).size(), 0u);
  // Lines are JSON, one each; a torn one is counted and the next still lands on a line of its own.
  auto text = *read_text(scratch.path / "m" / "history.jsonl");
  spit(scratch.path / "m" / "history.jsonl", text.substr(0, text.size() - 5));
  d.saehd.batch_size = 4;
  ASSERT_TRUE(model.change_description(d));
  const auto torn = *option_history(scratch.path / "m");
  EXPECT_EQ(torn.unreadable, 1);
  EXPECT_EQ(torn.changes.back().to, "4");
}

TEST(ModelList, NoNameLeadsOutOfTheFolder) {
  const ScratchFolder scratch;
  const fs::path models = scratch.path / "model";
  ASSERT_TRUE(ModelFolder::create(models / "plain", described()));
  ASSERT_TRUE(ModelFolder::create(models / std::string(120, 'x'), described()));
  ASSERT_TRUE(ModelFolder::create(scratch.path / "outside", described()));
  EXPECT_EQ(*named_path(models, "plain"), models / "plain");
  EXPECT_EQ(*named_path(models, "new one"), models / "new one");
  EXPECT_TRUE(named_path(models, std::string(120, 'x')));  // it is there, whatever made it
  EXPECT_FALSE(named_path(models, std::string(120, 'y')));
  for (const char* name : {"../outside", "model/plain", "plain/", "plain/../plain", ".", "..", "/tmp", "", ".hidden"}) {
    EXPECT_FALSE(named_path(models, name)) << name;
    const auto found = find_model(models, name);
    EXPECT_EQ(found.has_value(), std::string(name).empty()) << name;  // nothing named means the newest
  }
  EXPECT_NE(named_path(models, "model/plain").error().hint.find("'plain'"), std::string::npos);
}

// Saves, backups and deleting take only what understudy wrote.
TEST(ModelFolder, ForeignFilesStayWhereTheyAre) {
  const ScratchFolder scratch;
  const fs::path path = scratch.path / "a";
  std::vector<fs::path> foreign;
  const auto put = [&](const fs::path& file) {
    fs::create_directories(file.parent_path());
    spit(file, "mine");
    foreign.push_back(file);
  };
  auto model = *ModelFolder::create(path, described());
  for (const char* name :
       {"my.safetensors", "weights-1 copy.safetensors", "weights-old.safetensors", "generation-x.json", "notes.txt",
        "previews/mine.png", "history/SAEHD/best.jpg", "backups/notes.txt"})
    put(path / name);
  for (int i = 1; i <= 4; ++i) {
    ASSERT_TRUE(model.save(made(i)));
    ASSERT_TRUE(model.backup(/*keep=*/2));
    if (i == 1) put(path / "backups/01/mine.txt");
  }
  for (const auto& file : foreign) {
    EXPECT_TRUE(file.filename() == "mine.txt" || fs::exists(file)) << file;
  }
  EXPECT_EQ(*read_text(path / "backups/02-other-files-1/mine.txt"), "mine");  // that slot fell out
  foreign.pop_back();
  const auto gone = delete_model(path);
  ASSERT_TRUE(gone) << to_sentence(gone.error());
  EXPECT_FALSE(ModelFolder::exists(path));
  for (const auto& file : foreign) EXPECT_EQ(*read_text(file), "mine") << file;
  EXPECT_TRUE(fs::exists(path / "backups/02-other-files-1/mine.txt"));
  EXPECT_FALSE(fs::exists(path / "weights-4.safetensors"));
  EXPECT_FALSE(fs::exists(path / "backups/01"));
}

TEST(ModelList, RenameDuplicateDelete) {
  const ScratchFolder scratch;
  auto model = *ModelFolder::create(scratch.path / "a", described());
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(model.save(made(i)));
  ASSERT_TRUE(model.backup());
  ASSERT_TRUE(ModelFolder::create(scratch.path / "b", {}));
  spit(scratch.path / "tiny_SAEHD_data.dat", "DeepFaceLab's");

  EXPECT_FALSE(rename_model(scratch.path / "a", "b"));
  EXPECT_FALSE(rename_model(scratch.path / "a", "../c"));
  EXPECT_FALSE(rename_model(scratch.path / "a", ""));
  EXPECT_FALSE(rename_model(scratch.path / "a", ".c"));
  {
    const auto in_use = FileLock::take(scratch.path / "a" / "lock");
    EXPECT_EQ(rename_model(scratch.path / "a", "c").error().code, Code::busy);
    EXPECT_EQ(delete_model(scratch.path / "a").error().code, Code::busy);
  }
  ASSERT_TRUE(rename_model(scratch.path / "a", "clooney 2"));
  const auto copy = duplicate_model(scratch.path / "clooney 2", "copy");
  ASSERT_TRUE(copy) << to_sentence(copy.error());
  EXPECT_FALSE(duplicate_model(scratch.path / "clooney 2", "copy"));
  EXPECT_FALSE(duplicate_model(scratch.path / "clooney 2", "other", 2));
  ASSERT_TRUE(duplicate_model(scratch.path / "clooney 2", "from backup", 1));

  std::vector<std::string> warnings;
  for (const auto& name : {"clooney 2", "copy", "from backup"}) {
    const auto loaded = *ModelFolder::open(scratch.path / name)->load(true, warnings);
    EXPECT_TRUE(loaded && loaded->iteration == 3 && is_as_made(*loaded)) << name;
  }
  const auto list = list_models(scratch.path, warnings);
  ASSERT_EQ(list.size(), 4u);
  EXPECT_EQ(list[0].name, "from backup");
  EXPECT_EQ(list[0].iteration, 3);
  EXPECT_EQ(list[0].seconds, 1.5);
  EXPECT_GT(list[0].bytes, 4000u);
  EXPECT_EQ(list.back().backups + list[2].backups + list[1].backups, 1);
  EXPECT_TRUE(warnings.empty());

  ASSERT_TRUE(delete_model(scratch.path / "clooney 2"));
  EXPECT_FALSE(fs::exists(scratch.path / "clooney 2"));
  EXPECT_TRUE(ModelFolder::exists(scratch.path / "copy"));
  EXPECT_TRUE(fs::exists(scratch.path / "tiny_SAEHD_data.dat"));
  EXPECT_EQ(find_model(scratch.path, "")->filename(), "from backup");
}

}  // namespace
}  // namespace understudy
