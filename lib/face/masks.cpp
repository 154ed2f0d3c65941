// SPDX-License-Identifier: Apache-2.0
#include "lib/face/masks.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "lib/image/convert.hpp"
#include "lib/image/cv.hpp"
#include "lib/image/filter.hpp"

namespace understudy {
namespace {

using Whole = std::array<int, 2>;

int floor_half(int v) { return v >= 0 ? v / 2 : -((1 - v) / 2); }
Whole middle(Whole a, Whole b) { return {floor_half(a[0] + b[0]), floor_half(a[1] + b[1])}; }
// Hostile or diverged landmarks must not overflow the drawing code.
int whole(double v) { return static_cast<int>(std::clamp(std::isfinite(v) ? v : 0.0, -30000.0, 30000.0)); }
cv::Point pixel(Whole p) { return {p[0], p[1]}; }

void fill_hull(cv::Mat& mask, const std::vector<cv::Point>& points) {
  std::vector<cv::Point> hull;
  cv::convexHull(points, hull);
  cv::fillConvexPoly(mask, hull, cv::Scalar(1));
}

// The index ranges (inclusive) of the eight hulls (spec pipeline.md 1.6, step 3).
using Range = std::pair<int, int>;
const std::vector<std::vector<Range>> hull_parts = {
    {{0, 8}, {17, 17}},
    {{8, 16}, {26, 26}},
    {{17, 19}, {8, 8}},
    {{24, 26}, {8, 8}},
    {{19, 24}, {8, 8}},
    {{17, 21}, {27, 27}, {31, 35}, {8, 8}},
    {{22, 26}, {27, 27}, {31, 35}, {8, 8}},
    {{27, 30}, {31, 35}},
};

// Drawn, widened and blurred in the box that they can reach only: an eye is a small part of a picture.
ImageF soft_hulls(int width, int height, const Landmarks68& landmarks, const std::vector<Range>& parts) {
  const int size = height / 32, kernel = height / 16 + (height / 16 % 2 == 0 ? 1 : 0), reach = size + kernel;
  PixelBox box{width, height, 0, 0};
  for (const auto& [first, last] : parts) {
    for (int i = first; i <= last; ++i) {
      const Point p = landmarks[static_cast<std::size_t>(i)];
      box = {std::min(box.x0, whole(p.x)), std::min(box.y0, whole(p.y)), std::max(box.x1, whole(p.x) + 1),
             std::max(box.y1, whole(p.y) + 1)};
    }
  }
  ImageF mask(width, height, 1);
  if (box.x1 <= 0 || box.y1 <= 0 || box.x0 >= width || box.y0 >= height) return mask;
  box = {std::max(box.x0 - reach, 0), std::max(box.y0 - reach, 0), std::min(box.x1 + reach, width),
         std::min(box.y1 + reach, height)};
  ImageF part(box.width(), box.height(), 1);
  cv::Mat target = view(part);
  for (const auto& [first, last] : parts) {
    std::vector<cv::Point> points;
    for (int i = first; i <= last; ++i) {
      const Point p = landmarks[static_cast<std::size_t>(i)];
      points.emplace_back(whole(p.x) - box.x0, whole(p.y) - box.y0);
    }
    fill_hull(target, points);
  }
  if (size > 0) part = dilate(part, size);
  part = gaussian_blur(part, kernel);
  paste(mask, part, box.x0, box.y0);
  return mask;
}

}  // namespace

std::array<Whole, 68> expanded_brows(const Landmarks68& landmarks, double brow_factor) {
  std::array<Whole, 68> p;
  std::ranges::transform(landmarks, p.begin(), [](Point q) { return Whole{whole(q.x), whole(q.y)}; });
  const Whole left_outer = middle(p[36], middle(p[36], p[0]));
  const Whole right_outer = middle(p[45], middle(p[16], p[45]));
  const std::array<Whole, 5> left_below = {left_outer, p[36], p[37], p[38], p[39]};
  const std::array<Whole, 5> right_below = {p[42], p[43], p[44], p[45], right_outer};
  const auto raise = [brow_factor](Whole& brow, Whole below) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      brow[axis] = static_cast<int>(brow[axis] + brow_factor * 0.5 * (brow[axis] - below[axis]));
    }
  };
  for (std::size_t i = 0; i < 5; ++i) {
    raise(p[17 + i], left_below[i]);
    raise(p[22 + i], right_below[i]);
  }
  return p;
}

ImageF convex_mask(int width, int height, std::span<const Point> points) {
  ImageF mask(width, height, 1);
  cv::Mat drawn = view(mask);
  std::vector<cv::Point> pixels;
  for (const auto& p : points) pixels.emplace_back(whole(std::round(p.x)), whole(std::round(p.y)));
  if (!pixels.empty()) fill_hull(drawn, pixels);
  return mask;
}

ImageF hull_mask(int width, int height, const Landmarks68& landmarks, double brow_factor) {
  const auto p = expanded_brows(landmarks, brow_factor);
  ImageF mask(width, height, 1);
  cv::Mat target = view(mask);
  for (const auto& part : hull_parts) {
    std::vector<cv::Point> points;
    for (const auto& [first, last] : part) {
      for (int i = first; i <= last; ++i) points.push_back(pixel(p[static_cast<std::size_t>(i)]));
    }
    fill_hull(target, points);
  }
  return mask;
}

ImageF eyes_mask(int width, int height, const Landmarks68& landmarks) {
  return soft_hulls(width, height, landmarks, {{36, 41}, {42, 47}});
}
ImageF mouth_mask(int width, int height, const Landmarks68& landmarks) {
  return soft_hulls(width, height, landmarks, {{60, 67}});
}

ImageF eyes_mouth_mask(int width, int height, const Landmarks68& landmarks) {
  ImageF mask = eyes_mask(width, height, landmarks);
  const ImageF mouth = mouth_mask(width, height, landmarks);
  for (std::size_t i = 0; i < mask.data.size(); ++i) mask.data[i] += mouth.data[i];
  clamp_01(mask);
  return mask;
}

std::vector<Polygon> includes_first(std::vector<Polygon> polygons) {
  std::ranges::stable_sort(polygons, {}, [](const Polygon& p) { return p.kind == Polygon::Kind::exclude; });
  return polygons;
}

ImageF polygon_mask(int width, int height, const std::vector<Polygon>& polygons) {
  ImageF mask(width, height, 1);
  cv::Mat target = view(mask);
  for (const auto& polygon : polygons) {
    if (polygon.points.empty()) continue;
    std::vector<cv::Point> points;
    for (const Point p : polygon.points) points.emplace_back(whole(p.x), whole(p.y));
    cv::fillPoly(target, std::vector<std::vector<cv::Point>>{points},
                 cv::Scalar(polygon.kind == Polygon::Kind::include ? 1 : 0));
  }
  return mask;
}

}  // namespace understudy
