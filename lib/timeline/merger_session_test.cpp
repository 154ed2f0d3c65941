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

}  // namespace
}  // namespace understudy
