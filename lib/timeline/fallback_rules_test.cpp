// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/fallback_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/timeline/timeline.hpp"

namespace understudy {
namespace {

TEST(FallbackRules, AreReadAsTheyAreWritten) {
  const auto rules = parse_fallbacks("turn=original,edge=hold");
  ASSERT_TRUE(rules);
  EXPECT_EQ(*rules, (std::vector<FallbackRule>{{Reason::turn, Fallback::original}, {Reason::edge, Fallback::hold}}));
  EXPECT_EQ(fallbacks_text(*rules), "turn=original+edge=hold");
  EXPECT_EQ(*parse_fallbacks("turn=original+edge=hold"), *rules);
  EXPECT_EQ(*parse_fallbacks("turn=hold,turn=original,edge=hold"), *rules);
  for (const char* none : {"", "none"}) {
    ASSERT_TRUE(parse_fallbacks(none));
    EXPECT_TRUE(parse_fallbacks(none)->empty());
  }
  EXPECT_EQ(fallbacks_text({}), "none");
}

TEST(FallbackRules, WhatIsNoneIsSaid) {
  for (const char* bad : {"turn", "turn=", "=hold", "turned=hold", "turn=holds", "turn=hold+", ",", "none=hold"}) {
    const auto rules = parse_fallbacks(bad);
    ASSERT_FALSE(rules) << bad;
    EXPECT_EQ(rules.error().code, Code::bad_option);
    EXPECT_THAT(to_sentence(rules.error()), testing::HasSubstr("previous-settings")) << bad;
  }
}

TEST(FallbackRules, ASettingHoldsThem) {
  EXPECT_EQ(*checked_setting("fallback", "turn=original,edge=hold"), "turn=original+edge=hold");
  EXPECT_EQ(*checked_setting("fallback", ""), "none");
  EXPECT_FALSE(checked_setting("fallback", "turn"));
  Timeline timeline;
  timeline.clip.values = {{"fallback", "turn=original"}};
  timeline.frames[3] = {{"fallback", "none"}};
  EXPECT_EQ(settings_at(timeline, 2, {}).fallback, "turn=original");
  EXPECT_EQ(settings_at(timeline, 3, {}).fallback, "none");
}

}  // namespace
}  // namespace understudy
