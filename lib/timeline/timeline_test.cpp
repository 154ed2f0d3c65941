// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lib/timeline/copying.hpp"
#include "lib/timeline/operations.hpp"
#include "lib/timeline/random_operations.hpp"

namespace understudy {
namespace {

using testing::HasSubstr;

// Does it, and checks that the inverse takes it back.
void play(Timeline& timeline, const TimelineOperation& operation) {
  const Timeline before = timeline;
  const auto back = perform(operation, timeline);
  ASSERT_TRUE(back) << to_sentence(back.error());
  Timeline undone = timeline;
  const auto again = perform(*back, undone);
  ASSERT_TRUE(again) << to_sentence(again.error());
  EXPECT_EQ(timeline_text(undone), timeline_text(before));
  ASSERT_TRUE(perform(*again, undone));
  EXPECT_EQ(timeline_text(undone), timeline_text(timeline));
}

void refuse(Timeline timeline, const TimelineOperation& operation, const char* word) {
  const Timeline before = timeline;
  const auto done = perform(operation, timeline);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::bad_option);
  EXPECT_THAT(done.error().message, HasSubstr(word));
  EXPECT_EQ(timeline, before);
}

int erode_at(const Timeline& timeline, std::int64_t frame, std::optional<int> person = {}) {
  return settings_at(timeline, frame, person).erode;
}

TEST(FrameRanges, AreReadAndWritten) {
  const auto ranges = parse_frames("300,100-250, 251 - 260");
  ASSERT_TRUE(ranges);
  EXPECT_EQ(*ranges, (std::vector<FrameRange>{{99, 259}, {299, 299}}));
  EXPECT_EQ(frames_text(*ranges), "100-260,300");
  EXPECT_EQ(frames_in(*ranges), 162);
  EXPECT_TRUE(has_frame(*ranges, 99));
  EXPECT_FALSE(has_frame(*ranges, 260));
  EXPECT_FALSE(has_frame(*ranges, 0));
  for (const char* text : {"", "0", "-3", "5-4", "1,,2", "x", "1-2-3", "99999999999999999999"})
    EXPECT_FALSE(parse_frames(text)) << text;
}

TEST(Curves, HoldLinearAndSmooth) {
  const Row& row = *setting_row("erode");
  const Curve curve{{10, {"0", KeyKind::hold}},
                    {20, {"100", KeyKind::linear}},
                    {30, {"50", KeyKind::smooth}},
                    {40, {"-50", KeyKind::smooth}}};
  EXPECT_EQ(value_at(curve, 0, row), "0");
  EXPECT_EQ(value_at(curve, 19, row), "0");
  EXPECT_EQ(value_at(curve, 20, row), "100");
  EXPECT_EQ(value_at(curve, 25, row), "75");
  EXPECT_EQ(value_at(curve, 30, row), "50");
  EXPECT_EQ(value_at(curve, 90, row), "-50");
  int before = 50;
  for (int frame = 31; frame <= 40; ++frame) {  // smooth: falls all the way, without overshoot
    const int now = std::stoi(value_at(curve, frame, row));
    EXPECT_LE(now, before);
    EXPECT_GE(now, -50);
    before = now;
  }
  const Curve ease{{0, {"0", KeyKind::smooth}}, {100, {"1", KeyKind::smooth}}};
  const Row& morph = *setting_row("morph");
  EXPECT_EQ(value_at(ease, 50, morph), "0.5");
  EXPECT_LT(std::stod(value_at(ease, 10, morph)), 0.05);
}

TEST(Curves, ChoicesAreHeld) {
  const Curve curve{{0, {"overlay", KeyKind::linear}}, {10, {"seamless", KeyKind::smooth}}};
  EXPECT_EQ(value_at(curve, 9, *setting_row("mode")), "overlay");
  EXPECT_EQ(value_at(curve, 10, *setting_row("mode")), "seamless");
}

TEST(Timeline, TheNearestSettingCounts) {
  Timeline timeline;
  EXPECT_EQ(settings_at(timeline, 5, {}), MergeSettings{});
  play(timeline, SetValue{WholeClip{}, "erode", "1"});
  play(timeline, InsertShot{{100, "second", {}}});
  play(timeline, SetValue{OfPerson{0}, "erode", "2"});
  play(timeline, SetValue{OfShot{1}, "erode", "3"});
  play(timeline, SetFrames{{{{150, 160}, "erode", "4"}}});
  EXPECT_EQ(erode_at(timeline, 50), 1);
  EXPECT_EQ(erode_at(timeline, 50, 0), 2);
  EXPECT_EQ(erode_at(timeline, 50, 1), 1);
  EXPECT_EQ(erode_at(timeline, 149, 0), 3);
  EXPECT_EQ(erode_at(timeline, 155, 0), 4);
  EXPECT_EQ(settings_at(timeline, 50, {}, {{"erode", "9"}}).erode, 9);
  EXPECT_EQ(settings_at(timeline, 155, {}, {{"erode", "9"}}).erode, 4);
  play(timeline, SetKey{WholeClip{}, "erode", 0, Key{"10", KeyKind::linear}});
  play(timeline, SetKey{WholeClip{}, "erode", 50, Key{"20", KeyKind::linear}});
  EXPECT_EQ(erode_at(timeline, 25), 15);
  EXPECT_EQ(resolve(timeline, *setting_row("erode"), 25, {}).keyed, true);
  EXPECT_EQ(resolve(timeline, *setting_row("erode"), 155, {}).from, SettingFrom::frame);
}

TEST(Timeline, DocumentsFromBeforeThereWasAChoiceHaveDeepFaceLabsRules) {
  const auto old =
      timeline_from_text(R"({"format": "understudy.timeline", "version": 1, "clip": {"values": {"erode": 3}}})");
  ASSERT_TRUE(old);
  EXPECT_EQ(settings_at(*old, 5, {}).compat, Compat::dfl);
  EXPECT_EQ(timeline_from_text(timeline_text(*old)), *old);
  EXPECT_EQ(timeline_text(*old).find("compat"), std::string::npos);  // so that its journal still fits
  EXPECT_EQ(settings_at(*old, 5, {}, {{"compat", "none"}}).compat, Compat::none);
  Timeline changed = *old;
  play(changed, SetValue{WholeClip{}, "compat", "none"});
  EXPECT_EQ(settings_at(changed, 5, {}).compat, Compat::none);
  EXPECT_EQ(resolve(*old, *setting_row("compat"), 5, {}).from, SettingFrom::standard);
  const Timeline fresh;
  EXPECT_EQ(settings_at(fresh, 5, {}).compat, Compat::none);
  EXPECT_EQ(timeline_from_text(timeline_text(fresh)), fresh);
  EXPECT_EQ(settings_at(fresh, 5, {}, {{"compat", "dfl"}}).compat, Compat::dfl);
  EXPECT_FALSE(timeline_from_text(R"({"format": "understudy.timeline", "version": 1, "compat": "other"})"));
}

TEST(Timeline, ShotsAreSplitJoinedRenamedAndMoved) {
  Timeline timeline;
  play(timeline, SetValue{OfShot{0}, "blur", "7"});
  play(timeline, InsertShot{{40, "b", {}}});
  play(timeline, InsertShot{{20, "a", timeline.shots[0].layer}});
  EXPECT_EQ(timeline.shots.size(), 3u);
  EXPECT_EQ(shot_of(timeline, 19), 0u);
  EXPECT_EQ(shot_of(timeline, 39), 1u);
  EXPECT_EQ(shot_of(timeline, 4000), 2u);
  play(timeline, MoveShot{1, 10});
  play(timeline, RenameShot{1, "near"});
  refuse(timeline, MoveShot{1, 40}, "neighbours");
  refuse(timeline, MoveShot{0, 5}, "first shot");
  refuse(timeline, InsertShot{{10, "", {}}}, "already");
  refuse(timeline, RemoveShot{0}, "first shot");
  refuse(timeline, RemoveShot{3}, "no shot 4");
  play(timeline, RemoveShot{1});
  play(timeline, SetShots{{{0, "", {}}, {5, "x", {}}}});
  refuse(timeline, SetShots{{{1, "", {}}}}, "first");
  refuse(timeline, SetShots{{{0, "", {}}, {0, "", {}}}}, "one behind another");
}

TEST(Timeline, PersonsAreThereAsLongAsSomethingIsSaidOfThem) {
  Timeline timeline;
  play(timeline, SetPerson{3, "Anna", "none"});
  EXPECT_EQ(timeline.persons.at(3).model, no_model);
  play(timeline, SetPerson{3, "", ""});
  EXPECT_TRUE(timeline.persons.empty());
  play(timeline, SetKey{OfPerson{2}, "blur", 3, Key{"4", KeyKind::hold}});
  play(timeline, SetKey{OfPerson{2}, "blur", 3, {}});
  EXPECT_TRUE(timeline.persons.empty());
  refuse(timeline, SetPerson{-1, "", ""}, "person");
  refuse(timeline, SetValue{OfPerson{0}, "mode", "raw-predict"}, "whole frames");
}

TEST(Timeline, WhatDoesNotFitIsRefused) {
  const Timeline timeline;
  refuse(timeline, SetValue{WholeClip{}, "eroded", "1"}, "eroded");
  refuse(timeline, SetValue{WholeClip{}, "eroded", {}}, "eroded");
  refuse(timeline, SetValue{WholeClip{}, "erode", "500"}, "range");
  refuse(timeline, SetValue{OfShot{4}, "erode", "5"}, "no shot 5");
  refuse(timeline, SetKey{WholeClip{}, "blur", -1, Key{"3"}}, "no frame");
  refuse(timeline, SetFrames{{{{5, 4}, "blur", "3"}}}, "ends before");
  refuse(timeline, SetFrames{{{{0, 1}, "blur", "3"}, {{0, most_frames}, "blur", "3"}}}, "no frame");
}

// No file makes more of them than a machine holds, and what can be set can be read again.
TEST(Timeline, SingleFramesHaveAnEnd) {
  constexpr auto tenth = static_cast<std::int64_t>(most_frame_values / 10);
  SetFrames much;
  for (std::int64_t i = 0; i < 10; ++i) much.values.push_back({{i * tenth, (i + 1) * tenth - 1}, "erode", "3"});
  Timeline timeline;
  play(timeline, SetFrames{{{{7, 7}, "blur", "3"}}});
  refuse(timeline, much, "single frames");
  much.values.front().value.reset();  // to take something out asks for no room
  much.values.resize(2);
  EXPECT_TRUE(perform(much, timeline));
  constexpr auto* document =
      R"({{"format": "understudy.timeline", "version": 1, "frames": [[0, {}, {{"blur": 2, "erode": 3}}]]}})";
  EXPECT_TRUE(timeline_from_text(fmt::format(document, tenth)));
  EXPECT_FALSE(timeline_from_text(fmt::format(document, 5 * tenth)));
}

TEST(Timeline, ACopyLooksTheSame) {
  Timeline timeline;
  play(timeline, SetValue{WholeClip{}, "blur", "5"});
  play(timeline, InsertShot{{10, "", {}}});
  play(timeline, SetValue{OfShot{1}, "erode", "30"});
  play(timeline, SetValue{OfPerson{0}, "blur", "50"});
  play(timeline, SetFrames{{{{3, 3}, "mode", "seamless"}, {{3, 3}, "blur", "5"}, {{12, 12}, "denoise-power", "9"}}});
  const auto copy = copy_settings(timeline, 3, {{0, 20}});
  play(timeline, copy);
  for (std::int64_t frame = 0; frame <= 20; ++frame) {
    for (const std::optional<int> person : {std::optional<int>(), std::optional(0)})
      EXPECT_EQ(settings_at(timeline, frame, person), settings_at(timeline, 3, person)) << frame;
  }
  EXPECT_EQ(timeline.frames.at(2), (SettingValues{{"blur", "5"}, {"mode", "seamless"}}));  // no more than it takes
  EXPECT_EQ(timeline.frames.at(12), (SettingValues{{"blur", "5"}, {"erode", "0"}, {"mode", "seamless"}}));
}

TEST(TimelineDocument, ComesBackAsItWas) {
  Timeline timeline;
  RandomOperations random(11);
  for (int i = 0; i < 400; ++i) play(timeline, random.next(timeline));
  const auto text = timeline_text(timeline);
  const auto read = timeline_from_text(text);
  ASSERT_TRUE(read) << to_sentence(read.error());
  EXPECT_EQ(*read, timeline);
  EXPECT_EQ(timeline_text(*read), text);
}

TEST(TimelineDocument, OddOnesAreRefused) {
  const auto with = [](const char* more) {
    return fmt::format(R"({{"format": "understudy.timeline", "version": 1, {}}})", more);
  };
  EXPECT_TRUE(timeline_from_text(with(R"("frames": [[1, 2, {"erode": 3}]])")));
  for (const char* odd :
       {R"("clip": 3)", R"("clip": {"values": {"nothing": 1}})", R"("clip": {"values": {"erode": 1000}})",
        R"("clip": {"values": {"erode": [1]}})", R"("clip": {"keys": {"erode": [[1, 2]]}})",
        R"("clip": {"keys": {"erode": []}})", R"("clip": {"keys": {"erode": [[1, 2, "bent"]]}})",
        R"("clip": {"keys": {"erode": [[-1, 2, "hold"]]}})",
        R"("clip": {"keys": {"erode": [[1, 2, "hold"], [1, 2, "hold"]]}})", R"("shots": [])",
        R"("shots": [{"first": 3}])", R"("shots": [{"first": 0}, {"first": 0}])", R"("persons": {"x": {}})",
        R"("persons": {"007": {}})", R"("persons": {"1": {"name": 3}})", R"("frames": [[1, 0, {"erode": 3}]])",
        R"("frames": [[1, 2, {}]])", R"("frames": [[3, 4, {"erode": 3}], [4, 4, {"erode": 3}]])",
        R"("frames": [[0, 99999999999, {"erode": 3}]])"})
    EXPECT_FALSE(timeline_from_text(with(odd))) << odd;
  EXPECT_EQ(timeline_from_text(R"({"format": "understudy.timeline", "version": 9})").error().code, Code::newer_version);
  EXPECT_FALSE(timeline_from_text("[]"));
  EXPECT_FALSE(timeline_from_text("{"));
}

TEST(TimelineOperations, ComeBackFromJson) {
  Timeline timeline;
  RandomOperations random(5);
  for (int i = 0; i < 1000; ++i) {
    const auto operation = random.next(timeline);
    const auto text = to_json(operation).dump();
    const auto read = timeline_operation_from_json(nlohmann::json::parse(text));
    ASSERT_TRUE(read) << text << to_sentence(read.error());
    EXPECT_EQ(to_json(*read).dump(), text);
    ASSERT_TRUE(perform(*read, timeline)) << text;
  }
  for (const char* odd :
       {"3", "{}", R"({"do": "dance"})", R"({"do": "set-value", "place": "clip", "key": "erode", "value": "x"})",
        R"({"do": "set-value", "place": {"shot": -1}, "key": "erode", "value": 1})",
        R"({"do": "set-value", "key": "erode", "value": 1})",
        R"({"do": "set-value", "place": "clip", "key": "q", "value": null})",
        R"({"do": "set-key", "place": "clip", "key": "erode", "frame": 1.5, "value": 1, "kind": "hold"})",
        R"({"do": "set-frames", "values": [[1, 2, "erode"]]})", R"({"do": "remove-shot"})", R"({"do": "set-shots"})",
        R"({"do": "set-person", "person": -3})"})
    EXPECT_FALSE(timeline_operation_from_json(nlohmann::json::parse(odd))) << odd;
}

// The bar of the whole: whatever was done, undoing all of it gives the document byte for byte.
TEST(TimelineOperations, TenThousandAreTakenBack) {
  Timeline timeline;
  RandomOperations random(2);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(perform(random.next(timeline), timeline));
  const auto before = timeline_text(timeline);
  std::vector<TimelineOperation> back;
  for (int i = 0; i < 10'000; ++i) {
    auto inverse = perform(random.next(timeline), timeline);
    ASSERT_TRUE(inverse) << to_sentence(inverse.error());
    back.push_back(*std::move(inverse));
  }
  EXPECT_NE(timeline_text(timeline), before);
  for (auto inverse = back.rbegin(); inverse != back.rend(); ++inverse) ASSERT_TRUE(perform(*inverse, timeline));
  EXPECT_EQ(timeline_text(timeline), before);
}

}  // namespace
}  // namespace understudy
