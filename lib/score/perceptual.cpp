// SPDX-License-Identifier: Apache-2.0
// FLIP for pictures of low dynamic range. Equations and constants are those of Andersson, Nilsson, Akenine-Möller,
// Oskarsson, Åström and Fairchild 2020.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/base/result.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/image.hpp"
#include "lib/image/separable.hpp"
#include "lib/score/kernel.hpp"
#include "lib/score/truth.hpp"

namespace understudy::score {
namespace {

constexpr double pixels_per_degree = 67;
constexpr std::array<double, 3> white{0.950428545, 1.0, 1.088900371};  // D65

using Colour = std::array<double, 3>;

const std::array<float, 256>& linear_of_byte() {
  static const auto table = [] {
    std::array<float, 256> t{};
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double v = static_cast<double>(i) / 255;
      t[i] = static_cast<float>(v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4));
    }
    return t;
  }();
  return table;
}

Colour xyz_of(const Colour& rgb) {
  return {0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2], 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2],
          0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]};
}
Colour opponent_of(const Colour& xyz) {  // YCxCz
  const double x = xyz[0] / white[0], y = xyz[1], z = xyz[2] / white[2];
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}
Colour xyz_of_opponent(const Colour& o) {
  const double y = (o[0] + 16) / 116;
  return {(y + o[1] / 500) * white[0], y, (y - o[2] / 200) * white[2]};
}
double cube_root_of(double t) {  // CIELAB's
  constexpr double delta = 6.0 / 29;
  return t > delta * delta * delta ? std::cbrt(t) : t / (3 * delta * delta) + 4.0 / 29;
}
// CIELAB with Hunt's effect: colours look paler in the dark.
Colour hunt_lab_of(const Colour& xyz) {
  const double x = cube_root_of(std::max(0.0, xyz[0] / white[0])), y = cube_root_of(std::max(0.0, xyz[1])),
               z = cube_root_of(std::max(0.0, xyz[2] / white[2]));
  const double l = 116 * y - 16;
  return {l, 0.01 * l * 500 * (x - y), 0.01 * l * 200 * (y - z)};
}
double hyab(const Colour& a, const Colour& b) { return std::abs(a[0] - b[0]) + std::hypot(a[1] - b[1], a[2] - b[2]); }

ImageF blurred(const ImageF& image, double sigma) { return gaussian_blur(image, kernel_for(sigma), sigma); }

// A Gaussian of the contrast sensitivity functions: exp(-pi^2 x^2 / b), x in degrees.
double sigma_of(double b) { return std::sqrt(b / (2 * std::numbers::pi * std::numbers::pi)) * pixels_per_degree; }

struct Opponent {
  ImageF y, cx, cz;
};
Opponent opponent_planes(const ImageU8& bgr) {
  Opponent out{ImageF(bgr.width, bgr.height, 1), ImageF(bgr.width, bgr.height, 1), ImageF(bgr.width, bgr.height, 1)};
  const auto& linear = linear_of_byte();
  for (std::size_t i = 0; i < out.y.data.size(); ++i) {
    const Colour o =
        opponent_of(xyz_of({linear[bgr.data[3 * i + 2]], linear[bgr.data[3 * i + 1]], linear[bgr.data[3 * i]]}));
    out.y.data[i] = static_cast<float>(o[0]);
    out.cx.data[i] = static_cast<float>(o[1]);
    out.cz.data[i] = static_cast<float>(o[2]);
  }
  return out;
}

// What of it the eye resolves at that distance, as CIELAB.
std::vector<Colour> perceived(const Opponent& o) {
  const ImageF y = blurred(o.y, sigma_of(0.0047)), cx = blurred(o.cx, sigma_of(0.0053));
  const ImageF cz_wide = blurred(o.cz, sigma_of(0.04)), cz_narrow = blurred(o.cz, sigma_of(0.025));
  // The two Gaussians' shares of the kernel's sum: a * sqrt(pi / b) in height, b in area.
  const double wide = 34.1 * std::sqrt(0.04), narrow = 13.5 * std::sqrt(0.025), share = wide / (wide + narrow);
  std::vector<Colour> out(y.data.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    Colour xyz = xyz_of_opponent({y.data[i], cx.data[i], share * cz_wide.data[i] + (1 - share) * cz_narrow.data[i]});
    for (auto& v : xyz) v = std::clamp(v, 0.0, 1.1);
    out[i] = hunt_lab_of(xyz);
  }
  return out;
}

// The colour difference, stretched to 0..1 as the paper does it.
double colour_part(const Colour& a, const Colour& b) {
  constexpr double qc = 0.7, pc = 0.4, pt = 0.95;
  static const double most = std::pow(hyab(hunt_lab_of(xyz_of({0, 1, 0})), hunt_lab_of(xyz_of({0, 0, 1}))), qc);
  const double d = std::pow(hyab(a, b), qc);
  return d < pc * most ? pt / (pc * most) * d : std::min(1.0, pt + (d - pc * most) / (most - pc * most) * (1 - pt));
}

// Edges and points: the picture against the first and second derivative of a Gaussian, along both axes.
struct Features {
  ImageF edges, points;
};
Features features_of(const ImageF& y) {
  const double sigma = 0.5 * 0.082 * pixels_per_degree;
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::vector<float> smooth, first, second;
  for (int i = -reach; i <= reach; ++i) {
    const double g = std::exp(-i * i / (2 * sigma * sigma));
    smooth.push_back(static_cast<float>(g));
    first.push_back(static_cast<float>(-i * g));
    second.push_back(static_cast<float>((i * i / (sigma * sigma) - 1) * g));
  }
  // What is positive sums to 1, what is negative to -1.
  const auto normalise = [](std::vector<float>& kernel) {
    float up = 0, down = 0;
    for (const float v : kernel) (v > 0 ? up : down) += std::abs(v);
    for (float& v : kernel) v /= v > 0 ? up : std::max(down, 1e-9f);
  };
  for (auto* kernel : {&smooth, &first, &second}) normalise(*kernel);
  ImageF light = y;
  for (auto& v : light.data) v = (v + 16) / 116;
  const auto strength = [&](const std::vector<float>& kernel) {
    ImageF across = filter_separable(light, kernel, smooth);
    const ImageF down = filter_separable(light, smooth, kernel);
    for (std::size_t i = 0; i < across.data.size(); ++i) across.data[i] = std::hypot(across.data[i], down.data[i]);
    return across;
  };
  return {strength(first), strength(second)};
}

}  // namespace

ImageF perceptual_difference(const ImageU8& test, const ImageU8& truth) {
  check(test.width == truth.width && test.height == truth.height && test.channels == 3 && truth.channels == 3,
        "perceptual_difference() takes BGR pictures of one size");
  const Opponent a = opponent_planes(test), b = opponent_planes(truth);
  const auto colours_a = perceived(a), colours_b = perceived(b);
  const Features fa = features_of(a.y), fb = features_of(b.y);
  ImageF out(test.width, test.height, 1);
  for (std::size_t i = 0; i < out.data.size(); ++i) {
    const double feature =
        std::max(std::abs(fa.edges.data[i] - fb.edges.data[i]), std::abs(fa.points.data[i] - fb.points.data[i]));
    const double feature_part = std::min(1.0, std::sqrt(feature / std::numbers::sqrt2));  // q_f = 0.5
    out.data[i] = static_cast<float>(std::pow(colour_part(colours_a[i], colours_b[i]), 1 - feature_part));
  }
  return out;
}

}  // namespace understudy::score
