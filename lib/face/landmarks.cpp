// SPDX-License-Identifier: Apache-2.0
#include "lib/face/landmarks.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/result.hpp"

namespace understudy {
namespace {

Point mean_of(std::span<const Point> points) {
  Point sum;
  for (const Point p : points) sum = sum + p;
  return sum * (1.0 / static_cast<double>(points.size()));
}

// The crop's centre in the unit square (spec pipeline.md 1.4, step 2): that of a head follows its yaw.
Point crop_centre(const Landmarks68& landmarks, const Affine& unit, FaceType type) {
  const double y = 0.5 - face_crop_rise(type);
  if (type != FaceType::head) return {0.5, y};
  const double yaw = simple_yaw(transformed(landmarks, unit));
  const double shift = yaw * std::abs(std::tanh(2 * yaw));
  return {0.5 + shift / 2, y};
}

constexpr std::array<std::pair<int, int>, 29> mirror_pairs = {
    {{0, 16},  {1, 15},  {2, 14},  {3, 13},  {4, 12},  {5, 11},  {6, 10},  {7, 9},   {17, 26}, {18, 25},
     {19, 24}, {20, 23}, {21, 22}, {36, 45}, {37, 44}, {38, 43}, {39, 42}, {40, 47}, {41, 46}, {31, 35},
     {32, 34}, {50, 52}, {49, 53}, {48, 54}, {59, 55}, {58, 56}, {67, 65}, {60, 64}, {61, 63}}};

}  // namespace

std::array<Point, 33> alignment_points(const Landmarks68& landmarks) {
  std::array<Point, 33> points;
  std::copy_n(landmarks.begin() + 17, 32, points.begin());
  points[32] = landmarks[54];
  return points;
}

// The closed form of the plane (spec pipeline.md 1.4, step 1).
Affine similarity(std::span<const Point> from, std::span<const Point> to, bool with_scale) {
  check(from.size() == to.size() && from.size() >= 2, "as many points on both sides");
  const Point from_mean = mean_of(from), to_mean = mean_of(to);
  double norm = 0, dot = 0, cross = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Point a = from[i] - from_mean, b = to[i] - to_mean;
    norm += a.x * a.x + a.y * a.y;
    dot += a.x * b.x + a.y * b.y;
    cross += a.x * b.y - a.y * b.x;
  }
  const double divisor = with_scale ? norm : std::hypot(dot, cross);
  const double alpha = divisor > 0 ? dot / divisor : 1, beta = divisor > 0 ? cross / divisor : 0;
  return {{alpha, -beta, to_mean.x - (alpha * from_mean.x - beta * from_mean.y),  //
           beta, alpha, to_mean.y - (beta * from_mean.x + alpha * from_mean.y)}};
}

Affine unit_from_image(const Landmarks68& landmarks) {
  return similarity(alignment_points(landmarks), alignment_points(canonical_landmarks));
}

Affine face_matrix(const Landmarks68& landmarks, int size, FaceType type, double scale) {
  if (type == FaceType::mark_only) return {};
  const Affine unit = unit_from_image(landmarks);
  const double side = face_crop_side(type);
  const Point centre = crop_centre(landmarks, unit, type);
  const double n = size;
  if (is_aligned(type)) {
    const double zoom = n * scale / side;
    const Affine crop_from_unit{{zoom, 0, n / 2 - zoom * centre.x, 0, zoom, n / 2 - zoom * centre.y}};
    return crop_from_unit * unit;
  }
  const double unit_scale = std::hypot(unit.m[0], unit.m[3]);
  const double zoom = n * unit_scale * scale / side;
  const Point in_image = unit.inverse()(centre);
  return {{zoom, 0, n / 2 - zoom * in_image.x, 0, zoom, n / 2 - zoom * in_image.y}};
}

Landmarks68 resized(const Landmarks68& landmarks, double scale) {
  Landmarks68 out;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = {(landmarks[i].x + 0.5) * scale - 0.5, (landmarks[i].y + 0.5) * scale - 0.5};
  return out;
}

Landmarks68 transformed(const Landmarks68& landmarks, const Affine& map) {
  Landmarks68 out;
  std::ranges::transform(landmarks, out.begin(), map);
  return out;
}

Landmarks68 mirrored(const Landmarks68& landmarks, double width) {
  Landmarks68 out = landmarks;
  for (const auto& [left, right] : mirror_pairs)
    std::swap(out[static_cast<std::size_t>(left)], out[static_cast<std::size_t>(right)]);
  for (auto& p : out) p.x = width - p.x - 1;
  return out;
}

Rect rect_from_landmarks(const Landmarks68& landmarks) {
  const Affine image_from_crop = face_matrix(landmarks, 256, FaceType::full_no_align).inverse();
  const Point first = image_from_crop({0, 0}), last = image_from_crop({255, 255});
  return {first.x, first.y, last.x, last.y};
}

std::array<Point, 4> crop_corners(const Landmarks68& landmarks, FaceType type) {
  const Affine image_from_crop = face_matrix(landmarks, 256, type).inverse();
  return {image_from_crop({0, 0}), image_from_crop({256, 0}), image_from_crop({256, 256}), image_from_crop({0, 256})};
}

double simple_yaw(const Landmarks68& u) {
  double left = 0, right = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    left += (u[27 + i].x - u[i].x) / 3;
    right += (u[16 - i].x - u[27 + i].x) / 3;
  }
  return right - left;
}

}  // namespace understudy
