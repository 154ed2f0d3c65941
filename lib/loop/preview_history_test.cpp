// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/preview_history.hpp"

#include <gtest/gtest.h>

#include <charconv>

#include "lib/base/scratch_folder.hpp"

namespace understudy {
namespace {

NamedPreview noise(const char* name, std::int64_t iteration) {
  NamedPreview preview{name, ImageU8(64, 48, 3)};
  auto x = static_cast<std::uint32_t>(iteration * 2654435761u + 1);
  for (auto& value : preview.bgr.data) value = static_cast<std::uint8_t>((x = x * 1664525u + 1013904223u) >> 24);
  return preview;
}

std::vector<std::int64_t> kept(const fs::path& folder) {
  std::vector<std::int64_t> iterations;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto stem = entry.path().stem().string();
    std::int64_t at = 0;
    if (std::from_chars(stem.data(), stem.data() + stem.size(), at).ptr == stem.data() + stem.size())
      iterations.push_back(at);
  }
  std::ranges::sort(iterations);
  return iterations;
}

TEST(KeptPreviews, StayWithinTheirBudgetAndThinOutWithTime) {
  const ScratchFolder scratch;
  const auto folder = scratch.path / "shown" / "SAEHD";
  constexpr std::uint64_t budget = 100'000;
  for (std::int64_t i = 1; i <= 120; ++i)
    ASSERT_TRUE(keep_shown(scratch.path, i * 10, {noise("SAEHD", i), noise("SAEHD masked", i)}, budget));
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path / "shown"))
    if (entry.path().extension() == ".jpg") bytes += entry.file_size();
  EXPECT_LE(bytes, budget);
  const auto left = kept(folder);
  EXPECT_EQ(left, kept(scratch.path / "shown" / "SAEHD masked"));
  ASSERT_GE(left.size(), 6u);
  EXPECT_EQ(left.front(), 10);
  EXPECT_EQ(left.back(), 1200);
  EXPECT_LT(left.back() - left[left.size() - 2], left[1] - left[0]) << "what is long ago is kept more thinly";
}

TEST(KeptPreviews, LeaveAloneWhatIsNotTheirs) {
  const ScratchFolder scratch;
  const auto mine = scratch.path / "shown" / "SAEHD" / "0000010.jpg",
             edited = scratch.path / "shown" / "SAEHD" / "0000020.jpg";
  const auto away = mine.parent_path() / "0000030.jpg";  // on a disk that is not there now
  ASSERT_TRUE(write_text(mine, "mine"));
  fs::create_symlink(scratch.path / "no disk" / "mine.jpg", away);
  for (std::int64_t i = 1; i <= 3; ++i) ASSERT_TRUE(keep_shown(scratch.path, i * 10, {noise("SAEHD", i)}));
  EXPECT_EQ(*read_text(mine), "mine");
  ASSERT_TRUE(write_text(edited, "edited"));
  for (std::int64_t i = 4; i <= 30; ++i) ASSERT_TRUE(keep_shown(scratch.path, i * 10, {noise("SAEHD", i)}, 20'000));
  EXPECT_EQ(*read_text(mine), "mine");
  EXPECT_EQ(*read_text(edited), "edited");
  EXPECT_TRUE(fs::is_symlink(away));
}

}  // namespace
}  // namespace understudy
