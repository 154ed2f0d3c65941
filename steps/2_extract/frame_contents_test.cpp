// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/frame_contents.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/base/system.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/project/extract_journal.hpp"
#include "steps/2_extract/extract.hpp"

namespace understudy {
namespace {

// Uncompressed, as its format has it: 14 + 40 bytes of head, then the rows from the lowest up, of 4 * n bytes.
void write_bmp(const fs::path& path, const ImageU8& bgr) {
  ASSERT_EQ(bgr.width % 4, 0);
  Bytes file{'B', 'M'};
  const auto put = [&file](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  const auto pixels = static_cast<std::uint32_t>(bgr.data.size());
  for (const std::uint32_t value :
       {54 + pixels, 0u, 54u, 40u, static_cast<std::uint32_t>(bgr.width), static_cast<std::uint32_t>(bgr.height)})
    put(value, 4);
  put(1, 2);
  put(24, 2);
  for (const std::uint32_t value : {0u, pixels, 2835u, 2835u, 0u, 0u}) put(value, 4);
  for (int y = bgr.height - 1; y >= 0; --y) file.insert(file.end(), bgr.row(y), bgr.row(y) + 3 * bgr.width);
  ASSERT_TRUE(write_file(path, file));
}

class Contents : public ::testing::Test {
 protected:
  FrameStamp now() {
    const auto source = media::FrameSource::open(frames_);
    return source ? FrameContents(*source).of(0) : FrameStamp{};
  }
  FrameStamp expecting(const FrameStamp& stamp) {
    const auto source = media::FrameSource::open(frames_);
    if (!source) return {};
    FrameContents contents(*source);
    contents.expect(0, stamp);
    return contents.of(0);
  }
  void SetUp() override { ASSERT_TRUE(write_text(frames_ / "1.tif", "one content")); }

  const ScratchFolder scratch_;
  const fs::path frames_ = scratch_.path / "frames";
};

TEST_F(Contents, AnotherOfTheSameSizeIsNoticed) {
  const auto before = now();
  EXPECT_EQ(before.bytes, 11u);
  EXPECT_NE(before.content, 0u);
  ASSERT_TRUE(write_text(frames_ / "1.tif", "two content"));
  const auto after = expecting(before);
  EXPECT_EQ(after.bytes, before.bytes);
  EXPECT_NE(after.content, before.content);
}

TEST_F(Contents, ATouchedFileIsTheSameStill) {
  const auto before = now();
  fs::last_write_time(frames_ / "1.tif", fs::file_time_type::clock::now() - std::chrono::hours(1));
  const auto after = expecting(before);
  EXPECT_NE(after.times, before.times);
  EXPECT_EQ(after.content, before.content);
}

TEST_F(Contents, AnUntouchedFileIsNotRead) {
  auto expected = now();
  expected.content = 4711;  // which a look into it would not give
  EXPECT_EQ(expecting(expected).content, 4711u);
  ++expected.times;
  EXPECT_NE(expecting(expected).content, 4711u);
}

TEST_F(Contents, AFrameThatKeepsItsSizeIsExtractedAgain) {
  const auto frame = frames_ / "00001.bmp";
  fs::remove(frames_ / "1.tif");
  const synthetic::Actor actor(synthetic::demo_identity_b(), 0.5f);
  const auto person = actor.render({}, {.width = 480, .height = 480, .supersampling = 1}).frame_bgr;
  const ExtractPaths paths{frames_, scratch_.path / "aligned", scratch_.path / "debug",
                           scratch_.path / "journal.jsonl"};
  for (const auto smooth : {Smoothing::off, Smoothing::on}) {
    ExtractOptions options;
    options.smooth = smooth;
    options.redo = true;
    understudy::Run run;
    write_bmp(frame, ImageU8(480, 480, 3, 90));
    const auto nobody = extract(options, paths, run);
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, Code::no_faces);
    options.redo = false;
    write_bmp(frame, person);
    const auto somebody = extract(options, paths, run);
    ASSERT_TRUE(somebody) << to_sentence(somebody.error());
    EXPECT_EQ(somebody->faces, 1);
    fs::last_write_time(frame, fs::file_time_type::clock::now() - std::chrono::hours(1));
    const auto again = extract(options, paths, run);
    ASSERT_TRUE(again) << to_sentence(again.error());
    EXPECT_EQ(again->frames_done_before, 1);
    EXPECT_EQ(Journal::load(paths.journal)->records().at("00001.bmp").times, change_stamp(frame));
  }
}

}  // namespace
}  // namespace understudy
