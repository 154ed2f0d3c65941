// SPDX-License-Identifier: Apache-2.0
#include "steps/7_video/video.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/clip_fake.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/marking.hpp"
#include "lib/media/sequence.hpp"
#include "steps/7_video/timing.hpp"
#include "steps/7_video/verb.hpp"

namespace understudy {
namespace {

const std::vector<std::int64_t> reference_ticks{0, 33, 67, 500, 520, 1000};

std::vector<media::GreyFrame> reference_frames(std::int64_t from) {
  std::vector<media::GreyFrame> frames;
  for (const auto tick : reference_ticks) frames.push_back({10, from + tick});
  return frames;
}

class VideoStep : public ::testing::Test {
 protected:
  void SetUp() override {
    paths_ = {folder_ / "merged",       folder_ / "merged_mask",
              folder_ / "data_dst.mp4", folder_ / "state" / "frames-dst.json",
              folder_ / "result.mp4",   folder_ / "state" / "video.json"};
    ASSERT_TRUE(media::write_tone(folder_ / "s.wav", 1));
    media::VideoOptions options;
    options.time_base = {1, 1000};
    options.sound_from = folder_ / "s.wav";
    options.synthetic = false;
    options.colour = {6, 2, 2, true, false};
    ASSERT_TRUE(media::write_greys(paths_.reference, options, 64, 48, reference_frames(0)));
    for (int k = 0; k < 6; ++k) ASSERT_TRUE(write_image(paths_.frames / media::frame_name(k, 6), picture(k)));
  }
  static ImageU8 picture(int k) { return ImageU8(64, 48, 3, static_cast<std::uint8_t>(30 * (k + 1))); }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
  VideoPaths paths_;
  std::vector<std::string> warnings_;
  understudy::Run run_{[this](const Event& event) {
    if (const auto* warning = std::get_if<WarningEvent>(&event)) warnings_.push_back(warning->text);
  }};
};

TEST_F(VideoStep, TimesSoundColourAndMarkAreTheOriginals) {
  const auto report = encode_video({}, paths_, run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->frames, 6);
  EXPECT_EQ(report->missing, 0);
  EXPECT_EQ(report->sound_copied, 1);
  auto source = media::FrameSource::open(paths_.result);
  ASSERT_TRUE(source);
  const auto& info = *source->video();
  ASSERT_EQ(info.count(), 6);
  for (int i = 0; i < 6; ++i) {
    EXPECT_NEAR(static_cast<double>(info.ticks[i] - info.ticks[0]) * info.time_base.value(),
                reference_ticks[i] / 1000.0, 1e-9);
    EXPECT_NEAR((*source->next())->bgr.at(30, 20), 30 * (i + 1), 2);
  }
  EXPECT_EQ(info.sound_tracks, 1);
  EXPECT_EQ(info.colour.matrix, 6);
  EXPECT_TRUE(info.colour.full_range);
  EXPECT_EQ(*media::read_digital_source_type(paths_.result), media::composite_with_trained_media);
}

TEST_F(VideoStep, DeepFramesGiveTenBitsWhereTheCodecHasThem) {
  for (int k = 0; k < 6; ++k) {
    const auto png = encode_png(ImageU16(64, 48, 3, static_cast<std::uint16_t>(40000 + 16 * k)));
    ASSERT_TRUE(png && write_file(paths_.frames / media::frame_name(k, 6), *png));
  }
  VideoEncodeOptions options;
  options.codec = media::VideoCodec::h265;
  options.quality = media::VideoQuality::lossless;
  ASSERT_TRUE(encode_video(options, paths_, run_));
  auto source = media::FrameSource::open(paths_.result);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->video()->bit_depth, 10);
  EXPECT_NEAR(source->deep_at(5)->bgr.at(9, 9, 0), 40080, 33);
  options.bit_depth = BitDepth::eight;
  const auto again = encode_video(options, paths_, run_);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->up_to_date);
  EXPECT_EQ(media::probe(paths_.result)->bit_depth, 8);
}

TEST_F(VideoStep, MasksBecomeTheAlphaOfProRes) {
  VideoEncodeOptions options;
  options.codec = media::VideoCodec::prores;
  options.alpha = true;
  paths_.result = folder_ / "result.mov";
  // Pictures without a mask are told and left out, as unreadable ones are.
  for (int k = 0; k < 5; ++k)
    ASSERT_TRUE(write_image(paths_.mattes / media::frame_name(k, 6), ImageU8(64, 48, 1, 128)));
  const auto report = encode_video(options, paths_, run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->frames, 5);
  EXPECT_EQ(report->unreadable, std::vector<std::string>{"00006.png"});
  auto source = media::FrameSource::open(paths_.result);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->video()->codec, "prores");
  EXPECT_NEAR((*source->next())->bgr.at(30, 20), 30, 2);
  EXPECT_TRUE(encode_video(options, paths_, run_)->up_to_date);
  ASSERT_TRUE(write_image(paths_.mattes / media::frame_name(0, 6), ImageU8(64, 48, 1, 99)));
  EXPECT_FALSE(encode_video(options, paths_, run_)->up_to_date);
}

// As on a network disk that was away for a while: the file is as it was all along, by name, size and time.
TEST_F(VideoStep, APictureThatCanBeReadAgainComesIn) {
  const fs::path file = paths_.frames / media::frame_name(3, 6);
  const Bytes whole = *read_file(file);
  const auto time = fs::last_write_time(file);
  const auto put = [&](const Bytes& content) {
    ASSERT_TRUE(write_file(file, content));
    fs::last_write_time(file, time);
  };
  put(Bytes(whole.size(), 0));
  const auto away = encode_video({}, paths_, run_);
  ASSERT_TRUE(away) << to_sentence(away.error());
  EXPECT_EQ(away->unreadable, std::vector<std::string>{"00004.png"});
  // As long as it stays so there is nothing to do, and that it is missing is said again.
  warnings_.clear();
  const auto still = encode_video({}, paths_, run_);
  ASSERT_TRUE(still);
  EXPECT_TRUE(still->up_to_date);
  EXPECT_EQ(still->unreadable, away->unreadable);
  EXPECT_EQ(still->frames, 5);
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_NE(warnings_[0].find("00004.png"), std::string::npos);
  understudy::Run stopped;
  stopped.request_stop();  // before they are all tried again
  const auto cancelled = encode_video({}, paths_, stopped);
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Code::cancelled);
  put(whole);
  const auto back = encode_video({}, paths_, run_);
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->up_to_date);
  EXPECT_EQ(back->frames, 6);
  EXPECT_TRUE(back->unreadable.empty());
  EXPECT_EQ(media::probe(paths_.result)->count(), 6);
  EXPECT_TRUE(encode_video({}, paths_, run_)->up_to_date);
}

TEST(PicturesAhead, TakeAGigabyteAtMostOrAreFour) {
  constexpr std::uint64_t small = 1920 * 1080 * 3, uhd = 3840 * 2160 * 6, huge = std::uint64_t{1} << 40;
  EXPECT_EQ(pictures_ahead(small, 64), 65u);
  EXPECT_EQ(pictures_ahead(uhd, 64), 21u);
  EXPECT_EQ(pictures_ahead(huge, 64), 4u);
  EXPECT_EQ(pictures_ahead(huge, 1), 2u);
  EXPECT_EQ(pictures_ahead(0, 64), 65u);
}

TEST_F(VideoStep, OptionsThatCannotGoTogetherAreRefused) {
  const auto refused = [&](const std::function<void(VideoEncodeOptions&)>& change) {
    VideoEncodeOptions options;
    change(options);
    const auto report = encode_video(options, paths_, run_);
    return !report && report.error().code == Code::bad_option && !fs::exists(paths_.result);
  };
  EXPECT_TRUE(refused([](auto& o) { o.bit_depth = BitDepth::ten; }));
  EXPECT_TRUE(refused([](auto& o) { o.alpha = true; }));
  EXPECT_TRUE(refused([](auto& o) { o.codec = media::VideoCodec::prores; }));  // into an mp4
}

TEST_F(VideoStep, AMissingFrameDoesNotShiftTheRest) {
  fs::remove(paths_.frames / "00003.png");
  ASSERT_TRUE(write_text(paths_.frames / "00005.png", "no picture"));
  const auto report = encode_video({}, paths_, run_);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->frames, 4);
  EXPECT_EQ(report->missing, 1);
  EXPECT_EQ(report->unreadable, std::vector<std::string>{"00005.png"});
  const auto info = media::probe(paths_.result);
  ASSERT_EQ(info->count(), 4);
  EXPECT_NEAR(static_cast<double>(info->ticks[3] - info->ticks[0]) * info->time_base.value(), 1.0, 1e-9);
}

// Once at the end of the numbers, once among them, once with the manifest that step 1 leaves.
TEST_F(VideoStep, AnExtraPictureOfAVariableRateIsToldAndTheOthersKeepTheirTimes) {
  for (const std::string extra : {"00007.png", "00003b.png", "00003 copy.png", "manifest"}) {
    SCOPED_TRACE(extra);
    const std::string name = extra == "manifest" ? "00000.png" : extra;
    if (extra == "manifest") {
      const auto reference = media::probe(paths_.reference);
      media::Sequence sequence{media::video_identity(*reference), {}, reference->time_base, {}, true};
      for (int k = 0; k < 6; ++k)
        sequence.ticks[fs::path(media::frame_name(k, 6)).stem().string()] =
            reference->ticks[static_cast<std::size_t>(k)];
      ASSERT_TRUE(media::write_sequence(paths_.manifest, sequence));
    }
    ASSERT_TRUE(write_image(paths_.frames / name, ImageU8(64, 48, 3, 250)));
    warnings_.clear();
    const auto report = encode_video({}, paths_, run_);
    ASSERT_TRUE(report) << to_sentence(report.error());
    EXPECT_EQ(report->frames, 6);
    EXPECT_EQ(report->missing, 0);
    EXPECT_EQ(report->extra, std::vector<std::string>{name});
    ASSERT_EQ(warnings_.size(), 1u);
    EXPECT_NE(warnings_[0].find(name), std::string::npos) << warnings_[0];
    auto source = media::FrameSource::open(paths_.result);
    ASSERT_TRUE(source);
    const auto& info = *source->video();
    ASSERT_EQ(info.count(), 6);
    EXPECT_TRUE(info.variable_rate);
    for (std::size_t i = 0; i < 6; ++i) {
      EXPECT_NEAR(static_cast<double>(info.ticks[i] - info.ticks[0]) * info.time_base.value(),
                  static_cast<double>(reference_ticks[i]) / 1000, 1e-9);
      EXPECT_NEAR((*source->next())->bgr.at(30, 20), 30 * (static_cast<int>(i) + 1), 2);
    }
    fs::remove(paths_.frames / name);
  }
}

TEST_F(VideoStep, AReferenceThatStartsLateIsFollowedFromItsStart) {
  media::VideoOptions options;
  options.time_base = {1, 1000};
  options.sound_from = folder_ / "s.wav";
  options.sound_shift = 5;
  ASSERT_TRUE(media::write_greys(paths_.reference, options, 64, 48, reference_frames(5000)));
  ASSERT_TRUE(encode_video({}, paths_, run_));
  const auto info = media::probe(paths_.result);
  EXPECT_LT(static_cast<double>(info->ticks[0]) * info->time_base.value(), 0.1);
  // No sound may be left behind at second five.
  EXPECT_LT(std::abs(info->sound_start), 0.1);
}

TEST_F(VideoStep, ItIsDoneOnceAndAgainWhenAFrameChanges) {
  ASSERT_TRUE(encode_video({}, paths_, run_));
  EXPECT_TRUE(encode_video({}, paths_, run_)->up_to_date);
  ASSERT_TRUE(write_image(paths_.frames / "00002.png", picture(5)));
  EXPECT_FALSE(encode_video({}, paths_, run_)->up_to_date);
  EXPECT_NEAR(media::FrameSource::open(paths_.result)->at(1)->bgr.at(30, 20), 180, 2);
}

// As when a sequence is imported again at another rate: its pictures stay, its manifest does not.
TEST_F(VideoStep, ItIsDoneAgainWhenTheTimesChange) {
  paths_.reference.clear();
  media::Sequence sequence{{{"images", "some"}}, {}, {1000, 24000}, {}, true};
  for (int k = 0; k < 6; ++k) sequence.ticks[fs::path(media::frame_name(k, 6)).stem().string()] = k;
  const auto encoded_at = [&](media::Rational time_base) {
    sequence.time_base = time_base;
    EXPECT_TRUE(media::write_sequence(paths_.manifest, sequence));
    const auto report = encode_video({}, paths_, run_);
    EXPECT_TRUE(report) << to_sentence(report.error());
    return !report->up_to_date;
  };
  EXPECT_TRUE(encoded_at({1000, 24000}));
  EXPECT_FALSE(encoded_at({1000, 24000}));
  EXPECT_EQ(media::probe(paths_.result)->frame_rate, (media::Rational{24, 1}));
  EXPECT_TRUE(encoded_at({1000, 25000}));
  EXPECT_EQ(media::probe(paths_.result)->frame_rate, (media::Rational{25, 1}));
  sequence.ticks["00006"] = 9;
  EXPECT_TRUE(encoded_at({1000, 25000}));
  fs::remove(paths_.manifest);
  EXPECT_FALSE(encode_video({}, paths_, run_)->up_to_date);  // in order now
}

TEST_F(VideoStep, LosslessKeepsEveryPixel) {
  VideoEncodeOptions options;
  options.quality = media::VideoQuality::lossless;
  ASSERT_TRUE(encode_video(options, paths_, run_));
  EXPECT_EQ(media::FrameSource::open(paths_.result)->at(2)->bgr, picture(2));
}

TEST_F(VideoStep, WithoutAReferenceTheRateIsGiven) {
  paths_.reference.clear();
  VideoEncodeOptions options;
  options.fps = 29.97;
  const auto report = encode_video(options, paths_, run_);
  ASSERT_TRUE(report);
  const auto info = media::probe(paths_.result);
  EXPECT_EQ(info->count(), 6);
  EXPECT_EQ(info->frame_rate, (media::Rational{30000, 1001}));
  EXPECT_EQ(info->sound_tracks, 0);
}

// Whether they are shown by their names or all in order.
TEST_F(VideoStep, OfImagesThatShareANameTheFirstIsShown) {
  ASSERT_TRUE(write_image(paths_.frames / "00002.jpg", picture(6)));
  for (const double fps : {0.0, 25.0}) {
    SCOPED_TRACE(fps);
    warnings_.clear();
    VideoEncodeOptions options;
    options.fps = fps;
    const auto report = encode_video(options, paths_, run_);
    ASSERT_TRUE(report) << to_sentence(report.error());
    EXPECT_EQ(report->frames, 6);
    EXPECT_EQ(warnings_, std::vector<std::string>{
                             "00002.png is passed over: another image has the same name with another ending"});
    auto source = media::FrameSource::open(paths_.result);
    ASSERT_TRUE(source);
    ASSERT_EQ(source->count(), 6);
    EXPECT_NEAR(source->at(1)->bgr.at(30, 20), 210, 3);
  }
}

TEST_F(VideoStep, TheManifestGivesTheTimesOfFewerFrames) {
  const auto info = media::probe(paths_.reference);
  media::Sequence sequence{
      media::video_identity(*info), {}, info->time_base, {{"00001", info->ticks[0]}, {"00002", info->ticks[3]}}, true};
  ASSERT_TRUE(media::write_sequence(paths_.manifest, sequence));
  const auto timing =
      time_images({paths_.frames / "00001.png", paths_.frames / "00002.png"}, *info, paths_.manifest, 0);
  EXPECT_TRUE(timing.follows_reference);
  ASSERT_EQ(timing.files.size(), 2u);
  EXPECT_EQ(timing.files[1].tick, info->ticks[3]);
  EXPECT_EQ(timing.missing, 0);
}

TEST_F(VideoStep, FramesOfTwoSizesAreOneClearError) {
  ASSERT_TRUE(write_image(paths_.frames / "00004.png", ImageU8(32, 48, 3)));
  const auto bad = encode_video({}, paths_, run_);
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("32x48"), std::string::npos);
  EXPECT_FALSE(fs::exists(paths_.result));
  ASSERT_TRUE(write_text(paths_.result, "somebody's"));  // stays where it is until there is another
  EXPECT_FALSE(encode_video({}, paths_, run_));
  EXPECT_EQ(*read_text(paths_.result), "somebody's");
  fs::remove_all(paths_.frames);
  fs::create_directories(paths_.frames);
  EXPECT_EQ(encode_video({}, paths_, run_).error().code, Code::not_found);
}

TEST(VideoVerb, IsCalledVideoEncode) { EXPECT_EQ(video_encode_verb().name, "video encode"); }

}  // namespace
}  // namespace understudy
