// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/merger_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/pickle_objects.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/timeline/session_bytes.hpp"

namespace understudy {
namespace {

using S = SessionBytes;
using testing::HasSubstr;

Result<MergerSession> read(const Bytes& bytes) {
  const ScratchFolder scratch;
  const auto path = scratch.path / "new_SAEHD_merger_session.dat";
  EXPECT_TRUE(write_file(path, bytes));
  return read_merger_session(path);
}

TEST(MergerSession, SettingsComeByTheirNames) {
  const S::Attributes settings{{"mode", S::text("seamless")},
                               {"mask_mode", S::number(4)},
                               {"erode_mask_modifier", S::number(-12)},
                               {"blur_mask_modifier", S::number(900)},
                               {"masked_hist_match", "\x89"},
                               {"color_transfer_mode", S::number(3)},
                               {"sharpen_mode", S::number(2)},
                               {"output_face_scale", S::number(5)},
                               {"new_thing", S::number(5)}};
  const auto session = read(S::session({S::frame("00001.png", settings), S::frame("00002.png", {})}));
  ASSERT_TRUE(session) << to_sentence(session.error());
  ASSERT_EQ(session->frames.size(), 2u);
  EXPECT_EQ(session->frames[0].stem, "00001");
  EXPECT_EQ(session->frames[0].settings, (SettingValues{{"blur", "400"},
                                                        {"colour-transfer", "mkl"},
                                                        {"erode", "-12"},
                                                        {"face-scale", "5"},
                                                        {"mask", "learned-prd*learned-dst"},
                                                        {"masked-hist-match", "false"},
                                                        {"mode", "seamless"},
                                                        {"sharpen", "gaussian"}}));
  EXPECT_EQ(session->frames[1].stem, "00002");
  EXPECT_TRUE(session->frames[1].settings.empty());
  EXPECT_EQ(session->unknown, std::vector<std::string>{"new_thing"});
}

TEST(MergerSession, OtherPicklesAreRefused) {
  EXPECT_THAT(to_sentence(read(pickle::write(pickle::Value::dict())).error()), HasSubstr("no session"));
  EXPECT_THAT(to_sentence(read({1, 2, 3}).error()), HasSubstr("readable pickle"));
  const std::string call =
      "\x80\x02"
      "cos\nsystem\n\x8c\x02id\x85R.";  // is put down, not called
  const auto value = pickle::read_objects({call.begin(), call.end()});
  ASSERT_TRUE(value) << to_sentence(value.error());
  EXPECT_EQ(*value->find(pickle::class_key), pickle::Value("os.system"));
  EXPECT_FALSE(pickle::read({call.begin(), call.end()}));
}

TEST(MergerSession, AnObjectGivenToItselfDoesNotGrow) {
  std::string bomb =
      "\x80\x02"
      "ca\nb\n)\x81q" +
      std::string(1, '\0') + "}(" + S::text("a") + "N" + S::text("b") + "Nub";
  for (int i = 0; i < 60; ++i) bomb += std::string("h\0b", 3);
  bomb += ".";
  EXPECT_FALSE(pickle::read_objects({bomb.begin(), bomb.end()}));
}

// The timeline with the session in it. A frame that the session does not know has none of the settings.
Timeline with_session(Timeline timeline, const std::map<std::int64_t, SettingValues>& session,
                      const SettingValues& usual) {
  FramesOfSession frames;
  for (const auto& [frame, settings] : session) frames.emplace_back(frame, &settings);
  for (const auto& operation : take_over(timeline, frames, usual).operations) {
    const auto back = perform(operation, timeline);
    EXPECT_TRUE(back) << to_sentence(back.error());
  }
  return timeline;
}

TEST(MergerSession, GoesBeforeWhatPersonsShotsAndFramesSet) {
  const SettingValues usual{{"erode", "15"}, {"blur", "40"}};
  Timeline before;
  before.shots.push_back({.first = 10, .name = {}, .layer = {.values = {{"compat", "none"}}, .curves = {}}});
  before.persons[0].layer.values = {{"erode", "2"}, {"gaze", "50"}};
  before.persons[1].layer.curves["blur"] = Curve{{0, Key{"3", KeyKind::hold}}};
  before.frames[3] = {{"compat", "none"}, {"blur", "9"}};
  before.frames[7] = {{"erode", "8"}};
  std::map<std::int64_t, SettingValues> session;
  for (std::int64_t frame = 0; frame < 15; ++frame)
    if (frame != 7) session[frame] = usual;
  const auto now = with_session(before, session, usual);
  for (std::int64_t frame = 0; frame < 15; ++frame) {
    for (const auto& person : {std::optional<int>(), std::optional(0), std::optional(1)}) {
      if (frame == 7) continue;
      const auto settings = settings_at(now, frame, person);
      EXPECT_EQ(settings.erode, 15) << frame;
      EXPECT_EQ(settings.blur, 40) << frame;
      EXPECT_EQ(settings.compat, Compat::dfl) << frame;
      EXPECT_EQ(settings.gaze, person == 0 ? 50 : 0) << frame;  // of which the session says nothing
    }
  }
  EXPECT_EQ(settings_at(now, 7, 0).erode, 8);  // a frame that the session does not know
  EXPECT_EQ(settings_at(now, 20, 0).erode, 2);
  EXPECT_EQ(settings_at(now, 20, 0).compat, Compat::none);
}

TEST(MergerSession, WhatDiffersIsSetForRangesAndTheRestForTheClip) {
  std::map<std::int64_t, SettingValues> session;
  for (std::int64_t frame = 0; frame < 12; ++frame) session[frame] = {{"erode", "15"}, {"blur", "40"}};
  for (const std::int64_t frame : {2, 3, 4, 6}) session[frame]["blur"] = "60";
  for (const std::int64_t frame : {5, 7}) session[frame]["blur"] = "70";
  session[10]["erode"] = "1";
  session[11] = {};  // nobody came to it
  FramesOfSession frames;
  for (const auto& [frame, settings] : session) frames.emplace_back(frame, &settings);
  const auto taken = take_over({}, frames, session[0]);
  EXPECT_EQ(taken.ranges, 5u);
  const auto& set = std::get<SetFrames>(taken.operations.back());
  std::vector<FramesValue> singly(set.values.end() - 5, set.values.end());
  EXPECT_EQ(singly, (std::vector<FramesValue>{{{2, 4}, "blur", "60"},
                                              {{5, 5}, "blur", "70"},
                                              {{6, 6}, "blur", "60"},
                                              {{7, 7}, "blur", "70"},
                                              {{10, 10}, "erode", "1"}}));
  const auto now = with_session({}, session, session[0]);
  EXPECT_EQ(now.clip.values, (SettingValues{{"blur", "40"}, {"compat", "dfl"}, {"erode", "15"}}));
  EXPECT_EQ(now.frames.size(), 7u);
}

}  // namespace
}  // namespace understudy
