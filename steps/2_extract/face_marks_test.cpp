// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/face_marks.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/frame_source.hpp"
#include "steps/2_extract/extract.hpp"

namespace understudy {
namespace {

TEST(FaceMarks, NameFramesAndGoWhenTheyAreDone) {
  const ScratchFolder scratch;
  const auto& folder = scratch.path;
  EXPECT_FALSE(FaceMarks::read(folder)->has("00001.png"));
  ASSERT_TRUE(FaceHistory::open(folder)->say(
      "mark", {{"00001.png/90.5", "mark", "redo"}, {"/found.jpg", "mark", "redo"}, {"00002.png/80", "person", "1"}}));
  auto marks = *FaceMarks::read(folder);
  EXPECT_TRUE(marks.has("00001.png"));
  EXPECT_TRUE(marks.has("00001.jpg"));
  EXPECT_FALSE(marks.has("00002.png"));
  EXPECT_FALSE(marks.has(".png"));
  ASSERT_TRUE(marks.take_away());
  EXPECT_EQ(FaceHistory::open(folder)->facts().at("mark").size(), 2u);  // nothing was cut yet
  marks.cut("00001.png");
  ASSERT_TRUE(marks.take_away());
  // What is not known to be of a frame was not cut out again: its mark stays.
  EXPECT_EQ(FaceHistory::open(folder)->facts().at("mark"),
            (std::map<std::string, std::string>{{"/found.jpg", "redo"}}));
  EXPECT_EQ(FaceHistory::open(folder)->facts().at("person").size(), 1u);
  ASSERT_TRUE(FaceHistory::open(folder)->undo());
  EXPECT_EQ(FaceHistory::open(folder)->facts().at("mark").size(), 2u);
}

TEST(FaceMarks, AMarkByTheNameOfAFileIsOfItsFrame) {
  const ScratchFolder scratch;
  FaceInfo info;
  info.source_filename = "00007.png";
  ASSERT_TRUE(write_face_jpeg(scratch.path / "a.jpg", ImageU8(32, 32, 3), 90, info));
  ASSERT_TRUE(FaceHistory::open(scratch.path)->say("mark", {{"/a.jpg", "mark", "redo"}}));
  auto marks = *FaceMarks::read(scratch.path);
  EXPECT_TRUE(marks.has("00007.png"));
  marks.cut("00007.png");
  ASSERT_TRUE(marks.take_away());
  EXPECT_TRUE(FaceHistory::open(scratch.path)->facts().at("mark").empty());
}

TEST(FaceMarks, MarkedFacesAreCutOutAgain) {
  const ScratchFolder scratch;
  const auto frames = scratch.path / "frames", faces = scratch.path / "aligned";
  fs::create_directories(frames);
  const synthetic::Actor actor(synthetic::demo_identity_b(), 0.5f);
  const auto shown = actor.render({}, {.width = 400, .height = 400, .supersampling = 1});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(write_image(frames / media::frame_name(i, 3), shown.frame_bgr));
  const ExtractPaths paths{frames, faces, scratch.path / "debug", scratch.path / "journal.jsonl"};
  ExtractOptions options;
  options.image_size = 128;
  options.smooth = Smoothing::off;
  understudy::Run run;
  ASSERT_TRUE(extract(options, paths, run));
  const auto spoilt = faces / "00002_0.jpg";
  const auto face = *read_face(spoilt);
  ASSERT_TRUE(write_face_jpeg(spoilt, ImageU8(128, 128, 3), 95, face.info));
  const auto is_black = [&] { return std::ranges::max(read_face(spoilt)->image_bgr.data) < 20; };
  ASSERT_TRUE(FaceHistory::open(faces)->say("mark", {{"00002.png/90", "mark", "redo"}}));
  ASSERT_TRUE(extract(options, paths, run));
  EXPECT_TRUE(is_black());  // only when they are asked for
  options.marked = true;
  const auto report = extract(options, paths, run);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->redone, 1);
  EXPECT_EQ(report->frames_done_before, 2);
  EXPECT_FALSE(is_black());
  EXPECT_FALSE(FaceMarks::read(faces)->has("00002.png"));
  EXPECT_EQ(extract(options, paths, run)->redone, 0);
}

}  // namespace
}  // namespace understudy
