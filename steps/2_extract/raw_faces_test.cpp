// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/raw_faces.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "steps/2_extract/plan.hpp"

namespace understudy {
namespace {

class Raw : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a.png", "b.png", "c.png"})
      ASSERT_TRUE(write_image(scratch_.path / "frames" / name, ImageU8(8, 8, 3, static_cast<std::uint8_t>(name[0]))));
    source_ = *media::FrameSource::open(scratch_.path / "frames");
    contents_.emplace(*source_);
  }
  Result<RawFaces> open(bool thorough, std::vector<std::string> names, const std::string& source = "clip") {
    const auto head = fmt::format(R"({{"source":"{}","thorough":{},"version":2}})", source, thorough);
    return RawFaces::open(path_, head, std::move(names));
  }
  RawFrame frame(std::int64_t index) {
    RawFrame seen;
    seen.index = index;
    seen.content = contents_->of(index).content;
    return seen;
  }
  static std::size_t by_hand(const RawFaces& raw, std::int64_t index) {
    const auto seen = raw.read(index);
    return seen ? seen->by_hand.size() : 99;
  }

  const ScratchFolder scratch_;
  const fs::path path_ = scratch_.path / "x.faces";
  const std::vector<std::string> names_{"a.png", "b.png", "c.png"};
  std::optional<media::FrameSource> source_;
  std::optional<FrameContents> contents_;
};

TEST_F(Raw, WhatCouldNotBeReadIsLookedAtAgain) {
  auto raw = open(false, names_);
  ASSERT_TRUE(raw);
  auto unread = frame(1);
  unread.problem = "gone";
  ASSERT_TRUE(raw->add({frame(0), unread}));
  auto again = open(false, names_);  // the log says the same
  for (RawFaces* log : {&*raw, &*again}) {
    EXPECT_TRUE(log->knows(1, *contents_));
    log->forget_unread(0);
    log->forget_unread(1);
    EXPECT_TRUE(log->knows(0, *contents_));
    EXPECT_FALSE(log->knows(1, *contents_));
  }
}

TEST_F(Raw, AThoroughLookIsKnownAsSuch) {
  auto raw = open(false, names_);
  auto closely = frame(2);
  closely.thorough = true;
  ASSERT_TRUE(raw->add({closely, frame(1)}));
  const auto again = open(false, names_);
  for (const RawFaces* log : {&std::as_const(*raw), &*again}) {
    EXPECT_TRUE(log->knows_thoroughly(2, *contents_));
    EXPECT_FALSE(log->knows_thoroughly(1, *contents_));
  }
}

TEST_F(Raw, HandWorkIsOfTheFrameOfThatName) {
  {
    auto raw = open(false, names_);
    EXPECT_FALSE(*RawFaces::holds_hand_work(path_));
    ASSERT_TRUE(raw->add({frame(1)}));
    ASSERT_TRUE(raw->add_by_hand(1, contents_->of(1).content, {FoundFace{}}, true));
    EXPECT_EQ(by_hand(*raw, 1), 1u);
    EXPECT_FALSE(raw->hand_key(1).empty());
    EXPECT_TRUE(raw->changed_under_hand(*contents_).empty());
  }
  EXPECT_TRUE(*RawFaces::holds_hand_work(path_));
  {
    const auto fewer = open(false, {"b.png", "c.png"});  // the first was removed
    EXPECT_EQ(by_hand(*fewer, 0), 1u);
    EXPECT_EQ(by_hand(*fewer, 1), 0u);
  }
  {
    const auto closely = open(true, names_);  // looks are made anew, hand work stays
    EXPECT_FALSE(closely->knows(1, *contents_));
    EXPECT_EQ(by_hand(*closely, 1), 1u);
  }
  const auto another = open(true, names_, "another");
  EXPECT_EQ(by_hand(*another, 1), 0u);
  EXPECT_FALSE(*RawFaces::holds_hand_work(path_));
}

TEST_F(Raw, APlanOfThemCanBeStopped) {
  auto raw = open(false, names_);
  ASSERT_TRUE(raw && raw->add({frame(0), frame(1), frame(2)}));
  EXPECT_TRUE(FacePlan::make(*raw, {0, 1, 2}));
  const auto stopped = FacePlan::make(*raw, {0, 1, 2}, [] { return true; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::cancelled);
}

}  // namespace
}  // namespace understudy
