// SPDX-License-Identifier: Apache-2.0
#include "steps/demo/demo.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/frame_source.hpp"
#include "steps/demo/sheet.hpp"
#include "steps/demo/voice.hpp"

namespace understudy::demo {
namespace {

constexpr DemoOptions tiny{96, 6, 30};

class Demo : public testing::Test {
 protected:
  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
  understudy::Run run_;

  template <class Draw>
  fs::path folder_of(const std::string& name, Draw&& draw) {
    for (int i = 0; i < tiny.frames; ++i)
      EXPECT_TRUE(write_image(folder_ / name / media::frame_name(i, tiny.frames), draw(i)));
    return folder_ / name;
  }
};

TEST_F(Demo, WritesBothClipsWithSoundAndKeepsThem) {
  const auto first = render_demo_clips(folder_, tiny, run_);
  ASSERT_TRUE(first) << to_sentence(first.error());
  EXPECT_EQ(first->rendered, 12);
  for (const fs::path& clip : {first->src, first->dst}) {
    const auto info = media::probe(clip);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->count(), 6);
    EXPECT_EQ(info->width, 96);
    EXPECT_EQ(info->sound_tracks, clip == first->dst ? 1 : 0);
    EXPECT_DOUBLE_EQ(info->frame_rate.value(), 30);
  }
  const auto again = render_demo_clips(folder_, tiny, run_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rendered, 0);
  // Half done is gone on with; other options begin anew.
  fs::remove(first->dst);
  EXPECT_EQ(render_demo_clips(folder_, tiny, run_)->rendered, 6);
  DemoOptions shorter = tiny;
  shorter.frames = 4;
  EXPECT_EQ(render_demo_clips(folder_, shorter, run_)->rendered, 8);
  EXPECT_EQ(media::probe(first->src)->count(), 4);
}

TEST_F(Demo, LeavesForeignClipsAlone) {
  ASSERT_TRUE(write_text(folder_ / "data_src.mp4", "somebody's own"));
  const auto refused = render_demo_clips(folder_, tiny, run_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_option);
  EXPECT_EQ(*read_text(folder_ / "data_src.mp4"), "somebody's own");
}

// What the whole way would work on or write over, and none of it the demo's.
TEST_F(Demo, RefusesAFolderWithAnythingOfAFilm) {
  for (const char* name :
       {"data_dst.mp4", "data_src.mov", "data_dst/00001.png", "data_src/photo.heic", "data_src/aligned/a.jpg",
        "data_dst/aligned/faceset.pak", "model/mine/model.json", "data_dst/merged/00001.png"}) {
    SCOPED_TRACE(name);
    const fs::path film = folder_ / fs::path(name).filename();
    ASSERT_TRUE(write_text(film / name, "somebody's own"));
    const auto refused = render_demo_clips(film, tiny, run_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::bad_option);
    EXPECT_FALSE(fs::exists(film / ".understudy/demo.json"));
    EXPECT_EQ(fs::exists(film / "data_src.mp4") || fs::exists(film / "data_dst.mp4"),
              std::string_view(name) == "data_dst.mp4");
  }
}

TEST_F(Demo, RefusesItsOwnFolderWithSomebodysClipOrFramesInIt) {
  ASSERT_TRUE(render_demo_clips(folder_, tiny, run_));
  const auto refused_with = [&](const char* name) {
    const auto path = folder_ / name;
    const auto before = fs::exists(path) ? *read_text(path) : std::string();
    EXPECT_TRUE(write_text(path, "somebody's own"));
    bool refused = true;
    for (const DemoOptions& options : {tiny, DemoOptions{96, 4, 30}}) {
      const auto again = render_demo_clips(folder_, options, run_);
      refused &= !again && again.error().code == Code::bad_option;
    }
    EXPECT_EQ(*read_text(path), "somebody's own");
    fs::remove(path);
    if (!before.empty()) {
      EXPECT_TRUE(write_text(path, before));
    }
    return refused;
  };
  EXPECT_TRUE(refused_with("data_src.mp4"));
  EXPECT_TRUE(refused_with("data_dst.mkv"));
  EXPECT_TRUE(refused_with("data_dst/00001.png"));
  EXPECT_EQ(render_demo_clips(folder_, tiny, run_)->rendered, 0);
  // Faces, models and merged frames of its own do not keep it from going on.
  ASSERT_TRUE(write_text(folder_ / "data_dst/aligned/00001_0.jpg", "a face"));
  ASSERT_TRUE(write_text(folder_ / "model/saehd/model.json", "{}"));
  EXPECT_EQ(render_demo_clips(folder_, tiny, run_)->rendered, 0);
}

// Drawing takes minutes: long enough to copy a film to where a clip is to be.
TEST_F(Demo, RefusesAFilmThatCameWhileItDrew) {
  for (const std::uint64_t at : {1, tiny.frames + 1}) {
    const auto film = folder_ / std::to_string(at);
    understudy::Run run([&](const Event& event) {
      const auto* progress = std::get_if<ProgressEvent>(&event);
      if (progress != nullptr && progress->done >= at && !fs::exists(film / "data_dst.mp4")) {
        EXPECT_TRUE(write_text(film / "data_dst.mp4", "somebody's own"));
      }
    });
    const auto refused = render_demo_clips(film, tiny, run);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::bad_option);
    EXPECT_EQ(*read_text(film / "data_dst.mp4"), "somebody's own");
  }
}

TEST_F(Demo, StopsWithoutHalfAClip) {
  run_.request_stop();
  const auto stopped = render_demo_clips(folder_, tiny, run_);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::cancelled);
  EXPECT_FALSE(fs::exists(folder_ / "data_src.mp4"));
}

TEST_F(Demo, ComparesInsideBothFacesAndOutsideWhatPassesInFront) {
  const DemoOptions whole{96, 150, 30};
  const DemoTruth truth(whole);
  const auto area = [&](int frame) {
    const auto compared = truth.compared(frame);
    EXPECT_EQ(compared.truth_bgr, truth.swapped(frame).frame_bgr);
    double inside = 0;
    for (const auto v : compared.inside.data) inside += v / 255.0;
    return inside;
  };
  const double free = area(20), hidden = area(74);
  EXPECT_GT(free, 500);
  EXPECT_LT(hidden, 0.9 * free);
  EXPECT_NE(truth.played(74).occluder, synthetic::OccluderKind::none);
}

TEST_F(Demo, DrawsTheContactSheet) {
  const auto clips = render_demo_clips(folder_, tiny, run_);
  ASSERT_TRUE(clips);
  SwapSheet sheet;
  sheet.src = clips->src;
  sheet.dst = sheet.merged = clips->dst;
  sheet.columns = 2;
  sheet.cell = 64;
  ASSERT_TRUE(write_contact_sheet(folder_ / "plain.png", sheet));
  const DemoTruth truth(tiny);
  sheet.truth = [&](int frame) { return truth.swapped(frame).frame_bgr; };
  ASSERT_TRUE(write_contact_sheet(folder_ / "sheet.png", sheet));
  const auto plain = read_image(folder_ / "plain.png"), full = read_image(folder_ / "sheet.png");
  ASSERT_TRUE(plain);
  ASSERT_TRUE(full);
  EXPECT_EQ(full->width, plain->width);
  EXPECT_GE(full->height, plain->height + 64);
}

TEST(DemoVoice, IsAWavThatSpeaksAndPauses) {
  const Bytes wav = voice_wav(1);
  ASSERT_EQ(wav.size(), 44u + 2 * 44100);
  EXPECT_EQ(std::string(wav.begin(), wav.begin() + 4), "RIFF");
  int loudest = 0;
  for (std::size_t i = 44; i + 1 < wav.size(); i += 2)
    loudest = std::max(loudest, std::abs(static_cast<std::int16_t>(wav[i] | wav[i + 1] << 8)));
  EXPECT_GT(loudest, 3000);
  EXPECT_LT(loudest, 30000);
}

}  // namespace
}  // namespace understudy::demo
