// SPDX-License-Identifier: Apache-2.0
// The shipped network on drawn people whom it has not seen, with something laid before their faces.
#include "lib/xseg/generic_mask.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/face/face_mask.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/face/masks.hpp"
#include "lib/face/synthetic/overlays.hpp"
#include "lib/face/synthetic/wild.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/xseg/generic_start.hpp"
#include "lib/xseg/net_masker.hpp"

namespace understudy {
namespace {

struct Drawn {
  ImageF bgr, truth, hull;
  Landmarks68 landmarks;
};
Drawn drawn(std::uint32_t seed, bool hidden) {
  auto play = synthetic::wild_performance(seed);
  play.occluder = synthetic::OccluderKind::none;
  const auto picture = synthetic::render(synthetic::wild_identity(seed), play, {300, 300, 2, true, 2.6});
  const Affine to_crop = face_matrix(picture.landmarks, 256, FaceType::whole);
  const Landmarks68 landmarks = transformed(picture.landmarks, to_crop);
  Drawn d{warp(to_float(picture.frame_bgr), to_crop, 256, 256, Interpolation::cubic, Border::replicate),
          warp(to_float(picture.face_mask), to_crop, 256, 256, Interpolation::linear), hull_mask(256, 256, landmarks),
          landmarks};
  for (float& v : d.truth.data) v = v >= 0.5f ? 1.0f : 0.0f;
  if (hidden) {
    const auto overlay = synthetic::draw_overlay(synthetic::OverlayKind::hand, seed, 256, 256, landmarks);
    synthetic::lay_over(d.bgr, d.truth, overlay, 0);
  }
  clamp_01(d.bgr);
  return d;
}

TEST(GenericMask, IsNearerToTheTruthThanTheHull) {
  if (!has_generic_mask()) GTEST_SKIP() << "the generic mask is being made from nothing";
  const auto masker = open_generic_masker({.threads = 0, .gpu = false});
  ASSERT_TRUE(masker) << to_sentence(masker.error());
  EXPECT_EQ((*masker)->face_type(), FaceType::whole);
  double own = 0, weighed = 0, hull = 0;
  constexpr int faces = 12;
  for (std::uint32_t i = 0; i < faces; ++i) {
    const Drawn d = drawn(7'000'000 + 64 * i, i % 2 == 1);
    auto masks = (*masker)->masks(std::span(&d.bgr, 1));
    ASSERT_TRUE(masks) << to_sentence(masks.error());
    own += mask_iou(d.truth, masks->front()) / faces;
    weigh_by_landmarks(masks->front(), d.landmarks);
    weighed += mask_iou(d.truth, masks->front()) / faces;
    hull += mask_iou(d.truth, d.hull) / faces;
  }
  EXPECT_GT(own, 0.85);
  EXPECT_GT(own, hull + 0.05) << hull;
  EXPECT_GT(weighed, own - 0.01);
}

// A network four times as large, of twice the resolution.
TEST(GenericStart, MasksAlmostAsWellBeforeItHasLearned) {
  if (!has_generic_mask()) GTEST_SKIP() << "the generic mask is being made from nothing";
  const auto weights = generic_start(3);
  ASSERT_TRUE(weights) << to_sentence(weights.error());
  for (const auto& [name, tensor] : *weights) EXPECT_TRUE(tensor.isfinite().all().item<bool>()) << name;
  const auto started = NetMasker::make({}, *weights, FaceType::whole, {.threads = 0, .gpu = false});
  ASSERT_TRUE(started) << to_sentence(started.error());
  double own = 0;
  constexpr int faces = 6;
  for (std::uint32_t i = 0; i < faces; ++i) {
    const Drawn d = drawn(7'000'000 + 64 * i, i % 2 == 1);
    const auto masks = (*started)->masks(std::span(&d.bgr, 1));
    ASSERT_TRUE(masks) << to_sentence(masks.error());
    own += mask_iou(d.truth, masks->front()) / faces;
  }
  EXPECT_GT(own, 0.8);
}

TEST(GenericMask, IsWeighedByWhatLandmarksTell) {
  Landmarks68 mean = canonical_landmarks;  // which has no jaw
  for (int i = 0; i < 17; ++i)
    mean[static_cast<std::size_t>(i)] = {i / 16.0, 0.4 + 0.7 * std::sin(i * std::numbers::pi / 16)};
  const Landmarks68 landmarks = transformed(mean, {{110, 0, 73, 0, 110, 80}});
  const auto at = [](const ImageF& mask, Point p) {
    return mask.at(static_cast<int>(std::lround(p.x)), static_cast<int>(std::lround(p.y)));
  };
  const Point nose = landmarks[30], below_chin = landmarks[8] + (landmarks[8] - landmarks[30]) * 0.4,
              forehead = landmarks[27] + (landmarks[27] - landmarks[33]) * 1.4;
  for (const float unsure : {0.0f, 0.02f, 0.42f, 0.8f, 1.0f}) {
    ImageF mask(256, 256, 1, unsure);
    weigh_by_landmarks(mask, landmarks);
    EXPECT_TRUE(std::ranges::all_of(mask.data, [](float v) { return v >= 0 && v <= 1; }));
    EXPECT_EQ(at(mask, below_chin), 0);
    EXPECT_NEAR(at(mask, forehead), unsure, 1e-6);
    // Sure of either it stays; unsure it is face.
    EXPECT_EQ(at(mask, nose) > 0.5f, unsure > 0.1f) << unsure;
    EXPECT_GE(at(mask, nose), unsure);
  }
}

}  // namespace
}  // namespace understudy
