// SPDX-License-Identifier: Apache-2.0
// What every codec and container keeps of the pictures, their times and the timecode.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "lib/base/scratch_folder.hpp"
#include "lib/media/clip_fake.hpp"
#include "lib/media/ffmpeg.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/join_video.hpp"
#include "lib/media/marking.hpp"
#include "lib/media/write_video.hpp"

namespace understudy::media {
namespace {

class Codecs : public ::testing::Test {
 protected:
  static VideoOptions options(VideoCodec codec, VideoQuality quality = VideoQuality::crf, int bits = 8) {
    VideoOptions o;
    o.codec = codec;
    o.bits = bits;
    o.quality = quality;
    o.crf = 1;
    o.preset = "veryfast";
    o.threads = 1;
    return o;
  }
  static Result<VideoWritten> write(const fs::path& path, const VideoOptions& o, std::vector<TimedImage> images) {
    std::size_t i = 0;
    return write_video(path, o, [&]() -> Result<std::optional<TimedImage>> {
      return i == images.size() ? std::optional<TimedImage>() : std::optional(std::move(images[i++]));
    });
  }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
};

constexpr int codes = 1024;

// Every 10-bit code once, as grey: 32 x 32 blocks of 4 x 4 pixels, so that half-sized chroma sees nothing of it.
ImageU16 ramp(int channels = 3) {
  ImageU16 image(128, 128, channels);
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      const int code = y / 4 * 32 + x / 4;
      for (int c = 0; c < channels; ++c)
        image.at(x, y, c) = static_cast<std::uint16_t>(std::lround(code * 65535.0 / (codes - 1)));
    }
  }
  return image;
}
int code_at(const ImageU16& image, int code) {
  return static_cast<int>(std::lround(image.at(code % 32 * 4 + 2, code / 32 * 4 + 2, 1) * (codes - 1) / 65535.0));
}

TEST_F(Codecs, ATenBitRampKeepsItsCodes) {
  struct Case {
    const char* file;
    VideoOptions options;
    bool full_range;
    int kept;  // at least, of the 1,024; a limited range has 877 codes of its own from black to white
  };
  for (auto& [file, o, full, kept] : {Case{"a.mp4", options(VideoCodec::h265, VideoQuality::crf, 10), true, 1000},
                                      Case{"c.mp4", options(VideoCodec::h265, VideoQuality::crf, 10), false, 860},
                                      Case{"b.mp4", options(VideoCodec::h265, VideoQuality::lossless, 10), true, 1024},
                                      Case{"d.mov", options(VideoCodec::prores), false, 860}}) {
    VideoOptions wanted = o;
    wanted.colour = {1, 1, 1, full, false};
    if (wanted.quality == VideoQuality::crf) wanted.crf = 0;
    const auto written = write(folder_ / file, wanted, {{{}, 0, ramp()}, {{}, 1, ramp()}});
    ASSERT_TRUE(written) << file << ": " << to_sentence(written.error());
    auto source = FrameSource::open(folder_ / file);
    ASSERT_TRUE(source) << to_sentence(source.error());
    EXPECT_GE(source->video()->bit_depth, 10);
    const auto frame = source->deep_at(1);
    ASSERT_TRUE(frame) << to_sentence(frame.error());
    std::set<int> seen;
    int furthest = 0, exact = 0;
    for (int code = 0; code < codes; ++code) {
      const int got = code_at(frame->bgr, code);
      seen.insert(got);
      exact += got == code;
      furthest = std::max(furthest, std::abs(got - code));
    }
    EXPECT_GE(static_cast<int>(seen.size()), kept) << file << ", " << exact << " exact";
    EXPECT_LE(furthest, wanted.quality == VideoQuality::lossless ? 0 : 4) << file;
  }
}

// The planes of a file's first frame as the decoder gives them.
FramePtr first_planes(const fs::path& path) {
  const auto input = open_input(path);
  AVStream* stream = *picture_stream(**input, path);
  const auto decoder = open_decoder(*stream, path, 1);
  FramePtr frame(av_frame_alloc());
  PacketPtr packet(av_packet_alloc());
  while (av_read_frame(input->get(), packet.get()) >= 0) {
    if (packet->stream_index == stream->index) avcodec_send_packet(decoder->get(), packet.get());
    av_packet_unref(packet.get());
    if (avcodec_receive_frame(decoder->get(), frame.get()) >= 0) return frame;
  }
  avcodec_send_packet(decoder->get(), nullptr);
  if (avcodec_receive_frame(decoder->get(), frame.get()) >= 0) return frame;
  return {};
}

TEST_F(Codecs, ProResKeepsAlphaWithinOneCode) {
  const auto path = folder_ / "a.mov";
  ImageU16 picture = ramp(4);
  for (int y = 0; y < 128; ++y)
    for (int x = 0; x < 128; ++x)
      for (int c = 0; c < 3; ++c) picture.at(x, y, c) = 30000;  // not multiplied by it
  ASSERT_TRUE(write(path, options(VideoCodec::prores), {{{}, 0, picture}}));
  const auto frame = first_planes(path);
  ASSERT_TRUE(frame);
  const auto* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame->format));
  ASSERT_TRUE(format->flags & AV_PIX_FMT_FLAG_ALPHA) << format->name;
  const int depth = format->comp[3].depth;
  for (int y = 0; y < 128; ++y) {
    const auto* row = reinterpret_cast<const std::uint16_t*>(frame->data[3] + y * frame->linesize[3]);
    for (int x = 0; x < 128; ++x)
      ASSERT_NEAR(row[x] * 1023.0 / ((1 << depth) - 1), y / 4 * 32 + x / 4, 1) << x << ' ' << y;
  }
}

TEST_F(Codecs, EveryCodecInEveryContainerKeepsPicturesTimesAndColours) {
  struct Case {
    VideoCodec codec;
    VideoQuality quality;
    int bits;
    std::vector<const char*> suffixes;
  };
  for (const auto& [codec, quality, bits, suffixes] :
       {Case{VideoCodec::h264, VideoQuality::crf, 8, {".mp4", ".mov", ".mkv"}},
        Case{VideoCodec::h264, VideoQuality::lossless, 8, {".mp4", ".mov", ".mkv"}},
        Case{VideoCodec::h265, VideoQuality::crf, 8, {".mp4", ".mov", ".mkv"}},
        Case{VideoCodec::h265, VideoQuality::crf, 10, {".mp4", ".mov", ".mkv"}},
        Case{VideoCodec::h265, VideoQuality::lossless, 8, {".mp4", ".mkv"}},
        Case{VideoCodec::h265, VideoQuality::lossless, 10, {".mp4", ".mkv"}},
        Case{VideoCodec::prores, VideoQuality::crf, 10, {".mov", ".mkv"}}}) {
    for (const char* suffix : suffixes) {
      const auto path = folder_ / (std::string("clip") + suffix);
      SCOPED_TRACE(fmt::format("codec {}, quality {}, {} bits, {}", int(codec), int(quality), bits, suffix));
      VideoOptions o = options(codec, quality, bits);
      o.time_base = {1, 1000};
      o.colour = {5, 2, 2, codec == VideoCodec::h264, false};
      const std::vector<std::int64_t> ticks{0, 33, 67, 500, 520, 1000};
      std::vector<TimedImage> images;
      for (std::size_t i = 0; i < ticks.size(); ++i) {
        ImageU8 bgr(64, 48, 3, static_cast<std::uint8_t>(40 * i + 20));
        for (int y = 24; y < 48; ++y)
          for (int x = 0; x < 64; ++x) bgr.at(x, y, 0) = 200;
        images.push_back({bgr, ticks[i]});
      }
      const auto written = write(path, o, images);
      ASSERT_TRUE(written) << to_sentence(written.error());
      auto source = FrameSource::open(path);
      ASSERT_TRUE(source) << to_sentence(source.error());
      const auto& info = *source->video();
      ASSERT_EQ(info.count(), 6);
      // FFmpeg reads ProRes 4444 at 12 bits, whatever was written.
      EXPECT_EQ(info.bit_depth, codec == VideoCodec::prores ? 12 : bits);
      for (int i = 0; i < 6; ++i) {
        EXPECT_NEAR(static_cast<double>(info.ticks[i] - info.ticks[0]) * info.time_base.value(), ticks[i] / 1000.0,
                    1e-9);
        const auto frame = source->next();
        ASSERT_TRUE(frame && *frame);
        const ImageU8& got = (*frame)->bgr;
        const int near = quality != VideoQuality::lossless ? 2 : bits == 8 ? 0 : 1;  // what 8 bits make of 10
        for (int c = 0; c < 3; ++c) {
          EXPECT_NEAR(got.at(10, 10, c), 40 * i + 20, near) << i;
          EXPECT_NEAR(got.at(40, 40, c), c == 0 ? 200 : 40 * i + 20, near) << i;
        }
      }
    }
  }
}

TEST_F(Codecs, ClipsOfAFewFramesAreWhole) {
  for (const auto codec : {VideoCodec::h264, VideoCodec::h265}) {
    for (int count = 1; count <= 9; ++count) {
      const auto path = folder_ / "short.mp4";
      VideoOptions o = options(codec);
      o.preset = "medium";
      std::vector<GreyFrame> frames;
      for (int i = 0; i < count; ++i) frames.push_back({20 * i + 40, i});
      const auto written = write_greys(path, o, 64, 48, frames);
      ASSERT_TRUE(written) << count << ": " << to_sentence(written.error());
      auto source = FrameSource::open(path);
      ASSERT_TRUE(source && source->count() == count) << count;
      for (int i = 0; i < count; ++i) EXPECT_NEAR((*source->next())->bgr.at(9, 9, 1), 20 * i + 40, 2) << count;
    }
  }
}

// Parts of any length, also of variable rate, make the file that was written at once.
TEST_F(Codecs, PartsAreJoinedWithoutALossOfTimes) {
  std::vector<GreyFrame> all;
  std::int64_t tick = 0;
  for (int i = 0; i < 40; ++i) all.push_back({20 + 5 * i, tick += i % 7 == 3 ? 250 : 12 + i % 5});
  const auto begin = all.front().ticks;
  for (auto& frame : all) frame.ticks -= begin;
  ASSERT_TRUE(write_tone(folder_ / "s.wav", 2));
  for (const auto codec : {VideoCodec::h264, VideoCodec::h265, VideoCodec::prores}) {
    VideoOptions o = options(codec, VideoQuality::crf, codec == VideoCodec::h264 ? 8 : 10);
    o.preset = "medium";
    o.time_base = {1, 1000};
    o.timecode = "01:00:00:00";
    const std::string suffix = codec == VideoCodec::prores ? ".mov" : ".mp4";
    std::vector<VideoPart> parts;
    for (std::size_t first = 0, length = 1; first < all.size(); first += length, length = length * 2 + 1) {
      auto some = std::vector(all.begin() + static_cast<long>(first),
                              all.begin() + static_cast<long>(std::min(first + length, all.size())));
      const auto start = some.front().ticks;
      for (auto& frame : some) frame.ticks -= start;
      parts.push_back({folder_ / (std::to_string(first) + suffix), start});
      ASSERT_TRUE(write_greys(parts.back().file, o, 64, 48, some));
    }
    for (const std::string& target : {suffix, std::string(".mkv")}) {
      VideoOptions whole = o;
      whole.sound_from = folder_ / "s.wav";
      const auto joined = join_video(folder_ / ("joined" + target), whole, parts);
      ASSERT_TRUE(joined) << to_sentence(joined.error());
      EXPECT_EQ(joined->frames, 40);
      EXPECT_EQ(joined->sound_copied + joined->sound_encoded, 1);
      auto source = FrameSource::open(folder_ / ("joined" + target));
      ASSERT_TRUE(source) << to_sentence(source.error());
      const auto& info = *source->video();
      ASSERT_EQ(info.count(), 40);
      for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_NEAR(static_cast<double>(info.ticks[i] - info.ticks[0]) * info.time_base.value(),
                    static_cast<double>(all[i].ticks) / 1000, 1e-9);
        EXPECT_NEAR((*source->next())->bgr.at(9, 9, 1), all[i].grey, 2) << i;
      }
      EXPECT_EQ(*read_digital_source_type(folder_ / ("joined" + target)) == composite_with_trained_media,
                target != ".mkv");
      EXPECT_EQ(info.timecode, target != ".mkv" ? "01:00:00:00" : info.timecode);
    }
  }
}

TEST_F(Codecs, DeepPicturesAreRoundedForAnEightBitCodec) {
  for (const auto quality : {VideoQuality::crf, VideoQuality::lossless}) {
    const auto path = folder_ / "e.mp4";
    ImageU16 deep(64, 48, 3, 100 * 257 + 120);
    ASSERT_TRUE(write(path, options(VideoCodec::h264, quality), {{{}, 0, deep}}));
    EXPECT_NEAR((*FrameSource::open(path)->next())->bgr.at(9, 9, 1), 100, quality == VideoQuality::crf ? 1 : 0);
  }
}

TEST_F(Codecs, AnAviHasOneRateAndThatIsTold) {
  for (const bool steady : {true, false}) {
    const auto path = folder_ / "a.avi";
    std::vector<std::string> told;
    VideoOptions o = options(VideoCodec::h264);
    o.time_base = {1, 1000};
    o.frame_rate = {25, 1};
    o.tell = [&told](const std::string& sentence) { told.push_back(sentence); };
    std::vector<GreyFrame> frames;
    for (int i = 0; i < 8; ++i) frames.push_back({20 * i + 40, steady ? 40 * i : 40 * i + (i > 3 ? 57 : 0)});
    ASSERT_TRUE(write_greys(path, o, 64, 48, frames));
    EXPECT_EQ(told.size(), steady ? 0u : 1u);
    auto source = FrameSource::open(path);
    ASSERT_TRUE(source) << to_sentence(source.error());
    ASSERT_GE(source->video()->count(), 8);
    EXPECT_NEAR((*source->next())->bgr.at(9, 9, 1), 40, 2);
  }
}

TEST_F(Codecs, TimecodeIsKept) {
  for (const char* suffix : {".mov", ".mp4"}) {
    for (const char* code : {"01:02:03:04", "10:00:00;00"}) {
      VideoOptions o = options(VideoCodec::h264);
      o.frame_rate = {30000, 1001};
      o.time_base = {1001, 30000};
      o.timecode = code;
      const auto path = folder_ / (std::string("t") + suffix);
      ASSERT_TRUE(write_greys(path, o, 64, 48, {{50, 0}, {60, 1}}));
      const auto info = probe(path);
      ASSERT_TRUE(info) << to_sentence(info.error());
      EXPECT_EQ(info->timecode, code);
      EXPECT_EQ(info->count(), 2);
    }
  }
  ASSERT_TRUE(write_greys(folder_ / "none.mov", options(VideoCodec::h264), 64, 48, {{50, 0}}));
  EXPECT_EQ(probe(folder_ / "none.mov")->timecode, "");
}

TEST_F(Codecs, WhatAContainerCannotHoldIsRefused) {
  for (const char* name : {"a.mp4", "a.m4v", "a.avi"}) EXPECT_FALSE(check_container(name, VideoCodec::prores)) << name;
  for (const char* name : {"a.mov", "a.MKV"}) EXPECT_TRUE(check_container(name, VideoCodec::prores)) << name;
  EXPECT_FALSE(check_container("a.avi", VideoCodec::h265));
  EXPECT_TRUE(check_container("a.avi", VideoCodec::h264));
}

}  // namespace
}  // namespace understudy::media
