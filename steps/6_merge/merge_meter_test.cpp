// SPDX-License-Identifier: Apache-2.0
// Drawn people, merged rightly and with faults: each fault is found by its reason, in its frame, and a clean merge has
// none.
#include "steps/6_merge/merge_meter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"
#include "lib/score/look.hpp"
#include "steps/6_merge/facts.hpp"

namespace understudy {
namespace {

constexpr int size = 200, frames = 16;
constexpr std::size_t wrong_at = 8;

Landmarks68 landmarks_of(const synthetic::Rendered& r) {
  Landmarks68 l;
  std::ranges::copy(r.landmarks, l.begin());
  return l;
}

struct Shot {
  ImageU8 plate, src, third;  // dst's frame; src's face and another's in the same place
  ImageU8 hard, matte;
  Landmarks68 landmarks{};
};

ImageU8 pasted(const ImageU8& plate, const ImageU8& face, const ImageU8& matte) {
  ImageU8 out = plate;
  for (std::size_t k = 0; k < out.data.size(); ++k) {
    const double a = matte.data[k / 3] / 255.0;
    out.data[k] = static_cast<std::uint8_t>(std::lround(plate.data[k] * (1 - a) + face.data[k] * a));
  }
  return out;
}

ImageU8 brightened(ImageU8 image, double by) {
  for (auto& v : image.data) v = static_cast<std::uint8_t>(std::clamp(v * by, 0.0, 255.0));
  return image;
}

// Drawn once for all tests.
class MergedClip : public testing::Test {
 protected:
  using Change = std::function<void(ImageU8& face, ImageU8& matte, const Shot&)>;

  static void SetUpTestSuite() {
    auto loaded = FaceEmbedder::load(1);
    ASSERT_TRUE(loaded) << to_sentence(loaded.error());
    const synthetic::Actor ada(synthetic::demo_identity_a(), 0.6f), bo(synthetic::demo_identity_b(), 0.6f),
        third(synthetic::random_identity(22), 0.6f);
    const synthetic::RenderOptions drawn{size, size, 1};
    for (int i = 0; i < frames; ++i) {
      const auto p = synthetic::demo_performance_dst(1.5 + i / 30.0);
      auto a = ada.render(p, drawn);
      auto b = bo.render(p, drawn);
      Shot shot;
      shot.landmarks = landmarks_of(b);
      shot.hard = to_u8_rounded(erode(to_float(b.face_mask), 7));
      shot.matte = gaussian_blur(shot.hard, 15, 4);
      shot.src = std::move(a.frame_bgr);
      shot.plate = std::move(b.frame_bgr);
      shot.third = third.render(p, drawn).frame_bgr;
      shots.push_back(std::move(shot));
    }
    std::vector<Embedding> faces;
    for (int i = 0; i < 5; ++i) {
      const auto picture = ada.render(synthetic::demo_performance_src(1.2 * i), drawn);
      faces.push_back(loaded->embed(picture.frame_bgr, landmarks_of(picture)).value());
    }
    meter = std::make_unique<MergeMeter>(*std::move(loaded), score::mean_of(faces));
  }
  static void TearDownTestSuite() {
    meter.reset();
    shots.clear();
  }

  // The clip with that change in the frames that it is for.
  static std::vector<FrameFacts> facts_with(const Change& change, const std::function<bool(std::size_t)>& in) {
    std::vector<FrameFacts> facts;
    MergedPictures before;
    for (std::size_t i = 0; i < shots.size(); ++i) {
      ImageU8 face = shots[i].src, matte = shots[i].matte;
      if (in(i)) change(face, matte, shots[i]);
      MergedPictures now{shots[i].plate, pasted(shots[i].plate, face, matte), matte};
      auto measured = meter->measure(shots[i].landmarks, now, i > 0 ? &before : nullptr);
      EXPECT_TRUE(measured);
      facts.push_back(*measured);
      facts.back().face = true;
      before = std::move(now);
    }
    return facts;
  }
  static std::vector<FrameFacts> facts_with(const Change& change) {
    return facts_with(change, [](std::size_t i) { return i == wrong_at; });
  }
  static void print(const char* what, const std::vector<JudgedFrame>& judged) {
    for (const std::size_t i : {wrong_at - 1, wrong_at}) {
      std::printf("%-9s %zu:", what, i);
      for (std::size_t r = 2; r < reason_count; ++r)
        std::printf(" %s %.3f", Names<Reason>::all[r], judged[i].values[r]);
      std::printf("\n");
    }
  }
  // The fault is found where it is, and nothing is where it is not.
  static const FoundReason* expect_found(const char* what, Reason reason, const Change& change) {
    static std::vector<JudgedFrame> judged;
    judged = judge_frames(facts_with(change));
    print(what, judged);
    for (std::size_t i = 0; i < judged.size(); ++i) {
      if (i == wrong_at) continue;
      for (const auto& r : judged[i].found) ADD_FAILURE() << what << ": frame " << i << " has " << name_of(r.reason);
    }
    EXPECT_TRUE(judged[wrong_at].has(reason)) << what;
    return judged[wrong_at].has(reason);
  }

  static inline std::unique_ptr<MergeMeter> meter;
  static inline std::vector<Shot> shots;
};

TEST_F(MergedClip, ACleanClipHasNoReasons) {
  const auto judged = judge_frames(facts_with([](auto&&...) {}));
  print("clean", judged);
  for (std::size_t i = 0; i < judged.size(); ++i)
    for (const auto& r : judged[i].found) ADD_FAILURE() << "frame " << i << " has " << name_of(r.reason);
  for (std::size_t i = 1; i + 1 < judged.size(); ++i)
    for (std::size_t r = 3; r < reason_count; ++r)
      EXPECT_FALSE(std::isnan(judged[i].values[r])) << Names<Reason>::all[r] << " of frame " << i;
}

TEST_F(MergedClip, ABlurredFaceIsFound) {
  expect_found("blur", Reason::blur, [](ImageU8& face, auto&&...) { face = gaussian_blur(face, 13, 3); });
}

TEST_F(MergedClip, AShiftedColourIsFound) {
  expect_found("colour", Reason::colour, [](ImageU8& face, auto&&...) {
    for (std::size_t i = 0; i < face.data.size(); ++i)
      face.data[i] = static_cast<std::uint8_t>(std::min(255.0, face.data[i] * std::array{0.75, 0.9, 1.05}[i % 3]));
  });
}

TEST_F(MergedClip, AFlashIsAJumpAndFlickers) {
  const auto* found =
      expect_found("flash", Reason::colour, [](ImageU8& face, auto&&...) { face = brightened(face, 1.25); });
  ASSERT_TRUE(found);
  const auto judged = judge_frames(facts_with([](ImageU8& face, auto&&...) { face = brightened(face, 1.25); }));
  EXPECT_TRUE(judged[wrong_at].has(Reason::flicker));
}

TEST_F(MergedClip, PulsingLightFlickersEverywhere) {
  const auto judged = judge_frames(facts_with([](ImageU8& face, auto&&...) { face = brightened(face, 1.15); },
                                              [](std::size_t i) { return i % 2 == 0; }));
  print("pulse", judged);
  std::size_t flickering = 0;
  for (const auto& frame : judged) flickering += frame.has(Reason::flicker) != nullptr;
  EXPECT_GT(flickering, judged.size() / 2);
}

// The same mask with scissors on a face that is a little too bright; soft, it passes.
TEST_F(MergedClip, AHardEdgeIsFound) {
  for (const bool hard : {false, true}) {
    const auto judged = judge_frames(facts_with([hard](ImageU8& face, ImageU8& matte, const Shot& shot) {
      face = brightened(face, 1.2);
      if (hard) matte = shot.hard;
    }));
    print(hard ? "hard" : "soft", judged);
    EXPECT_EQ(judged[wrong_at].has(Reason::edge) != nullptr, hard);
    EXPECT_FALSE(judged[wrong_at - 1].has(Reason::edge));
  }
}

TEST_F(MergedClip, AnotherPersonIsFound) {
  expect_found("person", Reason::identity, [](ImageU8& face, ImageU8&, const Shot& shot) { face = shot.third; });
}

TEST_F(MergedClip, AMaskThatLeavesHalfTheFaceOutIsFound) {
  expect_found("mask", Reason::mask, [](ImageU8&, ImageU8& matte, const Shot& shot) {
    const int middle = static_cast<int>(shot.landmarks[30].y);
    for (int y = middle; y < matte.height; ++y) std::fill_n(matte.row(y), matte.width, 0);
    matte = gaussian_blur(matte, 15, 4);
  });
}

TEST_F(MergedClip, WhereNothingIsPastedNothingIsSaid) {
  const Shot& shot = shots[0];
  const auto facts = meter->measure(shot.landmarks, {shot.plate, shot.plate, ImageU8(size, size, 1)}, nullptr).value();
  EXPECT_TRUE(facts.measured);
  EXPECT_TRUE(std::isnan(facts.seam));
  const auto hull = meter->measure(shot.landmarks, {shot.plate, shot.src, {}}, nullptr).value();
  EXPECT_FALSE(std::isnan(hull.seam));
  EXPECT_LT(hull.left_out, 0.2);
}

// Src looks ahead, a little to the sides and up; dst turns away, and is lost for a frame.
TEST(DrawnTurns, ATurnBeyondSrcAndALostFaceAreFound) {
  const ScratchFolder scratch;
  const synthetic::Actor ada(synthetic::demo_identity_a(), 0.6f);
  const auto seen_at = [&](double yaw, double pitch) {
    synthetic::Performance p;
    p.yaw = yaw, p.pitch = pitch;
    return ada.render(p, {size, size, 1});
  };
  for (int i = 0; i < 9; ++i) {
    const auto picture = seen_at(-12 + 12 * (i % 3), -8 + 8 * (i / 3));
    FaceInfo info;
    info.face_type = FaceType::whole;
    const Affine cut = face_matrix(landmarks_of(picture), 128, FaceType::whole);
    info.landmarks = transformed(landmarks_of(picture), cut);
    ASSERT_TRUE(write_face_jpeg(scratch.path / fmt::format("{}.jpg", i),
                                warp_antialiased(picture.frame_bgr, cut, 128, 128), 95, info));
  }
  const SrcPoses src(Faceset::open(scratch.path).value());
  std::vector<PlannedFrame> plans;
  for (const double yaw : {0.0, 6.0, 10.0, 14.0, 40.0, 14.0, 4.0}) {
    MergeFace face;
    face.landmarks = landmarks_of(seen_at(yaw, 2));
    plans.push_back(planned({}, 0, {face}, {}));
  }
  plans[5] = {};
  const auto facts = facts_of({}, plans, src);
  const auto judged = judge_frames(facts);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    std::printf("yaw %.1f: beyond %.1f\n", facts[i].yaw, facts[i].beyond);
    EXPECT_EQ(judged[i].has(Reason::turn) != nullptr, i == 4) << i;
    EXPECT_EQ(judged[i].has(Reason::no_face) != nullptr, i == 5) << i;
  }
  EXPECT_GT(judged[4].has(Reason::turn)->value, 15);
}

}  // namespace
}  // namespace understudy
