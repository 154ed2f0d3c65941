// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/stills.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/project/extract_journal.hpp"
#include "steps/2_extract/extract.hpp"

namespace understudy {
namespace {

class StillsOrClip : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(frames_); }
  using Level = std::function<int(int frame, int x, int y)>;
  Stills judged(
      int count, const Level& level, const std::function<int(int)>& width = [](int) { return 160; }) {
    fs::remove_all(frames_);
    for (int i = 0; i < count; ++i) {
      ImageU8 image(width(i), 120, 1);
      for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x) image.at(x, y) = static_cast<std::uint8_t>(level(i, x, y));
      EXPECT_TRUE(write_image(frames_ / media::frame_name(i, count), image));
    }
    return judge_stills(*media::FrameSource::open(frames_));
  }

  const ScratchFolder scratch_;
  const fs::path frames_ = scratch_.path / "frames";
};

int disc(int x, int y, int at_x, int at_y, int radius) {
  const int dx = x - at_x, dy = y - at_y;
  return dx * dx + dy * dy < radius * radius ? 220 : 90 + x / 8;
}

TEST_F(StillsOrClip, WhatMovesOnIsAClip) {
  EXPECT_FALSE(judged(30, [](int, int x, int y) { return x + y / 2; }).are_stills);  // nothing moves
  EXPECT_FALSE(judged(30, [](int i, int x, int y) { return disc(x, y, 30 + 3 * i, 60, 25); }).are_stills);
  EXPECT_FALSE(judged(8, [](int i, int x, int y) { return disc(x, y, 30 + 6 * i, 40 + 3 * i, 20); }).are_stills);
  std::mt19937 noise(1);
  EXPECT_FALSE(judged(30, [&](int i, int x, int y) {
                 const int sway = static_cast<int>(10 * std::sin(0.4 * i));
                 return disc(x, y, 80 + sway, 60, 30) + static_cast<int>(noise() % 20);
               }).are_stills);
  // One cut in the middle makes no collection of it.
  EXPECT_FALSE(judged(30, [](int i, int x, int y) { return i < 15 ? x : 200 - y; }).are_stills);
}

TEST_F(StillsOrClip, OtherPicturesAreStills) {
  std::mt19937 places(7);
  std::vector<std::pair<int, int>> at;
  for (int i = 0; i < 18; ++i) at.emplace_back(20 + places() % 120, 20 + places() % 80);
  const auto somewhere = [&](int radius) {
    return [&at, radius](int i, int x, int y) {
      const auto [px, py] = at[static_cast<std::size_t>(i)];
      return disc(x, y, px, py, radius);
    };
  };
  EXPECT_TRUE(judged(18, somewhere(30)).are_stills);
  EXPECT_TRUE(judged(18, somewhere(8)).are_stills);  // a small thing before the same background
  EXPECT_TRUE(judged(5, [](int i, int x, int y) { return i % 2 == 0 ? x : 250 - 2 * y; }).are_stills);
  EXPECT_TRUE(judged(1, [](int, int, int) { return 3; }).are_stills);
  const auto sizes = judged(
      12, [](int, int, int) { return 90; }, [](int i) { return 100 + 10 * i; });
  EXPECT_TRUE(sizes.are_stills);
  EXPECT_NE(sizes.why.find("sizes"), std::string::npos);
}

TEST_F(StillsOrClip, ShotsOfAClipAreKept) {
  const synthetic::Actor actor(synthetic::demo_identity_b(), 0.5f);
  constexpr int count = 16, second = 9;
  for (int i = 0; i < count; ++i) {
    synthetic::Performance performance;
    performance.yaw = 0.5 * i;
    auto frame = actor.render(performance, {.width = 320, .height = 320, .supersampling = 1}).frame_bgr;
    // Another room: only what is around the face.
    for (int y = 0; i >= second && y < frame.height; ++y)
      for (int x = 0; x < frame.width; ++x)
        if (x < 60 || x > 260 || y < 40)
          for (int c = 0; c < 3; ++c)
            frame.row(y)[3 * x + c] = static_cast<std::uint8_t>((x + y) % 50 + 200 * (x > 160));
    ASSERT_TRUE(write_image(frames_ / media::frame_name(i, count), frame));
  }
  understudy::Run run;
  ExtractOptions options;
  options.image_size = 128;
  options.smooth = Smoothing::on;
  const ExtractPaths paths{frames_, scratch_.path / "aligned", scratch_.path / "debug",
                           scratch_.path / "journal.jsonl"};
  ASSERT_TRUE(extract(options, paths, run));
  const std::vector<std::int64_t> shots{0, second};
  EXPECT_EQ(Journal::load(paths.journal)->shots(), shots);
  ASSERT_TRUE(extract(options, paths, run));  // nothing to do
  EXPECT_EQ(Journal::load(paths.journal)->shots(), shots);
}

TEST_F(StillsOrClip, PhotographsAreLookedAtOneByOne) {
  const synthetic::Actor actor(synthetic::demo_identity_b(), 0.5f);
  std::mt19937 places(3);
  const auto between = [&places](double lo, double hi) { return lo + (hi - lo) * (places() % 1000) / 999.0; };
  constexpr int count = 7;
  for (int i = 0; i < count; ++i) {
    synthetic::Performance performance;
    performance.x = between(-0.3, 0.3);
    performance.y = between(-0.15, 0.15);
    performance.size = between(0.6, 0.9);
    performance.yaw = between(-30, 30);
    const auto shown = actor.render(performance, {.width = 320, .height = 320, .supersampling = 1});
    ASSERT_TRUE(write_image(frames_ / media::frame_name(i, count), shown.frame_bgr));
  }
  const fs::path& root = scratch_.path;
  std::string notes;
  understudy::Run run([&](const Event& event) {
    if (const auto* note = std::get_if<NoteEvent>(&event)) notes += note->text + "\n";
  });
  ExtractOptions options;
  options.image_size = 128;
  const ExtractPaths paths{frames_, root / "auto", root / "debug", root / "auto.jsonl"};
  const auto report = extract(options, paths, run);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_NE(notes.find("taken for stills"), std::string::npos) << notes;
  EXPECT_EQ(report->faces, count);
  EXPECT_EQ(report->filled, 0);
  EXPECT_EQ(Journal::load(paths.journal)->head()["options"]["smooth"], "off");
  options.smooth = Smoothing::off;
  const ExtractPaths alone{frames_, root / "off", root / "debug", root / "off.jsonl"};
  ASSERT_TRUE(extract(options, alone, run));
  for (int i = 0; i < count; ++i) {
    const auto name = fmt::format("{:05}_0.jpg", i + 1);
    EXPECT_EQ(*read_file(root / "auto" / name), *read_file(root / "off" / name));
  }
  // Gone on with as it was begun, without looking again.
  notes.clear();
  options.smooth = Smoothing::automatic;
  EXPECT_EQ(extract(options, paths, run)->frames_done_before, count);
  EXPECT_EQ(notes, "");
}

}  // namespace
}  // namespace understudy
