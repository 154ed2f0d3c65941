// SPDX-License-Identifier: Apache-2.0
#include "lib/media/timecode.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "lib/media/take_over.hpp"

namespace understudy::media {
namespace {

constexpr Rational ntsc{30000, 1001};

TEST(Timecode, CountsOnAtWholeRates) {
  EXPECT_EQ(timecode_after("01:00:00:00", 0, {25, 1}), "01:00:00:00");
  EXPECT_EQ(timecode_after("01:00:00:00", 24, {25, 1}), "01:00:00:24");
  EXPECT_EQ(timecode_after("01:59:59:20", 5, {25, 1}), "02:00:00:00");
  EXPECT_EQ(timecode_after("23:59:59:23", 1, {24000, 1001}), "00:00:00:00");
  EXPECT_EQ(timecode_after("00:00:59:49", 1, {50, 1}), "00:01:00:00");
  EXPECT_EQ(timecode_after("00:00:59:29", 1, ntsc), "00:01:00:00");  // without drop frame nothing is left out
}

TEST(Timecode, DropFrameLeavesOutTwoNumbersAMinuteButEveryTenth) {
  EXPECT_EQ(timecode_after("00:00:59;29", 1, ntsc), "00:01:00;02");
  EXPECT_EQ(timecode_after("00:01:59;29", 1, ntsc), "00:02:00;02");
  EXPECT_EQ(timecode_after("00:09:59;29", 1, ntsc), "00:10:00;00");
  EXPECT_EQ(timecode_after("00:10:59;29", 1, ntsc), "00:11:00;02");
  EXPECT_EQ(timecode_after("00:00:59;59", 1, {60000, 1001}), "00:01:00;04");
  EXPECT_EQ(timecode_after("23:59:59;29", 1, ntsc), "00:00:00;00");
  // An hour of drop frame is an hour of the clock: 107,892 frames at 29.97.
  EXPECT_EQ(timecode_after("01:00:00;00", 107892, ntsc), "02:00:00;00");
}

// All numbers of a day come, each once and in order, and none of those that are left out.
TEST(Timecode, EveryFrameOfADayHasItsOwn) {
  std::string before;
  constexpr int day = 24 * 107892;
  for (int i = 0; i < day; i += 7) {
    const auto code = timecode_after("00:00:00;00", i, ntsc);
    int hours = 0, minutes = 0, seconds = 0, frame = 0;
    ASSERT_EQ(std::sscanf(code.c_str(), "%d:%d:%d;%d", &hours, &minutes, &seconds, &frame), 4) << code;
    ASSERT_FALSE(seconds == 0 && frame < 2 && minutes % 10 != 0) << code;
    ASSERT_LT(before, code);
    ASSERT_EQ(timecode_after(code, 7, ntsc), timecode_after("00:00:00;00", i + 7, ntsc));
    before = code;
  }
}

TEST(Timecode, WhatIsNoneGivesNone) {
  for (const char* text : {"", "no time", "01:00:00", "01:00:00:00x", "01:60:00:00", "01:00:00:25"})
    EXPECT_EQ(timecode_after(text, 1, {25, 1}), "") << text;
  EXPECT_EQ(timecode_after("01:00:00:00", 1, {0, 1}), "");
}

TEST(Timecode, OfAVideoGoesByItsFramesOrItsClock) {
  VideoInfo video;
  video.timecode = "10:00:00:00";
  video.frame_rate = {25, 1};
  video.time_base = {1, 50};
  video.ticks = {100, 102, 104, 154};
  EXPECT_EQ(timecode_of(video, 3), "10:00:00:03");
  video.variable_rate = true;
  EXPECT_EQ(timecode_of(video, 3), "10:00:01:02");
  EXPECT_EQ(timecode_of(video, 4), "");
  video.timecode = "";
  EXPECT_EQ(timecode_of(video, 1), "");
}

TEST(TakeOver, PixelsOfATurnedVideoAreTurnedToo) {
  VideoInfo video;
  video.pixel_aspect = {4, 3};
  video.ticks = {90};
  video.time_base = {1, 30};
  video.timecode = "01:00:00:00";
  VideoOptions options;
  take_look(options, video);
  EXPECT_EQ(options.pixel_aspect, (Rational{4, 3}));
  video.orientation = {0, -1, 1, 0};
  take_look(options, video);
  EXPECT_EQ(options.pixel_aspect, (Rational{3, 4}));
  take_sound_and_timecode(options, video);
  EXPECT_TRUE(options.sound_from.empty());
  EXPECT_EQ(options.timecode, "01:00:00:00");
  EXPECT_DOUBLE_EQ(options.sound_shift, -3);
}

}  // namespace
}  // namespace understudy::media
