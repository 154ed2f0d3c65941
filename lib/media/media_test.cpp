// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numeric>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/geometry.hpp"
#include "lib/media/clip_fake.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/marking.hpp"
#include "lib/media/write_video.hpp"

namespace understudy::media {
namespace {

class Media : public ::testing::Test {
 protected:
  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
};

// The frame's number as eight black or white blocks along the top, over a plain colour.
ImageU8 numbered(int number, int width = 128, int height = 64) {
  ImageU8 bgr(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool block = y < 32;
      const int bit = x / (width / 8);
      for (int c = 0; c < 3; ++c)
        bgr.at(x, y, c) = block ? (number >> bit & 1 ? 235 : 16) : static_cast<std::uint8_t>(60 + 50 * c);
    }
  }
  return bgr;
}
int number_of(const ImageU8& bgr) {
  int number = 0;
  for (int bit = 0; bit < 8; ++bit) number |= (bgr.at(bgr.width / 16 + bit * (bgr.width / 8), 16, 1) > 128) << bit;
  return number;
}

VideoOptions small_options() {
  VideoOptions options;
  options.preset = "veryfast";
  options.threads = 1;
  return options;
}

Result<VideoWritten> write_numbered(const fs::path& path, const std::vector<std::int64_t>& ticks,
                                    const VideoOptions& options, int width = 128, int height = 64) {
  std::size_t i = 0;
  return write_video(path, options, [&]() -> Result<std::optional<TimedImage>> {
    if (i == ticks.size()) return std::optional<TimedImage>();
    TimedImage image{numbered(static_cast<int>(i), width, height), ticks[i]};
    ++i;
    return std::optional<TimedImage>(std::move(image));
  });
}

std::vector<std::int64_t> counted(int n) {
  std::vector<std::int64_t> ticks(static_cast<std::size_t>(n));
  std::iota(ticks.begin(), ticks.end(), 0);
  return ticks;
}

TEST_F(Media, ProbeGivesCountRateAndColour) {
  const auto path = folder_ / "a.mp4";
  auto options = small_options();
  options.frame_rate = {30, 1};
  options.time_base = {1, 30};
  options.colour.matrix = 6;
  options.colour.full_range = true;
  ASSERT_TRUE(write_numbered(path, counted(40), options));
  const auto info = probe(path);
  ASSERT_TRUE(info) << to_sentence(info.error());
  EXPECT_EQ(info->count(), 40);
  EXPECT_EQ(info->width, 128);
  EXPECT_EQ(info->height, 64);
  EXPECT_EQ(info->frame_rate, (Rational{30, 1}));
  EXPECT_FALSE(info->variable_rate);
  EXPECT_NEAR(info->duration, 40 / 30.0, 1e-6);
  EXPECT_EQ(info->colour.matrix, 6);
  EXPECT_TRUE(info->colour.full_range);
  EXPECT_FALSE(info->colour.matrix_assumed);
  EXPECT_EQ(info->sound_tracks, 0);
}

TEST_F(Media, EveryFrameIsReachedExactlyInAnyOrder) {
  const auto path = folder_ / "a.mp4";
  auto options = small_options();
  options.preset = "medium";  // with B-frames
  ASSERT_TRUE(write_numbered(path, counted(200), options));
  auto source = FrameSource::open(path);
  ASSERT_TRUE(source) << to_sentence(source.error());
  ASSERT_EQ(source->count(), 200);
  EXPECT_EQ(source->name(0), "00001.png");
  for (int i = 0; i < 200; ++i) {
    const auto frame = source->next();
    ASSERT_TRUE(frame && *frame) << i;
    EXPECT_EQ((*frame)->index, i);
    EXPECT_EQ(number_of((*frame)->bgr), i);
  }
  EXPECT_FALSE(*source->next());
  for (const int i : {150, 3, 3, 4, 199, 0, 77, 76, 78, 120}) {
    const auto frame = source->at(i);
    ASSERT_TRUE(frame) << to_sentence(frame.error());
    EXPECT_EQ(number_of(frame->bgr), i);
  }
  EXPECT_EQ(number_of((*source->next())->bgr), 121);
}

TEST_F(Media, VariableRateKeepsItsFramesAndTimes) {
  const auto path = folder_ / "vfr.mp4";
  auto options = small_options();
  options.time_base = {1, 1000};
  const std::vector<std::int64_t> ticks{0, 33, 67, 500, 520, 1000, 1100, 1133};
  ASSERT_TRUE(write_numbered(path, ticks, options));
  auto source = FrameSource::open(path);
  ASSERT_TRUE(source);
  const auto& info = *source->video();
  EXPECT_TRUE(info.variable_rate);
  ASSERT_EQ(info.count(), 8);
  for (int i = 0; i < 8; ++i) {
    EXPECT_NEAR(static_cast<double>(info.ticks[i] - info.ticks[0]) * info.time_base.value(), ticks[i] / 1000.0, 1e-9);
    EXPECT_EQ(number_of((*source->next())->bgr), i);
  }
}

TEST_F(Media, ColoursSurviveTheirOwnMatrixAndRange) {
  for (const int matrix : {1, 6, 9}) {
    for (const bool full : {false, true}) {
      const auto path = folder_ / "c.mp4";
      auto options = small_options();
      options.crf = 1;
      options.colour.matrix = matrix;
      options.colour.full_range = full;
      ASSERT_TRUE(write_numbered(path, counted(2), options));
      const auto frame = FrameSource::open(path)->next();
      const auto& bgr = (*frame)->bgr;
      for (int c = 0; c < 3; ++c)
        EXPECT_NEAR(bgr.at(64, 48, c), 60 + 50 * c, 2) << "matrix " << matrix << " full " << full;
    }
  }
}

TEST_F(Media, LosslessGivesEveryPixelBack) {
  const auto path = folder_ / "l.mp4";
  auto options = small_options();
  options.quality = VideoQuality::lossless;
  ASSERT_TRUE(write_numbered(path, counted(3), options, 127, 65));
  auto source = FrameSource::open(path);
  ASSERT_TRUE(source);
  for (int i = 0; i < 3; ++i) EXPECT_EQ((*source->next())->bgr, numbered(i, 127, 65));
}

TEST_F(Media, OddSidesAreDoubledInFourTwoZero) {
  const auto path = folder_ / "o.mp4";
  ASSERT_TRUE(write_numbered(path, counted(2), small_options(), 127, 65));
  const auto info = probe(path);
  EXPECT_EQ(info->width, 128);
  EXPECT_EQ(info->height, 66);
}

// Writes a display matrix into the track header (ISO 14496-12 8.3.2), as phones do.
void rotate_track(const fs::path& path, std::array<std::int32_t, 4> abcd) {
  std::string file = *read_text(path);
  const auto at = file.find("tkhd");
  ASSERT_NE(at, std::string::npos);
  auto put = [&](std::size_t word, std::int32_t value) {
    for (int b = 0; b < 4; ++b) file[at + 44 + word * 4 + b] = static_cast<char>(value * 65536 >> 8 * (3 - b) & 255);
  };
  put(0, abcd[0]);
  put(1, abcd[1]);
  put(3, abcd[2]);
  put(4, abcd[3]);
  ASSERT_TRUE(write_text(path, file));
}

TEST_F(Media, RotationIsHonoured) {
  const auto path = folder_ / "r.mp4";
  ASSERT_TRUE(write_numbered(path, counted(6), small_options()));
  const auto upright = (*FrameSource::open(path)->at(5)).bgr;
  rotate_track(path, {0, 1, -1, 0});  // 90 degrees clockwise: (x, y) -> (h - 1 - y, x)
  auto source = FrameSource::open(path);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->video()->width, 64);
  EXPECT_EQ(source->video()->height, 128);
  const auto turned = source->at(5)->bgr;
  ASSERT_EQ(turned.width, 64);
  for (const Point p : {Point{0, 0}, Point{100, 10}, Point{127, 63}}) {
    const int x = static_cast<int>(p.x), y = static_cast<int>(p.y);
    EXPECT_EQ(turned.at(63 - y, x, 1), upright.at(x, y, 1));
  }
  rotate_track(path, {-1, 0, 0, -1});
  const auto half = FrameSource::open(path)->at(5)->bgr;
  EXPECT_EQ(half.at(127 - 100, 63 - 10, 1), upright.at(100, 10, 1));
}

TEST_F(Media, SoundIsCopiedOrEncoded) {
  ASSERT_TRUE(write_tone(folder_ / "s.wav", 2.0));
  auto options = small_options();
  options.sound_from = folder_ / "s.wav";
  const auto encoded = write_numbered(folder_ / "a.mp4", counted(50), options);
  ASSERT_TRUE(encoded) << to_sentence(encoded.error());
  EXPECT_EQ(encoded->sound_copied + encoded->sound_encoded, 1);
  options.sound_from = folder_ / "a.mp4";
  const auto copied = write_numbered(folder_ / "b.mp4", counted(50), options);
  ASSERT_TRUE(copied) << to_sentence(copied.error());
  EXPECT_EQ(copied->sound_copied, 1);
  const auto info = probe(folder_ / "b.mp4");
  EXPECT_EQ(info->sound_tracks, 1);
  EXPECT_EQ(info->count(), 50);
  EXPECT_NEAR(info->duration, 2.0, 1e-6);
}

TEST_F(Media, SyntheticVideosSaySo) {
  auto options = small_options();
  options.comment = "made by a test";
  ASSERT_TRUE(write_numbered(folder_ / "a.mp4", counted(3), options));
  EXPECT_EQ(*read_digital_source_type(folder_ / "a.mp4"), composite_with_trained_media);
  EXPECT_EQ(probe(folder_ / "a.mp4")->count(), 3);
  options.synthetic = false;
  ASSERT_TRUE(write_numbered(folder_ / "b.mp4", counted(3), options));
  EXPECT_EQ(*read_digital_source_type(folder_ / "b.mp4"), std::nullopt);
  ASSERT_TRUE(write_image(folder_ / "c.png", numbered(1), 95, composite_marking_xmp));
  ASSERT_TRUE(write_image(folder_ / "d.jpg", numbered(1), 95, composite_marking_xmp));
  ASSERT_TRUE(write_image(folder_ / "e.jpg", numbered(1)));
  EXPECT_EQ(*read_digital_source_type(folder_ / "c.png"), composite_with_trained_media);
  EXPECT_EQ(*read_digital_source_type(folder_ / "d.jpg"), composite_with_trained_media);
  EXPECT_EQ(*read_digital_source_type(folder_ / "e.jpg"), std::nullopt);
}

TEST_F(Media, BadFilesAreToldApart) {
  const auto missing = probe(folder_ / "none.mp4");
  EXPECT_EQ(missing.error().code, Code::not_found);
  ASSERT_TRUE(write_text(folder_ / "text.mp4", fmt::format("{:x>5000}\nnot a video\n", "")));
  const auto text = probe(folder_ / "text.mp4");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::bad_file);
  EXPECT_NE(text.error().message.find("text.mp4"), std::string::npos);
  ASSERT_TRUE(write_tone(folder_ / "s.wav", 0.2));
  const auto sound = probe(folder_ / "s.wav");
  ASSERT_FALSE(sound);
  EXPECT_NE(sound.error().message.find("no video in"), std::string::npos) << sound.error().message;
  fs::create_directories(folder_ / "empty");
  EXPECT_EQ(FrameSource::open(folder_ / "empty").error().code, Code::not_found);
}

TEST_F(Media, TruncatedFilesAreRefused) {
  const auto whole = folder_ / "a.mp4";
  ASSERT_TRUE(write_numbered(whole, counted(100), small_options()));
  const std::string file = *read_text(whole);
  ASSERT_TRUE(write_text(folder_ / "half.mp4", file.substr(0, file.size() / 2)));
  const auto half = probe(folder_ / "half.mp4");
  ASSERT_FALSE(half);
  EXPECT_NE(half.error().message.find("cut short"), std::string::npos) << half.error().message;
  EXPECT_FALSE(half.error().hint.empty());
  ASSERT_TRUE(write_text(folder_ / "head.mp4", file.substr(0, 64)));
  EXPECT_NE(probe(folder_ / "head.mp4").error().message.find("cut short"), std::string::npos);
}

TEST_F(Media, AFailedWriteLeavesTheOldFile) {
  const auto path = folder_ / "a.mp4";
  ASSERT_TRUE(write_text(path, "old"));
  int calls = 0;
  const auto failed = write_video(path, small_options(), [&]() -> Result<std::optional<TimedImage>> {
    if (calls++ == 3) return fail(Code::io, "no more");
    return std::optional<TimedImage>(TimedImage{numbered(calls), calls});
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(*read_text(path), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

// Frames are known by their names without the ending, from the faces to the merged pictures.
TEST_F(Media, OfImagesThatShareANameOneIsTheFrame) {
  const fs::path folder = folder_ / "images";
  for (const char* name : {"1.png", "2.jpg", "2.png", "3.jpeg"})
    ASSERT_TRUE(write_image(folder / name, ImageU8(8, 8, 3, name[0] == '2' && name[2] == 'p' ? 200 : 50)));
  auto source = FrameSource::open(folder);
  ASSERT_TRUE(source);
  ASSERT_EQ(source->count(), 3);
  EXPECT_EQ(source->name(1), "2.jpg");
  EXPECT_EQ(source->name(2), "3.jpeg");
  EXPECT_NEAR(source->at(1)->bgr.at(4, 4), 50, 3);
  EXPECT_EQ(source->passed_over(), "2.png is passed over: another image has the same name with another ending");
  ASSERT_TRUE(write_image(folder / "1.webp.png", ImageU8(8, 8, 3, 1)));  // has another name
  ASSERT_TRUE(write_image(folder / "3.png", ImageU8(8, 8, 3, 1)));
  source = FrameSource::open(folder);
  EXPECT_EQ(source->count(), 4);
  EXPECT_NE(source->passed_over()->find("2.png, 3.png"), std::string::npos);
}

TEST_F(Media, AFolderOfImagesIsASourceToo) {
  for (int i = 0; i < 3; ++i) {
    const auto png = encode_png(numbered(i));
    ASSERT_TRUE(png);
    ASSERT_TRUE(write_file(folder_ / frame_name(i, 3), *png));
  }
  auto source = FrameSource::open(folder_);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->count(), 3);
  EXPECT_FALSE(source->is_video());
  for (int i = 0; i < 3; ++i) EXPECT_EQ((*source->next())->bgr, numbered(i));
  EXPECT_EQ(source->at(1)->name, "00002.png");
}

TEST(FrameName, GrowsWithTheCount) {
  EXPECT_EQ(frame_name(0, 250), "00001.png");
  EXPECT_EQ(frame_name(99998, 100000, "jpg"), "099999.jpg");
}

}  // namespace
}  // namespace understudy::media
