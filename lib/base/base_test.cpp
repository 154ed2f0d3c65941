// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>

#include "lib/base/files.hpp"
#include "lib/base/scratch_folder.hpp"
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
  std::ofstream(folder / ".understudy-tmp-1-8.png") << "half";  // process 1 always lives: it may be writing
  EXPECT_EQ(remove_temporaries(folder), 1);
  EXPECT_TRUE(fs::exists(folder / ".understudy-tmp-1-8.png"));
}

TEST(Text, NearestNameOnlyWhenNear) {
  const std::vector<std::string> names{"image-size", "face-type", "quality"};
  EXPECT_EQ(nearest_name("imge-size", names), "image-size");
  EXPECT_EQ(nearest_name("zzzzzz", names), "");
  EXPECT_EQ(clock_time(754), "12:34");
  EXPECT_EQ(clock_time(3723), "1:02:03");
}

}  // namespace
}  // namespace understudy
