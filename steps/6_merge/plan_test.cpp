// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "steps/6_merge/sample_choice.hpp"

namespace understudy {
namespace {

MergeFace face_of(std::optional<int> person) {
  MergeFace face;
  for (std::size_t i = 0; i < face.landmarks.size(); ++i)
    face.landmarks[i] = canonical_landmarks[i] * 100 + Point{50, 50};
  face.person = person;
  return face;
}

TEST(Plan, EachFaceHasItsPersonsSettingsAndModel) {
  Timeline timeline;
  timeline.clip.values = {{"erode", "5"}};
  timeline.persons[1] = {"", "other", {{{"erode", "7"}}, {}}};
  timeline.persons[2].model = no_model;
  const auto plan = planned(timeline, 0, {face_of({}), face_of(0), face_of(1), face_of(2)}, {{"blur", "9"}});
  ASSERT_EQ(plan.faces.size(), 3u);
  EXPECT_EQ(plan.faces[0].settings.erode, 5);
  EXPECT_EQ(plan.faces[1].settings.blur, 9);
  EXPECT_EQ(plan.faces[2].settings.erode, 7);
  EXPECT_EQ(plan.faces[2].model, "other");
  EXPECT_FALSE(plan.raw);
}

TEST(Plan, RawPredictHoldsForAllFacesOfAFrame) {
  Timeline timeline;
  timeline.clip.values = {{"mode", "raw-predict"}};
  timeline.persons[1].layer.values = {{"mode", "seamless"}};
  const auto plan = planned(timeline, 0, {face_of(0), face_of(1)}, {});
  EXPECT_TRUE(plan.raw);
  for (const auto& face : plan.faces) EXPECT_EQ(face.settings.mode, MergeMode::raw_predict);
}

TEST(Plan, ADigestTellsEverySettingAndPlace) {
  PlannedFace face{face_of(0), {}, ""};
  std::set<std::uint64_t> digests{digest_of(face, 1), digest_of(face, 2)};
  EXPECT_EQ(digest_of(face, 1), digest_of(face, 1));
  for (auto& row : rows_of(face.settings)) {
    if (row.key == "fallback") continue;  // what comes of it changes the plan itself
    const auto before = row.get();
    const auto other = !row.choices.empty()        ? row.choices[row.choices[0] == before ? 1 : 0]
                       : row.kind == Kind::boolean ? std::string(before == "true" ? "false" : "true")
                                                   : std::string(before == "1" ? "0.5" : "1");
    ASSERT_TRUE(row.set(other)) << row.key;
    EXPECT_TRUE(digests.insert(digest_of(face, 1)).second) << row.key;
    ASSERT_TRUE(row.set(before));
  }
  face.face.landmarks[5].x += 1;
  EXPECT_TRUE(digests.insert(digest_of(face, 1)).second);
  face.face.motion.power = 3;
  EXPECT_TRUE(digests.insert(digest_of(face, 1)).second);
}

std::vector<SampleFace> shots_of(std::initializer_list<int> lengths) {
  std::vector<SampleFace> faces;
  std::size_t shot = 0;
  for (const int length : lengths) {
    for (int i = 0; i < length; ++i)
      faces.push_back({static_cast<std::int64_t>(faces.size()), shot, 0.01 * (i % 20), 0, 100});
    ++shot;
  }
  return faces;
}

TEST(SampleFrames, EveryShotHasItsShare) {
  const auto faces = shots_of({100, 10, 1, 50});
  const auto count_in = [&](const std::vector<std::int64_t>& frames, std::size_t shot) {
    return std::ranges::count_if(frames, [&](auto f) { return faces[static_cast<std::size_t>(f)].shot == shot; });
  };
  const auto twelve = sample_frames(faces, 12);
  EXPECT_EQ(twelve.size(), 12u);
  EXPECT_TRUE(std::ranges::is_sorted(twelve));
  EXPECT_EQ(std::set(twelve.begin(), twelve.end()).size(), 12u);
  for (std::size_t shot = 0; shot < 4; ++shot) EXPECT_GE(count_in(twelve, shot), 1);
  EXPECT_GT(count_in(twelve, 0), count_in(twelve, 3));
  const auto two = sample_frames(faces, 2);  // of the longest shots
  EXPECT_EQ(count_in(two, 0), 1);
  EXPECT_EQ(count_in(two, 3), 1);
  EXPECT_EQ(sample_frames(faces, 1000).size(), faces.size());
  EXPECT_TRUE(sample_frames({}, 5).empty());
}

TEST(SampleFrames, RarePosesAreShown) {
  auto faces = shots_of({200});
  faces[17].yaw = 1;
  faces[120].pitch = -0.8;
  faces[190].size = 20;
  const auto frames = sample_frames(faces, 5);
  for (const std::int64_t rare : {17, 120, 190}) EXPECT_TRUE(std::ranges::binary_search(frames, rare)) << rare;
}

TEST(SampleFrames, AThirdOfThemAreTheWorstCases) {
  auto faces = shots_of({150, 50});
  faces[40].worries = {{"edge", 0.9}};
  faces[41].worries = {{"edge", 0.85}};  // the same moment
  faces[90].worries = {{"edge", 0.8}};
  faces[160].worries = {{"turn", 0.6}, {"smallest", 0.4}};
  const auto has = [](const std::vector<std::int64_t>& frames, std::int64_t frame) {
    return std::ranges::binary_search(frames, frame);
  };
  const auto six = sample_frames(faces, 6);
  EXPECT_EQ(six.size(), 6u);
  EXPECT_TRUE(has(six, 40) && has(six, 160));  // of each kind the worst, then
  const auto twelve = sample_frames(faces, 12);
  EXPECT_TRUE(has(twelve, 40) && has(twelve, 90) && has(twelve, 160));  // the next of each
  EXPECT_EQ(std::set(twelve.begin(), twelve.end()).size(), 12u);
  std::size_t in_first = 0;
  for (const auto f : twelve) in_first += f < 150;
  EXPECT_GE(in_first, 7u);  // shots have their share all the same
  EXPECT_LE(in_first, 10u);
}

TEST(SampleFrames, FacesAreMeasuredWhereTheyAreWanted) {
  Timeline timeline;
  timeline.shots.push_back({2, "", {}});
  PlannedFrame with, without;
  with.faces.push_back({face_of(0), {}, ""});
  const auto faces = sample_faces(timeline, {with, without, with, with}, {true, true, true, false});
  ASSERT_EQ(faces.size(), 2u);
  EXPECT_EQ(faces[0].frame, 0);
  EXPECT_EQ(faces[1].shot, 1u);
  EXPECT_GT(faces[0].size, 50);
  EXPECT_LT(faces[0].size, 500);
}

}  // namespace
}  // namespace understudy
