// SPDX-License-Identifier: Apache-2.0
// Which networks a frame needs, and what becomes of those who wait where one of them throws.
#include <gtest/gtest.h>

#include <cmath>
#include <new>

#include "lib/base/scratch_folder.hpp"
#include "lib/base/workers.hpp"
#include "lib/image/codec.hpp"
#include "steps/6_merge/colour_windows.hpp"
#include "steps/6_merge/earlier_frames.hpp"

namespace understudy {
namespace {

constexpr int side = 48;

class Grey : public Predictor {
 public:
  explicit Grey(bool throws) : throws_(throws) {}
  int resolution() const override { return side; }
  FaceType face_type() const override { return FaceType::full; }
  std::int64_t iteration() const override { return 0; }
  bool morphs() const override { return false; }
  Result<std::vector<PredictedFace>> predict(std::span<const ImageF> faces, double) override {
    if (throws_) throw std::bad_alloc();
    const ImageF whole(side, side, 1, 1.0f);
    return std::vector(faces.size(), PredictedFace{ImageF(side, side, 3, 0.4f), whole, whole});
  }

 private:
  bool throws_;
};

PlannedFace face_at(double x, double y, const std::string& model) {
  PlannedFace face;
  for (std::size_t i = 0; i < 68; ++i) {
    const double a = 3.14159265 * static_cast<double>(i) / 16;
    const Point p = i < 17 ? Point{0.5 - 0.68 * std::cos(a), 0.25 + 0.95 * std::sin(a)} : canonical_landmarks[i];
    face.face.landmarks[i] = p * 40.0 + Point{x, y};
  }
  face.settings.colour_transfer = ColourTransfer::rct;
  face.settings.colour_window = 1;
  face.model = model;
  return face;
}

class Networks : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 4; ++i) {
      ImageU8 frame(220, 140, 3);
      for (std::size_t k = 0; k < frame.data.size(); ++k) frame.data[k] = static_cast<std::uint8_t>(60 + (k * 7) % 90);
      ASSERT_TRUE(write_image(scratch_.path / media::frame_name(i, 4), frame));
    }
  }
  // Four frames with the same face; `other` (by its model) is beside it in all but the first.
  Result<PreparedMerge> prepared(bool throws, const std::optional<std::string>& other = {}) {
    MergeOptions options;
    TRY(auto source, media::FrameSource::open(scratch_.path));
    TRY(auto models, MergeModels::open({std::make_unique<Grey>(throws)}, options, {}, {}, run_));
    std::vector<PlannedFrame> plans(4, PlannedFrame{{face_at(30, 30, "")}});
    for (std::size_t i = 1; other && i < plans.size(); ++i) plans[i].faces.push_back(face_at(130, 30, *other));
    return PreparedMerge{
        std::move(source), std::move(plans), {true, false, false, false}, {}, std::move(models), {}, {}, {}};
  }

  const ScratchFolder scratch_;
  understudy::Run run_{[](const Event&) {}};
};

TEST_F(Networks, FacesThatNoWantedFrameLooksAtNeedNone) {
  auto work = prepared(false, "not opened");
  ASSERT_TRUE(work) << to_sentence(work.error());
  ColourWindows windows(*work, false);
  const auto colours = windows.of_frame(0);
  ASSERT_TRUE(colours) << to_sentence(colours.error());
  ASSERT_EQ(colours->windows.size(), 1u);
  EXPECT_EQ(colours->windows[0].size(), 2u);
  const auto before = [](std::int64_t) { return std::string(); };
  const auto ingredients = Ingredients::of({}, *work, 0, before);
  ASSERT_TRUE(ingredients);
  const auto wanted = ingredients->of_frame(0);
  ASSERT_TRUE(wanted) << to_sentence(wanted.error());
  EXPECT_FALSE(ingredients->of_frame(1));
  // Nor does it matter to the frame who else is in the picture beside it.
  auto alone = prepared(false);
  ASSERT_TRUE(alone);
  const auto same = Ingredients::of({}, *alone, 0, before);
  ASSERT_TRUE(same);
  EXPECT_EQ(Recipe::read(*same->of_frame(0)).common, Recipe::read(*wanted).common);
}

TEST_F(Networks, WhatThrowsWhileAFrameIsMeasuredLeavesNobodyWaiting) {
  auto work = prepared(true);
  ASSERT_TRUE(work) << to_sentence(work.error());
  ColourWindows windows(*work, false);
  const auto measured = [&](unsigned) -> Result<> {
    TRY(const auto colours, windows.of_frame(0));
    return {};
  };
  ASSERT_EQ(measured(0).error().code, Code::out_of_memory);
  ASSERT_EQ(measured(0).error().code, Code::out_of_memory);
  const auto outcome = on_threads(2, measured);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::out_of_memory);
}

}  // namespace
}  // namespace understudy
