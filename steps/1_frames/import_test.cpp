// SPDX-License-Identifier: Apache-2.0
// frames import where frames lie already, and denoising beside frames that are made anew.
#include "steps/1_frames/import.hpp"

#include <gtest/gtest.h>

#include "lib/base/moves.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/clip_fake.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/tiff_fake.hpp"
#include "steps/1_frames/denoise.hpp"
#include "steps/1_frames/frames.hpp"

namespace understudy {
namespace {

class SecondSequence : public ::testing::Test {
 protected:
  static constexpr int count = 4;
  // A sequence of its own greys under the same names, as long as the one before.
  void sequence(int grey) {
    fs::remove_all(from_);
    for (int i = 0; i < count; ++i) {
      const ImageU8 picture(48, 32, 3, static_cast<std::uint8_t>(grey + i));
      ASSERT_TRUE(write_image(from_ / media::frame_name(i, count), picture));
    }
  }
  void import() {
    const auto report = import_images({}, {from_, frames_, manifest_}, run_);
    ASSERT_TRUE(report) << to_sentence(report.error());
  }
  Result<std::string> denoise() { return denoise_frames({}, denoising(), run_); }
  DenoisePaths denoising() const {
    return {frames_, frames_, root_ / "data_dst_original", root_ / "data_dst_denoised", manifest_};
  }
  FramesPaths video(const std::string& name, int grey) {
    media::VideoOptions options;
    options.quality = media::VideoQuality::lossless;
    std::vector<media::GreyFrame> frames;
    for (int i = 0; i < count; ++i) frames.push_back({grey + i, i});
    EXPECT_TRUE(media::write_greys(root_ / name, options, 48, 32, frames));
    return {root_ / name, frames_, manifest_};
  }
  static int grey_of(const fs::path& path) {
    const auto image = read_image(path);
    return image ? image->at(5, 5) : -1;
  }
  int grey(int i) const { return grey_of(frames_ / media::frame_name(i, count)); }

  const ScratchFolder scratch_;
  const fs::path root_ = scratch_.path, from_ = root_ / "stills", frames_ = root_ / "data_dst",
                 manifest_ = root_ / "state" / "frames-dst.json";
  understudy::Run run_;
};

TEST_F(SecondSequence, TakesThePlaceOfTheFirst) {
  sequence(50);
  import();
  ASSERT_TRUE(write_image(frames_ / "00002.png", ImageU8(48, 32, 3, 7)));  // painted on
  import();
  EXPECT_EQ(grey(1), 7);  // stays: it is of the same image
  sequence(150);
  import();
  for (int i = 0; i < count; ++i) EXPECT_EQ(grey(i), 150 + i) << i;
  EXPECT_EQ(grey_of(root_ / "data_dst_backup-1" / "00002.png"), 7);
  import();
  EXPECT_FALSE(is_there(root_ / "data_dst_backup-2"));
}

// A TIFF of one uncompressed strip, whose red, green and blue are the same (TIFF 6.0).
Bytes deep_tiff(int width, int height, std::uint16_t first) {
  const auto w = static_cast<std::uint32_t>(width), h = static_cast<std::uint32_t>(height);
  Bytes tiff = tiff_head(w, h, 16);
  for (std::uint32_t i = 0; i < 3 * w * h; ++i) {
    const auto value = static_cast<std::uint16_t>(first + i / 3);
    tiff.insert(tiff.end(), {static_cast<std::uint8_t>(value & 0xff), static_cast<std::uint8_t>(value >> 8)});
  }
  return tiff;
}

TEST_F(SecondSequence, KeepsAllBitsOfWhatHoldsMoreThanEight) {
  ASSERT_TRUE(write_file(from_ / "a.tif", deep_tiff(48, 32, 30000)));
  import();
  const auto png = *read_file(frames_ / "00001.png");
  ASSERT_EQ(png[24], 16);  // the depth in a PNG's head
  const auto picture = media::FrameSource::open(frames_)->deep_at(0);
  ASSERT_TRUE(picture);
  for (const int x : {0, 1, 47}) EXPECT_NEAR(picture->bgr.at(x, 31), 30000 + 31 * 48 + x, 1) << x;
}

TEST_F(SecondSequence, IsNoneWhereTheImagesWereOnlyCopied) {
  sequence(50);
  import();
  ASSERT_TRUE(denoise());
  ASSERT_TRUE(write_image(frames_ / "00002.png", ImageU8(48, 32, 3, 7)));  // painted on
  const auto before = *read_file(frames_ / "00001.png");
  sequence(50);  // written anew: other times, the same pictures
  for (int i = 0; i < count; ++i) {
    const auto image = from_ / media::frame_name(i, count);
    fs::last_write_time(image, fs::last_write_time(image) + std::chrono::hours(1));
  }
  import();
  EXPECT_EQ(*read_file(frames_ / "00001.png"), before);  // denoised as it was
  EXPECT_EQ(grey(1), 7);
  EXPECT_FALSE(is_there(root_ / "data_dst_backup-1"));
  EXPECT_TRUE(is_there(root_ / "data_dst_original" / "00001.png"));
}

TEST_F(SecondSequence, ThatCannotBeReadRemovesNothing) {
  sequence(50);
  import();
  sequence(150);
  ASSERT_TRUE(write_text(from_ / "00003.png", "half copied"));
  import();
  EXPECT_EQ(grey(0), 150);
  EXPECT_FALSE(is_there(frames_ / "00003.png"));
  EXPECT_EQ(grey_of(root_ / "data_dst_backup-1" / "00003.png"), 52);
}

// What an older version imported has no keys: the pictures themselves tell.
TEST_F(SecondSequence, IsToldFromWhatAnOlderVersionImported) {
  sequence(50);
  import();
  auto manifest = *read_text(manifest_);
  const auto keys = manifest.find("\"made_of\"");
  ASSERT_NE(keys, std::string::npos);
  manifest.replace(keys, 9, "\"unknown\"");
  ASSERT_TRUE(write_text(manifest_, manifest));
  fs::remove_all(frames_ / ".understudy");
  const auto time = fs::last_write_time(frames_ / "00001.png");
  import();
  EXPECT_EQ(fs::last_write_time(frames_ / "00001.png"), time);
  EXPECT_FALSE(is_there(root_ / "data_dst_backup-1"));
  ASSERT_TRUE(write_text(manifest_, manifest));
  sequence(150);
  import();
  EXPECT_EQ(grey(2), 152);
  EXPECT_EQ(grey_of(root_ / "data_dst_backup-1" / "00003.png"), 52);  // nobody knows whose it is
}

TEST_F(SecondSequence, IsNotDenoisedFromTheFirstOnesOriginals) {
  sequence(50);
  import();
  ASSERT_TRUE(denoise());
  import();  // of the same images: they stay denoised
  EXPECT_TRUE(is_there(root_ / "data_dst_original" / "00001.png"));
  sequence(150);
  import();
  EXPECT_EQ(grey_of(root_ / "data_dst_original_backup-1" / "00001.png"), 50);
  EXPECT_TRUE(denoise());
  EXPECT_NEAR(grey(0), 150, 2);
  ASSERT_TRUE(undo_denoising(denoising(), run_));
  EXPECT_EQ(grey(0), 150);
}

TEST_F(SecondSequence, FromAnotherVideoIsDenoisedItself) {
  ASSERT_TRUE(extract_frames({}, video("a.mp4", 50), run_));
  ASSERT_TRUE(denoise());
  const auto other = video("b.mp4", 150);
  ASSERT_TRUE(extract_frames({}, other, run_));
  EXPECT_NEAR(grey_of(root_ / "data_dst_original_backup-1" / "00001.png"), 50, 1);
  ASSERT_TRUE(denoise());
  EXPECT_NEAR(grey(0), 150, 2);
}

// As an older version left it: the new clip's frames beside the old clip's originals.
TEST_F(SecondSequence, OriginalsOfAnotherClipAreRefused) {
  ASSERT_TRUE(extract_frames({}, video("a.mp4", 50), run_));
  ASSERT_TRUE(denoise());
  fs::rename(root_ / "data_dst_original", root_ / "kept");
  ASSERT_TRUE(extract_frames({}, video("b.mp4", 150), run_));
  fs::rename(root_ / "kept", root_ / "data_dst_original");
  const auto refused = denoise();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_option);
  EXPECT_NEAR(grey(0), 150, 1);
  // Taking a denoising back there loses neither.
  ASSERT_TRUE(undo_denoising(denoising(), run_));
  EXPECT_NEAR(grey(0), 50, 1);
  EXPECT_NEAR(grey_of(root_ / "data_dst_backup-1" / "00001.png"), 150, 1);
}

}  // namespace
}  // namespace understudy
