// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/tracks/smoother.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/base/result.hpp"
#include "lib/detect/landmarks68.hpp"

namespace understudy {
namespace {

// From a quick nod to four seconds of stillness at 25 frames a second.
constexpr std::array<Window, 8> standing_windows{{{0, 0}, {2, 2}, {2, 4}, {2, 7}, {2, 12}, {1, 16}, {1, 28}, {1, 48}}};
// Of the unit square's side, and of a radian: nobody sees a face stand off by that much (a quarter of a pixel in a
// whole-face crop of 512), but its trembling.
constexpr double tolerance = 0.001;
constexpr std::array<Window, 4> shape_windows{{{0, 0}, {2, 2}, {2, 4}, {1, shape_reach}}};
constexpr std::size_t dimensions = 4;
constexpr std::size_t noise_reach = 45;  // frames on either side over which the trembling is measured

double& part(Standing& s, std::size_t d) { return d == 0 ? s.x : d == 1 ? s.y : d == 2 ? s.log_size : s.angle; }
double part(const Standing& s, std::size_t d) { return part(const_cast<Standing&>(s), d); }

Point middle_of_unit() {
  Point sum;
  for (const Point p : alignment_points(canonical_landmarks)) sum = sum + p;
  return sum * (1.0 / 33);
}

std::vector<double> column(const std::vector<Moment>& moments, std::size_t d) {
  std::vector<double> values;
  for (const auto& moment : moments) values.push_back(part(moment.standing, d));
  return values;
}
std::vector<double> weights_of(const std::vector<Moment>& moments) {
  std::vector<double> weights;
  for (const auto& moment : moments) weights.push_back(moment.seen ? 1 : 0);
  return weights;
}

double median_log_size(const std::vector<Moment>& moments) {
  auto sizes = column(moments, 2);
  std::ranges::nth_element(sizes, sizes.begin() + std::ssize(sizes) / 2);
  return sizes[sizes.size() / 2];
}

// How far the corners of the unit square are apart under two standings, in sides of the square.
double distance(const Standing& a, const Standing& b) {
  const double side = std::exp((a.log_size + b.log_size) / 2);
  return std::max(std::hypot(a.x - b.x, a.y - b.y) / side,
                  std::max(std::abs(a.log_size - b.log_size), std::abs(a.angle - b.angle)));
}

// A blink moves the eyes, which are among the alignment points, and with them a face that sits still. Moments that
// stray a little from what is there before and after count as missing, for up to four frames.
void pass_over_blinks(std::span<const double> values, std::span<double> weights, double side) {
  constexpr double calm = 0.003, blink = 0.02;  // of the face
  const std::vector<double> before_weights(weights.begin(), weights.end());
  // The middle of four values, if they are calm.
  auto rest = [&](std::size_t first) -> std::optional<double> {
    std::array<double, 4> own;
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(first), 4, own.begin());
    std::ranges::sort(own);
    return own[3] - own[0] < calm * side ? std::optional((own[1] + own[2]) / 2) : std::nullopt;
  };
  for (std::size_t i = 7; i + 7 < values.size(); ++i) {
    if (std::any_of(before_weights.begin() + static_cast<std::ptrdiff_t>(i) - 7,
                    before_weights.begin() + static_cast<std::ptrdiff_t>(i) + 8, [](double w) { return w == 0; }))
      continue;
    const auto before = rest(i - 7), after = rest(i + 4);
    if (!before || !after || std::abs(*before - *after) > calm * side) continue;
    const double off = std::abs(values[i] - (*before + *after) / 2);
    if (off > calm * side / 2 && off < blink * side) weights[i] = 0;
  }
}

Standing between(const Standing& a, const Standing& b, double t) {
  Standing out;
  for (std::size_t d = 0; d < dimensions; ++d) part(out, d) = part(a, d) + t * (part(b, d) - part(a, d));
  return out;
}

}  // namespace

Standing standing_of(const Landmarks68& landmarks) { return standing_of(unit_from_image(landmarks).inverse()); }

Standing standing_of(const Affine& frame) {
  const Point middle = frame(middle_of_unit());
  return {middle.x, middle.y, std::log(std::hypot(frame.m[0], frame.m[3])), std::atan2(frame.m[3], frame.m[0])};
}

Affine frame_from_unit(const Standing& s) {
  const double a = std::exp(s.log_size) * std::cos(s.angle), b = std::exp(s.log_size) * std::sin(s.angle);
  const Point m = middle_of_unit();
  return {{a, -b, s.x - a * m.x + b * m.y, b, a, s.y - b * m.x - a * m.y}};
}

int drop_outliers(std::vector<Moment>& moments) {
  constexpr double far = 0.06;  // of the face; less is trembling
  int dropped = 0;
  for (std::size_t i = 1; i < moments.size(); ++i) {
    for (const std::size_t length : {1, 2}) {
      if (i + length >= moments.size()) continue;
      const auto &before = moments[i - 1], &after = moments[i + length];
      auto off = [&](std::size_t k) {
        const double t = static_cast<double>(k - i + 1) / static_cast<double>(length + 1);
        return distance(moments[k].standing, between(before.standing, after.standing, t));
      };
      bool all_seen = before.seen && after.seen, out = true;
      for (std::size_t k = i; k < i + length; ++k) {
        all_seen = all_seen && moments[k].seen && !moments[k].pinned;
        out = out && off(k) > std::max(far, 3 * distance(before.standing, after.standing));
      }
      if (!all_seen || !out) continue;
      for (std::size_t k = i; k < i + length; ++k) moments[k].seen = false, ++dropped;
      break;
    }
  }
  return dropped;
}

std::vector<std::size_t> jumps(const std::vector<Moment>& moments) {
  constexpr double far = 0.25;
  auto step = [&](std::size_t i) {
    return moments[i].seen && moments[i - 1].seen ? distance(moments[i].standing, moments[i - 1].standing) : 0.0;
  };
  std::vector<std::size_t> found;
  for (std::size_t i = 1; i < moments.size(); ++i) {
    double others = 0;
    for (std::size_t k = i - std::min<std::size_t>(i - 1, 3); k <= std::min(moments.size() - 1, i + 3); ++k) {
      if (k != i) others = std::max(others, step(k));
    }
    if (step(i) > std::max(far, 5 * others)) found.push_back(i);
  }
  return found;
}

std::vector<Standing> smoothed(const std::vector<Moment>& moments) {
  std::vector<Standing> out(moments.size());
  const auto weights = weights_of(moments);
  for (std::size_t d = 0; d < dimensions; ++d) {
    auto values = column(moments, d);
    if (d == 3) {  // unwrapped
      for (std::size_t i = 1; i < values.size(); ++i) {
        if (weights[i] > 0) {
          values[i] -= 2 * std::numbers::pi * std::round((values[i] - values[i - 1]) / (2 * std::numbers::pi));
        } else {
          values[i] = values[i - 1];
        }
      }
    }
    std::vector<double> noise(values.size());
    constexpr std::size_t stride = 8;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i % stride != 0) {
        noise[i] = noise[i - 1];
        continue;
      }
      const std::size_t first = i - std::min(i, noise_reach), last = std::min(values.size(), i + noise_reach);
      noise[i] =
          noise_of(std::span(values).subspan(first, last - first), std::span(weights).subspan(first, last - first));
    }
    // Turn and growth count at the crop's corners.
    const double side = d < 2 ? std::exp(median_log_size(moments)) : 0.7;
    auto calm_weights = weights;
    pass_over_blinks(values, calm_weights, side);
    const auto result = smooth(values, calm_weights, noise, tolerance * side, standing_windows);
    for (std::size_t i = 0; i < out.size(); ++i)
      part(out[i], d) = moments[i].pinned ? part(moments[i].standing, d) : result[i];
  }
  return out;
}

Mesh468 shape_of(const Mesh468& in_frame, const Standing& standing) {
  const Affine unit = frame_from_unit(standing).inverse();
  const double scale = std::exp(-standing.log_size);
  Mesh468 shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const Point p = unit({in_frame[i][0], in_frame[i][1]});
    shape[i] = {static_cast<float>(p.x), static_cast<float>(p.y), static_cast<float>(in_frame[i][2] * scale)};
  }
  return shape;
}

Mesh468 placed(const Mesh468& shape, const Standing& standing) {
  const Affine frame = frame_from_unit(standing);
  const double scale = std::exp(standing.log_size);
  Mesh468 mesh;
  for (std::size_t i = 0; i < mesh.size(); ++i) {
    const Point p = frame({shape[i][0], shape[i][1]});
    mesh[i] = {static_cast<float>(p.x), static_cast<float>(p.y), static_cast<float>(shape[i][2] * scale)};
  }
  return mesh;
}

void ShapeNoise::add(std::span<const Mesh468, 5> shapes) {
  auto& row = differences_.emplace_back();
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::array<float, 5> own;
    for (std::size_t k = 0; k < 5; ++k) own[k] = shapes[k][i / 3][i % 3];
    row[i] = std::abs(fourth_difference(std::span<const float, 5>(own)));
  }
}

Mesh468 ShapeNoise::value() const {
  Mesh468 noise{};
  if (differences_.empty()) return noise;
  std::vector<float> own(differences_.size());
  for (std::size_t i = 0; i < 468 * 3; ++i) {
    for (std::size_t k = 0; k < own.size(); ++k) own[k] = differences_[k][i];
    noise[i / 3][i % 3] = third_of(std::span(own)) / static_cast<float>(third_of_normal * fourth_difference_spread);
  }
  return noise;
}

std::optional<Mesh468> smoothed_shape(std::span<const std::optional<Mesh468>> shapes, const Mesh468& noise) {
  check(shapes.size() == 2 * shape_reach + 1, "as many shapes as the widest window");
  std::vector<double> weights;
  for (const auto& shape : shapes) weights.push_back(shape ? 1 : 0);
  std::vector<Kernel> kernels;
  for (const auto& window : shape_windows) kernels.push_back(kernel_at(weights, shape_reach, window));
  Mesh468 out{};
  std::array<Fitted, shape_windows.size()> fits;
  for (std::size_t i = 0; i < 468 * 3; ++i) {
    for (std::size_t k = 0; k < kernels.size(); ++k) {
      const auto& kernel = kernels[k];
      fits[k] = {0, kernel.spread, kernel.valid()};
      for (std::size_t j = 0; j < kernel.factors.size(); ++j) {
        if (const auto& shape = shapes[kernel.first + j]) fits[k].value += kernel.factors[j] * (*shape)[i / 3][i % 3];
      }
    }
    const auto best = widest_that_holds(fits, noise[i / 3][i % 3]);
    if (best == fits.size()) return std::nullopt;
    out[i / 3][i % 3] = static_cast<float>(fits[best].value);
  }
  // Smoothing by coordinates leaves a trace of turn and size: taken out, so that the standing alone says both.
  return shape_of(out, standing_of(landmarks68(Mesh{out, 1})));
}

}  // namespace understudy
