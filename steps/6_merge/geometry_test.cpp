// SPDX-License-Identifier: Apache-2.0
// Whether what is brought from frame to square and back comes to lie where it was, to the part of a pixel.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "lib/image/motion_line.hpp"
#include "lib/image/warp.hpp"
#include "steps/6_merge/compose.hpp"
#include "steps/6_merge/crop_geometry.hpp"
#include "steps/6_merge/face_track.hpp"

namespace understudy::merge_geometry {
namespace {

constexpr int width = 360, height = 320, side = 64;
constexpr FaceType type = FaceType::whole;

// A pattern that is known at every place, so that shifts of it can be told from its slope. `p` in pixels.
double pattern(Point p, int channel) {
  const double a = 2 * std::numbers::pi / 37, b = 2 * std::numbers::pi / 29;
  return 0.5 + 0.2 * std::sin(a * p.x + 0.7 * channel) * std::cos(b * p.y) + 0.12 * std::sin(0.8 * b * (p.x + p.y)) +
         0.1 * std::cos(1.3 * a * p.y - 0.5 * p.x * a);
}

MergeFace turned_face() {
  MergeFace face;
  const double turn = 0.2;
  for (std::size_t i = 0; i < 68; ++i) {
    Point p = i < 17 ? Point{0.5 - 0.68 * std::cos(std::numbers::pi * double(i) / 16),
                             0.25 + 0.95 * std::sin(std::numbers::pi * double(i) / 16)}
                     : canonical_landmarks[i];
    p = p * 90.0;
    face.landmarks[i] = {140.3 + std::cos(turn) * p.x - std::sin(turn) * p.y,
                         110.6 + std::sin(turn) * p.x + std::cos(turn) * p.y};
  }
  return face;
}

ImageF plate() {
  ImageF image(width, height, 3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) image.at(x, y, c) = static_cast<float>(pattern({double(x), double(y)}, c));
  return image;
}

// The square's picture at any side: its pixels' middles lie at (i + 0.5) / n of it, as resize() and training have them.
ImageF square(const Landmarks68& landmarks, int n, double zoom = 1) {
  const Affine frame_from_unit = face_matrix(landmarks, 1, type, zoom).inverse();
  ImageF image(n, n, 3);
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x)
      for (int c = 0; c < 3; ++c)
        image.at(x, y, c) = static_cast<float>(pattern(frame_from_unit({(x + 0.5) / n, (y + 0.5) / n}), c));
  return image;
}

// A disc in the square's middle, its edge as soft as a pixel.
ImageF disc(int n, double radius) {
  ImageF mask(n, n, 1);
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x) {
      const double away = std::hypot(x + 0.5 - n / 2.0, y + 0.5 - n / 2.0);
      mask.at(x, y) = static_cast<float>(std::clamp(radius * n - away + 0.5, 0.0, 1.0));
    }
  return mask;
}

// How far the picture is shifted against the pattern where the mask is 1, by least squares over its slope.
Point shift_of(const ImageF& merged, const ImageF& mask) {
  double xx = 0, xy = 0, yy = 0, xd = 0, yd = 0;
  constexpr double h = 0.5;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (mask.at(x, y) < 1) continue;
      for (int c = 0; c < 3; ++c) {
        const Point p{double(x), double(y)};
        const double gx = (pattern({p.x + h, p.y}, c) - pattern({p.x - h, p.y}, c)) / (2 * h),
                     gy = (pattern({p.x, p.y + h}, c) - pattern({p.x, p.y - h}, c)) / (2 * h);
        const double d = pattern(p, c) - merged.at(x, y, c);  // shifted by s: d = slope * s
        xx += gx * gx, xy += gx * gy, yy += gy * gy, xd += gx * d, yd += gy * d;
      }
    }
  }
  const double det = xx * yy - xy * xy;
  return {(yy * xd - xy * yd) / det, (xx * yd - xy * xd) / det};
}

Point middle_of(const ImageF& mask) {
  double sum = 0;
  Point at;
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x) {
      const double m = mask.at(x, y);
      sum += m;
      at = at + Point{x * m, y * m};
    }
  return at * (1 / sum);
}

double length(Point p) { return std::hypot(p.x, p.y); }

// What the model draws: what it was shown, or the truth as faces brought to its side by resize() show it.
enum class Draws { what_it_sees, the_truth };

MergeModel model_that(Draws draws, const MergeFace& face, double zoom) {
  MergeModel model;
  model.face_type = type;
  model.resolution = side;
  model.predict = [&face, draws, zoom](const ImageF& seen) -> Result<Prediction> {
    return Prediction{draws == Draws::the_truth ? square(face.landmarks, side, zoom) : seen, disc(side, 0.34),
                      disc(side, 0.34)};
  };
  model.enhance = [](const ImageF& small) -> Result<ImageF> {
    return resize(small, 4 * small.width, 4 * small.height, Interpolation::cubic);
  };
  model.xseg = [](const ImageF&) -> Result<ImageF> { return disc(256, 0.34); };
  return model;
}

struct Found {
  double face = 0, matte = 0;  // pixels of the frame
};
Found merged_with(MergeSettings settings, Draws draws) {
  const MergeFace face = turned_face();
  const double zoom = 1 + 0.01 * settings.face_scale;
  const auto model = model_that(draws, face, zoom);
  settings.colour_transfer = ColourTransfer::none;
  const FaceLook look{&face, &settings, &model};
  ImageU16 deep(width, height, 3);
  const ImageF image = plate();
  for (std::size_t i = 0; i < deep.data.size(); ++i)
    deep.data[i] = static_cast<std::uint16_t>(std::lround(image.data[i] * 65535));
  const auto merged = merge_looks_float(deep, {&look, 1}, 0, seeded_random(1));
  EXPECT_TRUE(merged);
  const Point middle = face_matrix(face.landmarks, 1, type, zoom).inverse()({0.5, 0.5});
  return {length(shift_of(merged->image_bgr, merged->mask)), length(middle_of(merged->mask) - middle)};
}

std::vector<std::pair<std::string, MergeSettings>> ways() {
  std::vector<std::pair<std::string, MergeSettings>> all;
  const auto add = [&](const char* name, auto change) {
    MergeSettings s;
    change(s);
    all.emplace_back(name, s);
  };
  add("plain", [](MergeSettings&) {});
  add("smaller", [](MergeSettings& s) { s.face_scale = 20; });
  add("larger", [](MergeSettings& s) { s.face_scale = -20; });
  add("super resolution", [](MergeSettings& s) { s.super_resolution_power = 100; });
  add("second stage", [](MergeSettings& s) { s.sharpen = Sharpen::gaussian, s.blur_sharpen_amount = 1; });
  add("eroded by an even number", [](MergeSettings& s) { s.erode = 8; });
  add("dilated and blurred", [](MergeSettings& s) { s.erode = -6, s.blur = 30; });
  add("masks of XSeg", [](MergeSettings& s) { s.mask_mode = MaskMode::xseg_product; });
  return all;
}

TEST(Geometry, AFaceThatIsTheTruthComesBackWhereItWas) {
  for (const auto draws : {Draws::what_it_sees, Draws::the_truth}) {
    std::printf("the model draws %s\n", draws == Draws::the_truth ? "the truth" : "what it sees");
    for (const auto& [name, settings] : ways()) {
      // What it sees, laid down smaller or larger, is no longer the pattern.
      if (draws == Draws::what_it_sees && settings.face_scale != 0) continue;
      const Found ours = merged_with(settings, draws);
      auto theirs = settings;
      theirs.compat = Compat::dfl;
      const Found old = merged_with(theirs, draws);
      std::printf("%-26s face %.4f px, matte %.4f px; DeepFaceLab's rules: %.4f, %.4f\n", name.c_str(), ours.face,
                  ours.matte, old.face, old.matte);
      EXPECT_LT(ours.face, 0.02) << name;
      EXPECT_LT(ours.matte, 0.02) << name;
      EXPECT_GT(old.matte, 0.1) << name;
    }
  }
}

TEST(Geometry, PicturesOfAllSidesLieOnEachOther) {
  const MergeFace face = turned_face();
  for (const int n : {64, 128, 256, 512}) {
    const Affine map = crop_from_frame(face.landmarks, n, type, Compat::none);
    const Point unit = face_matrix(face.landmarks, 1, type)({150, 140}), p = map({150, 140});
    EXPECT_NEAR((p.x + 0.5) / n, unit.x, 1e-9);
    EXPECT_NEAR((p.y + 0.5) / n, unit.y, 1e-9);
  }
}

TEST(Geometry, AMotionsLineIsCentredAndAsLongAsItsWay) {
  for (const Point way : {Point{7.3, 0}, Point{-3, 11}, Point{0.4, 0.2}, Point{20, 20}}) {
    const ImageF kernel = motion_line_kernel(way);
    ASSERT_EQ(kernel.width % 2, 1);
    double sum = 0, xx = 0, yy = 0;
    Point mean;
    const double c = kernel.width / 2;
    for (int y = 0; y < kernel.height; ++y)
      for (int x = 0; x < kernel.width; ++x) {
        const double w = kernel.at(x, y);
        sum += w, mean = mean + Point{w * (x - c), w * (y - c)};
        xx += w * (x - c) * (x - c), yy += w * (y - c) * (y - c);
      }
    EXPECT_NEAR(sum, 1, 1e-4);
    EXPECT_NEAR(length(mean), 0, 1e-4);
    // An even line's variance is a twelfth of its length squared; sharing between pixels adds at most a quarter.
    EXPECT_NEAR(xx, way.x * way.x / 12, 0.26);
    EXPECT_NEAR(yy, way.y * way.y / 12, 0.26);
  }
}

MergeFace moved(Point by, std::optional<int> person = {}) {
  MergeFace face = turned_face();
  for (auto& p : face.landmarks) p = p + by;
  face.person = person;
  return face;
}

TEST(Geometry, MotionIsMeasuredAlongEachFacesTrackWithinItsShot) {
  std::vector<std::vector<MergeFace>> frames;
  for (int i = 0; i < 6; ++i) frames.push_back({moved({4.0 * i, 2.0 * i}, 0), moved({200 - 6.0 * i, 0}, 1)});
  std::swap(frames[2][0], frames[2][1]);
  Timeline timeline;
  timeline.shots.push_back({3, "", {}});
  measure_steps(frames, timeline);
  EXPECT_NEAR(length(frames[1][0].step - Point{4, 2}), 0, 1e-9);
  EXPECT_NEAR(length(frames[1][1].step - Point{-6, 0}), 0, 1e-9);
  EXPECT_NEAR(length(frames[2][1].step - Point{4, 2}), 0, 1e-9);  // the shot's last
  EXPECT_NEAR(length(frames[3][0].step - Point{4, 2}), 0, 1e-9);  // the shot's first
  // Nobody there in the frames around, and a jump that is no motion.
  std::vector<std::vector<MergeFace>> jump{{moved({0, 0})}, {moved({150, 0})}, {}};
  measure_steps(jump, Timeline{});
  EXPECT_EQ(length(jump[1][0].step), 0);
}

// A face that moves to the right in the frame is blurred along that way, whatever its own turn.
TEST(Geometry, MotionBlurFollowsTheFace) {
  MergeFace face = turned_face();
  face.step = {24, 0};
  MergeModel model;
  model.face_type = type;
  model.resolution = side;
  model.predict = [](const ImageF&) -> Result<Prediction> {
    ImageF dot(side, side, 3);
    for (int y = side / 2 - 1; y <= side / 2; ++y)
      for (int x = side / 2 - 1; x <= side / 2; ++x)
        for (int c = 0; c < 3; ++c) dot.at(x, y, c) = 1;
    return Prediction{dot, ImageF(side, side, 1, 1.0f), ImageF(side, side, 1, 1.0f)};
  };
  MergeSettings settings;
  settings.colour_transfer = ColourTransfer::none;
  settings.motion_blur_power = 100;
  const FaceLook look{&face, &settings, &model};
  const auto merged = merge_looks_float(ImageU8(width, height, 3), {&look, 1}, 0, seeded_random(1));
  ASSERT_TRUE(merged);
  ImageF light(width, height, 1);
  for (std::size_t i = 0; i < light.data.size(); ++i) light.data[i] = merged->image_bgr.data[3 * i];
  const Point middle = middle_of(light), wanted = face_matrix(face.landmarks, 1, type).inverse()({0.5, 0.5});
  EXPECT_LT(length(middle - wanted), 0.1);
  double sum = 0, xx = 0, yy = 0;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double w = light.at(x, y);
      sum += w, xx += w * (x - middle.x) * (x - middle.x), yy += w * (y - middle.y) * (y - middle.y);
    }
  // The dot's own width is the same in both directions.
  EXPECT_NEAR(std::sqrt(12 * (xx - yy) / sum), 24, 1);
}

}  // namespace
}  // namespace understudy::merge_geometry
