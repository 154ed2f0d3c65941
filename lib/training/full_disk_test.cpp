// SPDX-License-Identifier: Apache-2.0
// A model on disk when that is full.
#include "lib/base/full_disk.hpp"

#include <gtest/gtest.h>

#include "lib/training/model_fake.hpp"

namespace understudy {
namespace {

TEST(ModelFolder, AFullDiskLeavesTheSavesBeforeAlone) {
  const ScratchFolder scratch;
  auto model = *ModelFolder::create(scratch.path / "m", described());
  for (int i = 1; i <= 2; ++i) ASSERT_TRUE(model.save(made(i)));
  const auto before = files_of(scratch.path / "m");
  int failed = 0;
  for (rlim_t bytes = 0; bytes < 8000; bytes += 250) {
    Result<> saved;
    {
      const FullDisk full(bytes);
      saved = model.save(made(3));
    }
    if (saved) break;
    ++failed;
    EXPECT_EQ(files_of(scratch.path / "m"), before) << bytes;
    std::vector<std::string> warnings;
    const auto loaded = *model.load(true, warnings);
    EXPECT_TRUE(loaded && loaded->iteration == 2 && is_as_made(*loaded) && warnings.empty());
  }
  EXPECT_GT(failed, 10);
  ASSERT_TRUE(model.save(made(4)));
  std::vector<std::string> warnings;
  EXPECT_EQ((*model.load(true, warnings))->iteration, 4);
}

// The list belongs elsewhere, so that all that is whole is what only the notes tell of.
TEST(ModelFolder, AFullDiskLeavesWhatOnlyNotesTellOfAlone) {
  const ScratchFolder scratch;
  const auto path = scratch.path / "m";
  auto model = *ModelFolder::create(path, described());
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(model.save(made(i)));
  auto other = *ModelFolder::create(scratch.path / "other", described());
  ASSERT_TRUE(other.save(made(7)));
  fs::copy_file(scratch.path / "other" / "generations.json", path / "generations.json",
                fs::copy_options::overwrite_existing);
  const auto before = files_of(path);
  for (const int iteration : {3, 4}) {  // the first saved again
    for (rlim_t bytes = 0; bytes < 3000; bytes += 500) {
      const FullDisk full(bytes);
      ASSERT_FALSE(model.save(made(iteration)));
    }
    EXPECT_EQ(files_of(path), before);
    std::vector<std::string> warnings;
    const auto loaded = *model.load(true, warnings);
    EXPECT_TRUE(loaded && loaded->iteration == 3 && is_as_made(*loaded));
  }
}

// In a folder that keeps the backups of a model that was here before.
TEST(ModelFolder, AModelThatCannotBeMadeTakesOnlyItsOwnWithIt) {
  const ScratchFolder scratch;
  const auto path = scratch.path / "m";
  auto model = *ModelFolder::create(path, described());
  ASSERT_TRUE(model.save(made(1)));
  ASSERT_TRUE(model.backup());
  for (const auto& file : files_of(path)) fs::remove(file);
  spit(path / "loss.csv", "of before");
  int failed = 0;
  for (rlim_t bytes = 0; bytes < 8000; bytes += 250) {
    const FullDisk full(bytes);
    if (ModelFolder::create_saved(path, described(), made(3), {{"dfl.json", "{}"}})) break;
    ++failed;
    EXPECT_EQ(files_of(path), std::vector{path / "loss.csv"}) << bytes;
    std::vector<std::string> warnings;
    const auto kept = ModelFolder::open(path / "backups" / "01");
    ASSERT_TRUE(kept) << bytes;
    EXPECT_EQ(kept->load_trained(true, warnings)->iteration, 1);
  }
  EXPECT_GT(failed, 10);
  // In a folder of its own nothing is left at all.
  const FullDisk full(2000);
  EXPECT_FALSE(ModelFolder::create_saved(scratch.path / "new", described(), made(3)));
  EXPECT_FALSE(fs::exists(scratch.path / "new"));
}

}  // namespace
}  // namespace understudy
