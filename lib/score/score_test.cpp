// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "lib/face/rigid.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/filter.hpp"
#include "lib/score/look.hpp"
#include "lib/score/pictures.hpp"
#include "lib/score/truth.hpp"
#include "lib/score/verdict.hpp"

namespace understudy::score {
namespace {

using synthetic::Performance;

Landmarks68 landmarks_of(const synthetic::Rendered& r) {
  Landmarks68 l;
  std::ranges::copy(r.landmarks, l.begin());
  return l;
}

ImageU8 full_mask(const ImageU8& image) { return ImageU8(image.width, image.height, 1, 255); }

// One actor, one reader, for all tests that look at faces.
class Faces : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = FaceReader::load();
    ASSERT_TRUE(loaded) << to_sentence(loaded.error());
    reader = std::make_unique<FaceReader>(*std::move(loaded));
    ada = std::make_unique<synthetic::Actor>(synthetic::demo_identity_a(), 0.6f);
  }
  static void TearDownTestSuite() {
    reader.reset();
    ada.reset();
  }
  static Look look(const Performance& played) {
    const auto picture = ada->render(played, {256, 256, 1});
    const auto square = reader->square_of(picture.frame_bgr, landmarks_of(picture));
    return reader->look(picture.frame_bgr, *square).value();
  }
  static Play play(const Performance& played) { return look(played).play; }
  static inline std::unique_ptr<FaceReader> reader;
  static inline std::unique_ptr<synthetic::Actor> ada;
};

TEST_F(Faces, GazeFollowsTheEyesWhateverTheHeadDoes) {
  std::vector<double> wanted_x, seen_x, wanted_y, seen_y;
  for (int i = 0; i < 10; ++i) {
    Performance p;
    p.gaze_x = static_cast<float>(-20 + 40 * ((i * 3) % 10) / 9.0);
    p.gaze_y = static_cast<float>(-10 + 20 * ((i * 7) % 10) / 9.0);
    p.yaw = 12 * std::sin(1.3 * i);
    const Play seen = play(p);
    wanted_x.push_back(p.gaze_x), seen_x.push_back(seen.gaze_x);
    wanted_y.push_back(p.gaze_y), seen_y.push_back(seen.gaze_y);
  }
  EXPECT_GT(correlation(wanted_x, seen_x, 0), 0.93);
  EXPECT_GT(correlation(wanted_y, seen_y, 0), 0.6);
}

TEST_F(Faces, LidsAndJawAreSeenAsTheyArePlayed) {
  std::vector<double> blinks, lids, opened, jaws;
  for (int i = 0; i < 9; ++i) {
    Performance p;
    const auto share = static_cast<float>(i) / 8;
    p.blink = {share, share};
    blinks.push_back(-share), lids.push_back(play(p).eyes_open);
    Performance q;
    q.mouth_open = static_cast<float>((i * 2) % 9) / 8;
    opened.push_back(q.mouth_open), jaws.push_back(play(q).jaw_open);
  }
  EXPECT_GT(correlation(blinks, lids, 0), 0.95);
  EXPECT_LT(lids.back(), 0.5 * lids.front());
  EXPECT_GT(correlation(opened, jaws, 0), 0.95);
}

TEST_F(Faces, ATurnOfTheHeadIsNoExpressionAndAnExpressionNoTurn) {
  Performance still, turned, speaking;
  turned.yaw = 15;
  speaking.mouth_open = 0.8f;
  const Look a = look(still), b = look(turned), c = look(speaking);
  const double turn = std::abs(pose_change(a.mesh.points, b.mesh.points).turn[1]);
  EXPECT_GT(turn, 9);
  EXPECT_LT(turn, 24);
  EXPECT_LT(std::abs(b.play.jaw_open - a.play.jaw_open), 0.25 * (c.play.jaw_open - a.play.jaw_open));
  const auto spoken = pose_change(a.mesh.points, c.mesh.points).turn;
  EXPECT_LT(std::hypot(spoken[0], spoken[1], spoken[2]), 0.3 * turn);
}

TEST_F(Faces, IdentityGoesFromTheOneToTheOther) {
  const Performance p;
  const synthetic::Actor bo(synthetic::demo_identity_b(), 0.6f);
  const auto a = ada->render(p, {256, 256, 1}), b = bo.render(p, {256, 256, 1});
  const Embedding src = reader->embed(a.frame_bgr, landmarks_of(a)).value();
  const Embedding dst = reader->embed(b.frame_bgr, landmarks_of(b)).value();
  EXPECT_NEAR(identity_share(dst, dst, src), 0, 1e-6);
  EXPECT_NEAR(identity_share(dst, src, src), 1, 1e-6);
  const std::array both{src, dst};
  EXPECT_NEAR(identity_share(dst, mean_of(both), src), 0.5, 1e-6);
  ImageU8 half = a.frame_bgr;
  for (std::size_t i = 0; i < half.data.size(); ++i)
    half.data[i] = static_cast<std::uint8_t>((a.frame_bgr.data[i] + b.frame_bgr.data[i]) / 2);
  const double share = identity_share(dst, reader->embed(half, landmarks_of(a)).value(), src);
  EXPECT_GT(share, 0.1);
  EXPECT_LT(share, 0.9);
}

TEST_F(Faces, DetailFallsWithBlurAndHardlyWithLight) {
  const auto picture = ada->render({}, {256, 256, 2});
  const auto energy = [&](const ImageU8& image) { return detail_energy(cut_face(image, landmarks_of(picture), 160)); };
  ImageU8 darker = picture.frame_bgr;
  for (auto& v : darker.data) v = static_cast<std::uint8_t>(0.7 * v);
  const double sharp = energy(picture.frame_bgr);
  EXPECT_LT(energy(gaussian_blur(picture.frame_bgr, 9, 1.5)), 0.4 * sharp);
  EXPECT_NEAR(energy(darker) / sharp, 1, 0.1);
}

TEST(Truth, ColourFitUndoesWhatItCan) {
  const auto picture = synthetic::render(synthetic::demo_identity_a(), {}, {96, 96, 1}).frame_bgr;
  const ImageU8 mask = full_mask(picture);
  const ColourFit dull{0.8, 0, 0, 20, 0.1, 0.7, 0, 10, 0, 0, 0.9, 0};
  const ImageU8 changed = with_colours(picture, dull);
  const TruthMeasures m = compare_with_truth(changed, picture, mask);
  EXPECT_LT(m.plain.psnr, 30);
  EXPECT_GT(m.fitted.psnr, m.plain.psnr + 10);
  EXPECT_LT(m.fitted.perceptual, 0.5 * m.plain.perceptual);
  EXPECT_GT(m.fitted.ssim, 0.98);
  // A picture of one colour is fitted to the truth's mean, not to nonsense.
  const auto flat = fit_colours(ImageU8(96, 96, 3, 90), picture, mask);
  for (const double v : flat) EXPECT_LT(std::abs(v), 300);
}

TEST(Truth, NothingDiffersFromItself) {
  const auto picture = synthetic::render(synthetic::demo_identity_b(), {}, {96, 96, 1}).frame_bgr;
  const TruthMeasures m = compare_with_truth(picture, picture, full_mask(picture));
  EXPECT_EQ(m.plain.psnr, 100);
  EXPECT_NEAR(m.plain.ssim, 1, 1e-6);
  EXPECT_NEAR(m.plain.perceptual, 0, 1e-6);
  EXPECT_EQ(compare_with_truth(picture, picture, ImageU8(96, 96, 1)).plain.psnr, 0);
}

TEST(Perceptual, GrowsWithTheDifferenceAndIsOneForBlackOnWhite) {
  const auto mean = [](const ImageU8& a, const ImageU8& b) {
    const ImageF d = perceptual_difference(a, b);
    double sum = 0;
    for (const float v : d.data) {
      EXPECT_GE(v, 0);
      EXPECT_LE(v, 1);
      sum += v / static_cast<double>(d.data.size());
    }
    return sum;
  };
  const auto picture = synthetic::render(synthetic::demo_identity_b(), {}, {96, 96, 1}).frame_bgr;
  const double slight = mean(gaussian_blur(picture, 3, 0.6), picture),
               strong = mean(gaussian_blur(picture, 13, 2.5), picture);
  EXPECT_GT(slight, 0.001);
  EXPECT_GT(strong, 2 * slight);
  // The paper's redistribution reaches 1 at the difference of pure green and blue; black and white are nearly as far.
  EXPECT_GT(mean(ImageU8(32, 32, 3, 0), ImageU8(32, 32, 3, 255)), 0.9);
}

TEST(Verdict, CorrelationTellsOnlyWhatCanBeTold) {
  std::vector<double> a, b, still, gaps;
  for (int i = 0; i < 20; ++i) {
    a.push_back(std::sin(i));
    b.push_back(3 - 2 * std::sin(i));
    still.push_back(1);
    gaps.push_back(i % 3 == 0 ? unknown : 0.5 * std::sin(i));
  }
  EXPECT_NEAR(correlation(a, a, 0.1), 1, 1e-9);
  EXPECT_NEAR(correlation(a, b, 0.1), -1, 1e-9);
  EXPECT_NEAR(correlation(a, gaps, 0.1), 1, 1e-9);
  EXPECT_EQ(correlation(a, still, 0.1), 0);
  EXPECT_TRUE(std::isnan(correlation(still, a, 0.1)));
  EXPECT_TRUE(std::isnan(correlation(std::span(a).first(5), b, 0.1)));
}

TEST(Verdict, NothingToGoByIsNoScore) {
  const Verdict none = judge({}, {});
  EXPECT_EQ(none.total, 0);
  std::vector<FrameMeasures> unseen(10);
  const Verdict v = judge(unseen, {});
  EXPECT_EQ(v.total, 0);
  EXPECT_TRUE(std::isnan(v.identity));
}

TEST(Rigid, FindsTurnScaleAndShift) {
  const double angle = 0.3;
  const RigidMotion wanted{
      {std::cos(angle), -std::sin(angle), 0, std::sin(angle), std::cos(angle), 0, 0, 0, 1}, 1.5, {3, -2, 7}};
  std::vector<Point3> from, to;
  for (int i = 0; i < 12; ++i) {
    from.push_back({std::sin(3.0 * i), std::cos(5.0 * i), std::sin(7.0 * i + 1)});
    to.push_back(wanted(from.back()));
  }
  const RigidMotion found = rigid_motion(from, to);
  EXPECT_NEAR(found.scale, 1.5, 1e-9);
  EXPECT_NEAR(rotation_vector(found)[2], angle, 1e-9);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(found.shift[c], wanted.shift[c], 1e-9);
  // A mirror image is met by a turn, never by a reflection.
  for (auto& p : to) p[0] = -p[0];
  const auto& r = rigid_motion(from, to).rotation;
  EXPECT_GT(
      r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) + r[2] * (r[3] * r[7] - r[4] * r[6]),
      0.9);
}

}  // namespace
}  // namespace understudy::score
