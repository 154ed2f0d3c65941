// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/fallback.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "steps/6_merge/colour_shift.hpp"
#include "steps/6_merge/facts.hpp"
#include "steps/6_merge/recipe.hpp"

namespace understudy {
namespace {

MergeFace face_at(double x, std::optional<int> person = {}) {
  MergeFace face;
  for (std::size_t i = 0; i < face.landmarks.size(); ++i)
    face.landmarks[i] = canonical_landmarks[i] * 100 + Point{x, 50};
  face.person = person;
  face.score = 0.9;
  return face;
}

// A face that goes 10 pixels to the right in each frame; blur is what the frame's number is.
struct Clip {
  explicit Clip(std::size_t count = 8) {
    timeline.clip.curves["blur"][0] = {"0", KeyKind::linear};
    timeline.clip.curves["blur"][100] = {"100", KeyKind::linear};
    for (std::size_t i = 0; i < count; ++i) faces.push_back({face_at(10.0 * static_cast<double>(i))});
  }
  void finish() {
    plans.clear();
    for (std::size_t i = 0; i < faces.size(); ++i)
      plans.push_back(planned(timeline, static_cast<std::int64_t>(i), faces[i], clip_wide));
    facts = facts_of(timeline, plans, SrcPoses());
    for (const auto& [frame, offset] : offsets) facts[frame].offset = offset, facts[frame].measured = true;
    judged = judge_frames(facts);
    for (const auto& [frame, reason] : reasons) judged[frame].found.push_back({reason, 1, 0.5, 1});
  }
  std::optional<PlannedFrame> of(std::size_t frame, const char* rules) {
    finish();
    const auto parsed = parse_fallbacks(rules).value();
    return Fallbacks(timeline, clip_wide, plans, facts, judged).of(frame, parsed);
  }

  Timeline timeline;
  SettingValues clip_wide;
  std::vector<std::vector<MergeFace>> faces;
  std::vector<std::pair<std::size_t, Reason>> reasons;
  std::map<std::size_t, std::array<double, 3>> offsets;
  std::vector<PlannedFrame> plans;
  std::vector<FrameFacts> facts;
  std::vector<JudgedFrame> judged;
};

TEST(Fallbacks, OnlyFramesWithTheReasonChange) {
  Clip clip;
  clip.reasons = {{3, Reason::edge}};
  EXPECT_FALSE(clip.of(2, "edge=original"));
  EXPECT_FALSE(clip.of(3, "turn=original"));
  EXPECT_FALSE(clip.of(3, "none"));
  const auto plan = clip.of(3, "turn=hold,edge=original");
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->faces.empty());
  ASSERT_TRUE(plan->without_fallback);
  EXPECT_EQ(plan->without_fallback->faces.size(), 1u);
}

TEST(Fallbacks, PreviousSettingsAreThoseOfTheLastFrameWithoutTheReason) {
  Clip clip;
  clip.reasons = {{0, Reason::turn}, {3, Reason::turn}, {4, Reason::turn}, {2, Reason::edge}};
  const auto plan = clip.of(4, "turn=previous-settings");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->faces[0].settings.blur, 2);
  EXPECT_EQ(plan->faces[0].face.landmarks, clip.faces[4][0].landmarks);
  EXPECT_EQ(clip.of(0, "turn=previous-settings")->faces[0].settings.blur, 1);  // the next one, where none is before
  clip.timeline.shots.push_back({4, "", {}});
  EXPECT_EQ(clip.of(4, "turn=previous-settings")->faces[0].settings.blur, 5);  // never another shot's
  clip.timeline.clip.curves.clear();
  EXPECT_FALSE(clip.of(4, "turn=previous-settings"));  // the same settings: nothing changes
}

TEST(Fallbacks, HoldPutsALostFaceWhereItWasBetween) {
  Clip clip;
  clip.faces[3].clear();
  clip.faces[4].clear();
  const auto plan = clip.of(4, "no-face=hold");
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->faces.size(), 1u);
  EXPECT_NEAR(plan->faces[0].face.landmarks[20].x, face_at(40).landmarks[20].x, 1e-9);
  EXPECT_EQ(plan->faces[0].settings.blur, 2);
  EXPECT_TRUE(plan->without_fallback->faces.empty());
  EXPECT_FALSE(clip.of(4, "no-face=original"));  // it is that already
  EXPECT_FALSE(clip.of(4, "no-face=previous-settings"));
  // Two people, one of whom leaves.
  Clip pair;
  for (std::size_t i = 0; i < pair.faces.size(); ++i) {
    pair.faces[i] = {face_at(10.0 * static_cast<double>(i), 0)};
    if (i < 3) pair.faces[i].push_back(face_at(300, 1));
  }
  pair.faces[3].clear();
  const auto held = pair.of(3, "no-face=hold");
  ASSERT_TRUE(held);
  ASSERT_EQ(held->faces.size(), 1u);
  EXPECT_EQ(held->faces[0].face.person, 0);
}

TEST(Fallbacks, HoldTakesADoubtfulFaceFromItsNeighbours) {
  Clip clip;
  clip.faces[3][0] = face_at(90);
  clip.faces[3][0].score = 0.1;
  const auto plan = clip.of(3, "low-score=hold");
  ASSERT_TRUE(plan);
  EXPECT_NEAR(plan->faces[0].face.landmarks[20].x, face_at(30).landmarks[20].x, 1e-9);
  clip.faces[7][0].score = 0.1;  // nothing behind it: it stays where it is
  const auto last = clip.of(7, "low-score=hold");
  ASSERT_TRUE(last);
  EXPECT_EQ(last->faces[0].face.landmarks, clip.faces[7][0].landmarks);
  EXPECT_EQ(last->faces[0].settings.blur, 6);
}

TEST(Fallbacks, HoldKeepsTheColourWhereTheSettingsAreTheSame) {
  Clip clip;
  clip.timeline.clip.curves.clear();
  clip.reasons = {{3, Reason::colour}};
  clip.offsets = {{2, {0.1, 0.2, 0.3}}, {3, {0, 0, 0.5}}};
  const auto plan = clip.of(3, "colour=hold");
  ASSERT_TRUE(plan);
  EXPECT_NEAR(plan->colour_shift[0], 0.1, 1e-12);
  EXPECT_NEAR(plan->colour_shift[2], -0.2, 1e-12);
  clip.offsets.erase(2);  // what was never measured cannot be held
  EXPECT_FALSE(clip.of(3, "colour=hold"));
  clip.offsets = {{2, {0.1, 0.2, 0.3}}, {3, {0, 0, 0.5}}};
  clip.timeline.frames[3]["erode"] = "7";
  const auto other = clip.of(3, "colour=hold");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->faces[0].settings.erode, 0);
  EXPECT_EQ(other->colour_shift, (std::array<double, 3>{}));
}

TEST(Fallbacks, RawPredictStays) {
  Clip clip;
  clip.timeline.clip.values["mode"] = "raw-predict";
  clip.reasons = {{3, Reason::turn}};
  EXPECT_FALSE(clip.of(3, "turn=original"));
}

TEST(ColourShift, MovesTheMeanOfWhatIsPasted) {
  ImageF plate(4, 4, 3, 0.5f), merged = plate, mask(4, 4, 1);
  for (std::size_t i = 0; i < 8; ++i) mask.data[i] = 0.5f;
  shift_colours(merged, mask, {0.1, 0, -0.2});
  EXPECT_NEAR(merged.data[0], 0.55, 1e-6);
  EXPECT_NEAR(merged.data[2], 0.4, 1e-6);
  EXPECT_EQ(merged.data[3 * 15], 0.5f);
  ImageU8 bytes(1, 1, 3, 250);
  shift_colours(bytes, ImageU8(1, 1, 1, 255), {0.1, -0.1, 0});
  EXPECT_EQ(bytes.data, (std::vector<std::uint8_t>{255, 225, 250}));
  ImageU16 deep(1, 1, 3, 1000);
  shift_colours(deep, ImageU16(1, 1, 1, 65535), {1.0 / 65535, 0, 0});
  EXPECT_EQ(deep.data[0], 1001);
}

// In a plate whose codes are the square roots of SDR's.
TEST(ColourShift, IsOneOfSdrWhateverColoursThePlateHas) {
  PlateColours plate;
  plate.from_codes = [](ImageF& bgr) {
    for (float& v : bgr.data) v *= v;
  };
  plate.to_codes = [](ImageF& bgr) {
    for (float& v : bgr.data) v = std::sqrt(std::max(v, 0.0f));
  };
  ImageF merged(2, 1, 3, 0.5f), mask(2, 1, 1);
  mask.data[0] = 0.5f;
  shift_colours(merged, mask, {0.1, 0, -0.2}, &plate);
  EXPECT_NEAR(merged.data[0], std::sqrt(0.25 + 0.05), 1e-6);
  EXPECT_NEAR(merged.data[1], 0.5, 1e-6);
  EXPECT_NEAR(merged.data[2], std::sqrt(0.25 - 0.1), 1e-6);
  EXPECT_EQ(merged.data[3], 0.5f);
  ImageU16 deep(2, 1, 3, 30001), deep_mask(2, 1, 1);
  deep_mask.data[0] = 65535;
  shift_colours(deep, deep_mask, {0.1, 0, 0}, &plate);
  EXPECT_NEAR(deep.data[0] / 65535.0, std::sqrt(std::pow(30001 / 65535.0, 2) + 0.1), 2e-5);
  for (const std::size_t same : {1u, 2u, 3u, 4u, 5u}) EXPECT_EQ(deep.data[same], 30001) << same;
}

TEST(Recipe, KnowsWhatItWouldBeWithoutAFallback) {
  const auto plain = Recipe::read("abc 10 20 30");
  EXPECT_EQ(plain.text(), "abc 10 20 30");
  EXPECT_EQ(plain.plain().text(), plain.text());
  const auto with = Recipe::read("def 10 20 30 abc");
  EXPECT_EQ(with.text(), "def 10 20 30 abc");
  EXPECT_EQ(with.plain().text(), "abc 10 20 30");
  EXPECT_TRUE(same_recipe("def 10 20 30 abc", "def 10 20 99"));
  EXPECT_FALSE(same_recipe("def 10 20 30 abc", "abc 10 20 30"));
}

TEST(SrcPoses, ATurnBeyondThemIsToldInDegrees) {
  const SrcPoses none;
  EXPECT_TRUE(std::isnan(none.beyond(0, 0)));
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace understudy
