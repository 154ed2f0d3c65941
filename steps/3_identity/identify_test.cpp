// SPDX-License-Identifier: Apache-2.0
#include "steps/3_identity/identify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/moves.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/catalogue/catalogue.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/warp.hpp"
#include "lib/project/face_history.hpp"
#include "steps/3_identity/verb.hpp"

namespace understudy {
namespace {

class Identify : public ::testing::Test {
 protected:
  void SetUp() override {
    add("a", synthetic::demo_identity_a(), 5);
    add("b", synthetic::demo_identity_b(), 3);
  }

  void add(const std::string& prefix, const synthetic::Identity& who, int count) {
    const synthetic::Actor actor(who);
    for (int i = 0; i < count; ++i) {
      synthetic::Performance performance;
      performance.yaw = 6 * i - 8;
      performance.smile = 0.2f * static_cast<float>(i);
      const auto shown = actor.render(performance);
      Face face;
      const Affine map = face_matrix(shown.landmarks, 256, FaceType::whole);
      face.image_bgr = warp_antialiased(shown.frame_bgr, map, 256, 256);
      face.info.face_type = FaceType::whole;
      face.info.landmarks = transformed(shown.landmarks, map);
      face.info.source_filename = prefix + ".png";
      ASSERT_TRUE(write_face_jpeg(faces_ / fmt::format("{}{}_0.jpg", prefix, i), face.image_bgr, 95, face.info));
    }
  }
  std::size_t count() const { return image_files(faces_)->size(); }

  const ScratchFolder scratch_;
  const fs::path root_ = scratch_.path, faces_ = root_ / "data_src" / "aligned";
  understudy::Run run_;
};

TEST_F(Identify, TellsPersonsApartAndKeepsTheWanted) {
  const Workspace workspace{root_};
  IdentifyOptions options;
  options.threshold = 0.35;  // drawn people look more alike than real ones
  options.sheet = root_ / "persons.png";
  const auto seen = identify(workspace, faces_, options, run_);
  ASSERT_TRUE(seen) << to_sentence(seen.error());
  ASSERT_EQ((*seen)["persons"].size(), 2u) << *seen;
  EXPECT_EQ((*seen)["persons"][0]["faces"], 5);
  EXPECT_EQ((*seen)["persons"][1]["typical"].size(), 3u);
  EXPECT_EQ((*seen)["moved"], 0);
  EXPECT_TRUE(fs::exists(options.sheet));
  EXPECT_EQ(count(), 8u);
  auto catalogue = Catalogue::open(workspace.state() / "catalogue.db", root_, run_);
  const auto entries = *catalogue->sync(faces_, 1, run_);
  for (const auto& entry : entries) EXPECT_EQ(entry.numbers.person, entry.name[0] == 'a' ? 0 : 1) << entry.name;

  options.keep = "0";
  options.dry_run = true;
  EXPECT_EQ((*identify(workspace, faces_, options, run_))["to_trash"].size(), 3u);
  EXPECT_EQ(count(), 8u);
  options.dry_run = false;
  EXPECT_EQ((*identify(workspace, faces_, options, run_))["moved"], 3);
  EXPECT_EQ(count(), 5u);
  EXPECT_TRUE(fs::exists(trash_of(faces_) / "b0_0.jpg"));
}

TEST_F(Identify, WhatTheUserSaidGoesBeforeWhatWasCounted) {
  const Workspace workspace{root_};
  IdentifyOptions options;
  options.threshold = 0.35;
  const auto history = FaceHistory::open(faces_)->say(
      "name a person",
      {{"/a0_0.jpg", "person", "1000"}, {"/b0_0.jpg", "person", "1000"}, {"person:1000", "name", "Anna"}});
  ASSERT_TRUE(history);
  const auto seen = identify(workspace, faces_, options, run_);
  ASSERT_TRUE(seen) << to_sentence(seen.error());
  ASSERT_EQ((*seen)["persons"].size(), 3u) << *seen;
  EXPECT_EQ((*seen)["persons"][0]["faces"], 4);
  const auto anna = std::ranges::find_if((*seen)["persons"], [](const auto& one) { return one.contains("name"); });
  ASSERT_NE(anna, (*seen)["persons"].end()) << *seen;
  EXPECT_EQ((*anna)["name"], "Anna");
  EXPECT_EQ((*anna)["person"], 1000);
  EXPECT_EQ((*anna)["faces"], 2);
  options.reject = "Bert";
  EXPECT_FALSE(identify(workspace, faces_, options, run_));
  options.reject = "";
  options.keep = "Anna";
  EXPECT_EQ((*identify(workspace, faces_, options, run_))["moved"], 6);
  EXPECT_TRUE(fs::exists(faces_ / "a0_0.jpg"));
  EXPECT_TRUE(fs::exists(faces_ / "b0_0.jpg"));
}

TEST_F(Identify, AskingForNobodyIsAnError) {
  IdentifyOptions options;
  options.reject = "7";
  const auto wrong = identify({root_}, faces_, options, run_);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::bad_option);
  EXPECT_EQ(count(), 8u);
  EXPECT_EQ(identify_verb().name, "faceset identity");
}

}  // namespace
}  // namespace understudy
