// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/frames.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/clip_fake.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/sequence.hpp"
#include "steps/1_frames/import.hpp"
#include "steps/1_frames/verb.hpp"

namespace understudy {
namespace {

class Frames : public ::testing::Test {
 protected:
  void SetUp() override {
    paths_ = {folder_ / "data_src.mp4", folder_ / "data_src", folder_ / "state" / "frames-src.json"};
    make_clip({0, 40, 80, 200, 240, 400});
  }
  // Lossless, each frame in one colour of its own.
  void make_clip(const std::vector<std::int64_t>& ticks) {
    media::VideoOptions options;
    options.quality = media::VideoQuality::lossless;
    options.time_base = {1, 1000};
    std::vector<media::GreyFrame> frames;
    for (const auto tick : ticks) frames.push_back({20 * static_cast<int>(frames.size() + 1), tick});
    ASSERT_TRUE(media::write_greys(paths_.video, options, 48, 32, frames));
  }
  int grey_of(const char* name) { return read_image(paths_.folder / name)->at(5, 5); }
  std::int64_t count() { return static_cast<std::int64_t>(image_files(paths_.folder)->size()); }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
  FramesPaths paths_;
  understudy::Run run_;
};

TEST_F(Frames, AVariableRateGivesExactlyItsFrames) {
  const auto report = extract_frames({}, paths_, run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->frames, 6);
  EXPECT_EQ(count(), 6);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(grey_of(media::frame_name(i, 6).c_str()), 20 * (i + 1));
  const auto sequence = media::read_sequence(paths_.manifest);
  ASSERT_TRUE(sequence);
  EXPECT_TRUE(sequence->complete);
  EXPECT_NEAR(
      static_cast<double>(sequence->ticks.at("00004") - sequence->ticks.at("00001")) * sequence->time_base.value(), 0.2,
      1e-9);
}

TEST_F(Frames, OnlyWhatIsMissingIsMade) {
  ASSERT_TRUE(extract_frames({}, paths_, run_));
  fs::remove(paths_.folder / "00003.png");
  const auto report = extract_frames({}, paths_, run_);
  EXPECT_EQ(report->done_before, 5);
  EXPECT_EQ(grey_of("00003.png"), 60);
}

TEST_F(Frames, AnotherFormatReplacesTheOld) {
  ASSERT_TRUE(extract_frames({}, paths_, run_));
  ASSERT_TRUE(write_image(paths_.folder / "mine.png", ImageU8(8, 8, 3)));
  FramesOptions options;
  options.format = FrameFormat::jpg;
  ASSERT_TRUE(extract_frames(options, paths_, run_));
  EXPECT_FALSE(fs::exists(paths_.folder / "00001.png"));
  EXPECT_TRUE(fs::exists(paths_.folder / "mine.png"));
  EXPECT_NEAR(grey_of("00005.jpg"), 100, 2);
}

TEST_F(Frames, ForeignFramesAreKeptUntilRedo) {
  ASSERT_TRUE(write_image(paths_.folder / "00001.png", ImageU8(8, 8, 3)));
  EXPECT_TRUE(extract_frames({}, paths_, run_)->kept_foreign);
  EXPECT_EQ(count(), 1);
  FramesOptions options;
  options.redo = true;
  ASSERT_TRUE(extract_frames(options, paths_, run_));
  EXPECT_EQ(count(), 6);
}

// The folder that they came from may be gone.
TEST_F(Frames, ImportedImagesAreNotMadeAgain) {
  const auto from = folder_ / "stills";
  fs::create_directories(from);
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(write_image(from / media::frame_name(i, 2), ImageU8(8, 8, 3, static_cast<std::uint8_t>(70 + i))));
  ASSERT_TRUE(import_images({}, {from, paths_.folder, paths_.manifest}, run_));
  fs::remove_all(from);
  const auto kept = extract_frames({}, paths_, run_);
  ASSERT_TRUE(kept) << to_sentence(kept.error());
  ASSERT_TRUE(kept->kept_foreign);
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(grey_of("00001.png"), 70);
  FramesOptions options;
  options.redo = true;
  const auto report = extract_frames(options, paths_, run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  ASSERT_EQ(report->set_aside, 2);
  EXPECT_EQ(read_image(report->backup / "00001.png")->at(5, 5), 70);
  EXPECT_EQ(grey_of("00001.png"), 20);
  EXPECT_EQ(count(), 6);
}

TEST_F(Frames, APictureIsCalledSo) {
  ASSERT_TRUE(write_image(folder_ / "one.png", ImageU8(8, 8, 3)));
  paths_.video = folder_ / "one.png";
  const auto refused = extract_frames({}, paths_, run_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("one.png is a picture, not a video"), std::string::npos);
}

TEST_F(Frames, AStopIsNoFailureAndGoesOn) {
  run_.request_stop();
  EXPECT_EQ(extract_frames({}, paths_, run_).error().code, Code::cancelled);
  understudy::Run again;
  EXPECT_EQ(extract_frames({}, paths_, again)->frames, 6);
}

TEST(PickFrames, TakesTheFirstOfEachInterval) {
  std::vector<std::int64_t> ticks;
  for (int i = 0; i < 30; ++i) ticks.push_back(i);
  EXPECT_EQ(pick_frames(ticks, 1 / 30.0, 0).size(), 30u);
  EXPECT_EQ(pick_frames(ticks, 1 / 30.0, 60).size(), 30u);  // never doubled
  EXPECT_EQ(pick_frames(ticks, 1 / 30.0, 10), (std::vector<std::int64_t>{0, 3, 6, 9, 12, 15, 18, 21, 24, 27}));
}

TEST(FramesVerb, IsCalledFramesExtract) { EXPECT_EQ(frames_extract_verb().name, "frames extract"); }

}  // namespace
}  // namespace understudy
