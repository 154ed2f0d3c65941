// SPDX-License-Identifier: Apache-2.0
// Each reason is raised by the fault that is meant for it, and by no other; a clean clip has none.
#include "steps/6_merge/reasons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "lib/base/scratch_folder.hpp"
#include "steps/6_merge/check_records.hpp"

namespace understudy {
namespace {

FrameFacts good(int i) {
  const double sway = 0.01 * std::sin(0.7 * i);
  FrameFacts f;
  f.face = true;
  f.score = 0.9, f.size = 200, f.beyond = 2;
  f.measured = true;
  f.left_out = 0.05 + sway, f.outside = 0.2 + sway;
  f.detail = 0.004 + 0.05 * sway, f.plate_detail = 0.006 + 0.05 * sway;
  f.plate_colour = {0.4 + sway, 0.5, 0.6}, f.offset = {0.02 + sway / 10, 0.01, -0.01};
  f.change = 0.02, f.plate_change = 0.02;
  f.seam = 1.2, f.src_distance = 0.35;
  return f;
}

std::vector<FrameFacts> clip(int frames = 40) {
  std::vector<FrameFacts> facts;
  for (int i = 0; i < frames; ++i) facts.push_back(good(i));
  return facts;
}

// (frame, reason) of all that was found.
std::set<std::pair<std::size_t, Reason>> found(const std::vector<FrameFacts>& facts) {
  std::set<std::pair<std::size_t, Reason>> all;
  const auto judged = judge_frames(facts);
  for (std::size_t i = 0; i < judged.size(); ++i) {
    for (const auto& r : judged[i].found) {
      EXPECT_GT(r.severity, 0);
      EXPECT_LE(r.severity, 1);
      EXPECT_EQ(r.limit, limit_of(r.reason).limit);
      all.insert({i, r.reason});
    }
  }
  return all;
}
using Found = std::set<std::pair<std::size_t, Reason>>;

TEST(Reasons, ACleanClipHasNone) {
  EXPECT_EQ(found(clip()), Found{});
  EXPECT_EQ(found({}), Found{});
  EXPECT_EQ(found(std::vector<FrameFacts>(5)), Found{});  // nobody anywhere
}

TEST(Reasons, EachIsRaisedByItsFault) {
  const auto with = [](std::size_t at, auto&& change) {
    auto facts = clip();
    change(facts[at]);
    return found(facts);
  };
  EXPECT_EQ(with(12, [](auto& f) { f.score = 0.3; }), (Found{{12, Reason::low_score}}));
  EXPECT_EQ(with(12, [](auto& f) { f.beyond = 14; }), (Found{{12, Reason::turn}}));
  EXPECT_EQ(with(12, [](auto& f) { f.left_out = 0.4; }), (Found{{12, Reason::mask}}));
  EXPECT_EQ(with(12, [](auto& f) { f.outside = 0.5; }), (Found{{12, Reason::mask}}));
  EXPECT_EQ(with(12, [](auto& f) { f.detail /= 8; }), (Found{{12, Reason::blur}}));
  EXPECT_EQ(with(12, [](auto& f) { f.offset[2] += 0.1; }), (Found{{12, Reason::colour}}));
  EXPECT_EQ(with(12, [](auto& f) { f.seam = 4; }), (Found{{12, Reason::edge}}));
  EXPECT_EQ(with(12, [](auto& f) { f.src_distance = 0.8; }), (Found{{12, Reason::identity}}));
  EXPECT_EQ(with(0, [](auto& f) { f.offset[2] += 0.1; }), (Found{{0, Reason::colour}}));
  EXPECT_EQ(with(1, [](auto& f) { f.offset[2] += 0.1; }), (Found{{1, Reason::colour}}));
}

TEST(Reasons, WhatThePlateDoesIsNoFault) {
  auto facts = clip();
  facts[12].detail /= 8, facts[12].plate_detail /= 8;                                        // it goes out of focus
  for (std::size_t i = 20; i < facts.size(); ++i) facts[i].plate_colour = {0.2, 0.25, 0.3};  // the light goes out
  facts[30].change = facts[30].plate_change = 0.2;  // it moves in a way that flow does not see
  facts[31].change = facts[31].plate_change = 0.2;
  EXPECT_EQ(found(facts), Found{});
}

// A frame unlike both its neighbours flickers; these do not. A mere step does not either.
TEST(Reasons, FlickerIsOfTheFrameThatDiffersFromBoth) {
  auto facts = clip();
  facts[12].change = facts[13].change = 0.15;
  facts[30].change = 0.15;
  EXPECT_EQ(found(facts), (Found{{12, Reason::flicker}}));
  for (auto& f : facts) f.change = 0.15;
  EXPECT_EQ(found(facts).size(), facts.size());
  auto begin = clip();
  begin[1].change = 0.15;
  EXPECT_EQ(found(begin), Found{});  // frame 1 or 2: a step
  begin[2].change = 0.15;
  EXPECT_TRUE(found(begin).contains({1, Reason::flicker}));
}

TEST(Reasons, AGapBetweenFacesIsOneAndAnEntranceIsNot) {
  auto facts = clip();
  for (const std::size_t i : {0, 1, 12, 13, 38, 39}) facts[i] = {};
  const auto judged = judge_frames(facts);
  for (const std::size_t i : {12, 13}) {
    ASSERT_TRUE(judged[i].has(Reason::no_face)) << i;
    EXPECT_EQ(judged[i].has(Reason::no_face)->value, 2);
  }
  EXPECT_EQ(found(facts), (Found{{12, Reason::no_face}, {13, Reason::no_face}}));
  for (std::size_t i = 12; i < facts.size(); ++i) facts[i].shot = 1;  // they come in with the second shot
  EXPECT_EQ(found(facts), Found{});
  auto long_gap = clip();
  for (std::size_t i = 3; i < 33; ++i) long_gap[i] = {};
  EXPECT_LT(judge_frames(long_gap)[10].severity(), 0.5);
  EXPECT_EQ(judged[12].severity() > 0.9, true);
}

TEST(Reasons, FramesAreHeldAgainstTheirShotOnly) {
  auto facts = clip();
  for (std::size_t i = 20; i < facts.size(); ++i) {
    facts[i].shot = 1;
    facts[i].offset = {0.1, 0.1, 0.1};
    facts[i].detail /= 8;
  }
  facts[20].change = 0.3;  // the cut
  EXPECT_EQ(found(facts), Found{});
}

TEST(Reasons, TheWorstComesFirst) {
  auto facts = clip();
  facts[12].seam = 2.2;
  facts[12].src_distance = 0.95;
  const auto judged = judge_frames(facts);
  ASSERT_EQ(judged[12].found.size(), 2u);
  EXPECT_EQ(judged[12].found[0].reason, Reason::identity);
  EXPECT_GT(judged[12].found[0].severity, judged[12].found[1].severity);
  EXPECT_EQ(judged[12].severity(), judged[12].found[0].severity);
}

TEST(CheckRecords, AreReadAsTheyAreWritten) {
  const ScratchFolder scratch;
  const auto file = scratch.path / "state" / "records.jsonl";
  EXPECT_TRUE(read_records(file).frames.empty());
  CheckRecords records;
  records.src = 0xfedcba9876543210;
  auto facts = good(3);
  facts.change = FrameFacts::unknown;
  const std::string odd = "odd \xe9 name.png";
  records.frames[odd] = {"abc 1 2 3", "def 1 2 3", facts};
  records.frames["b.png"] = {"abc 0 0 0", "", {}};
  ASSERT_TRUE(write_records(file, records));
  const auto again = read_records(file);
  EXPECT_EQ(again.src, records.src);
  EXPECT_TRUE(again.in_sdr);
  ASSERT_EQ(again.frames.size(), 2u);
  const auto& one = again.frames.at(odd);
  EXPECT_EQ(one.of, "abc 1 2 3");
  FrameFacts into;
  ASSERT_TRUE(take_over(one, "abc 1 2 99", "def 1 2 3", into));  // another time, the same content
  EXPECT_TRUE(into.measured);
  EXPECT_EQ(into.seam, facts.seam);
  EXPECT_EQ(into.offset, facts.offset);
  EXPECT_TRUE(std::isnan(into.change));
  EXPECT_EQ(into.plate_change, facts.plate_change);
  FrameFacts other;
  EXPECT_FALSE(take_over(one, "abc 1 3 3", "def 1 2 3", other));
  ASSERT_TRUE(take_over(one, "abc 1 2 3", "other 1 2 3", other));
  EXPECT_TRUE(std::isnan(other.plate_change));
  ASSERT_TRUE(take_over(again.frames.at("b.png"), "abc 0 0 0", "", other));
  EXPECT_TRUE(std::isnan(other.offset[0]));
}

TEST(CheckRecords, DamageCostsOnlyWhatItHits) {
  const ScratchFolder scratch;
  const auto file = scratch.path / "records.jsonl";
  CheckRecords records{1, {{"a.png", {"x", "", good(1)}}, {"b.png", {"y", "", good(2)}}}};
  ASSERT_TRUE(write_records(file, records));
  auto text = *read_text(file);
  text.insert(text.find("\"a.png\""), "{[");
  ASSERT_TRUE(write_text(file, text));
  EXPECT_EQ(read_records(file).frames.size(), 1u);
  ASSERT_TRUE(write_text(file, "{\"format\":\"understudy.merge-measures\",\"version\":1,\"src\":3}\n"));
  EXPECT_FALSE(read_records(file).in_sdr);  // of a program that took HDR's codes for SDR's
  for (const char* bad : {"", "{}", "[1]", "{\"format\":\"understudy.merge-measures\",\"version\":99}\n"}) {
    ASSERT_TRUE(write_text(file, bad));
    EXPECT_TRUE(read_records(file).frames.empty()) << bad;
  }
}

}  // namespace
}  // namespace understudy
