// SPDX-License-Identifier: Apache-2.0
// Debug pictures (spec pipeline.md 1.8).
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "lib/face/masks.hpp"
#include "lib/image/cv.hpp"

namespace understudy {
namespace {

cv::Scalar scalar(Bgr c) { return {double(c[0]), double(c[1]), double(c[2])}; }
cv::Point nearest_pixel(Point p) {
  const auto whole = [](double v) {
    return static_cast<int>(std::clamp(std::isfinite(v) ? v : 0.0, -30000.0, 30000.0));
  };
  return {whole(p.x), whole(p.y)};
}

struct Part {
  int first, last;
  bool closed;
  int radius;  // of the dots
};
constexpr Part parts[] = {{0, 16, false, 2}, {17, 21, false, 1}, {22, 26, false, 1}, {27, 35, false, 1},
                          {36, 41, true, 1}, {42, 47, true, 1},  {48, 67, true, 1}};

void polyline(cv::Mat& image, std::span<const Point> points, bool closed, cv::Scalar colour, int thickness) {
  std::vector<cv::Point> pixels;
  for (const Point p : points) pixels.push_back(nearest_pixel(p));
  cv::polylines(image, std::vector<std::vector<cv::Point>>{pixels}, closed, colour, thickness, cv::LINE_AA);
}

}  // namespace

void draw_landmarks(ImageU8& image_bgr, const Landmarks68& landmarks, Bgr colour) {
  cv::Mat target = view(image_bgr);
  for (const auto& part : parts) {
    std::vector<Point> points(landmarks.begin() + part.first, landmarks.begin() + part.last + 1);
    if (part.first == 27) points.push_back(landmarks[30]);
    polyline(target, points, part.closed, scalar(colour), 1);
    for (const Point p : points) cv::circle(target, nearest_pixel(p), part.radius, scalar(colour), 1, cv::LINE_AA);
  }
}

void darken_hull(ImageU8& image_bgr, const Landmarks68& landmarks) {
  const ImageF mask = hull_mask(image_bgr.width, image_bgr.height, landmarks);
  for (std::size_t i = 0; i < image_bgr.data.size(); ++i) {
    if (mask.data[i / static_cast<std::size_t>(image_bgr.channels)] > 0) image_bgr.data[i] /= 2;
  }
}

void draw_face(ImageU8& image_bgr, const Rect& detected, const Landmarks68& landmarks, FaceType type) {
  cv::Mat target = view(image_bgr);
  cv::rectangle(target, nearest_pixel({detected.left, detected.top}), nearest_pixel({detected.right, detected.bottom}),
                {255, 0, 0}, 2);
  draw_landmarks(image_bgr, landmarks);
  if (type == FaceType::mark_only) return;
  polyline(target, crop_corners(landmarks, type), true, {0, 0, 255}, 2);
  const Affine image_from_crop = face_matrix(landmarks, 100, type).inverse();
  const std::array<Point, 3> marker = {image_from_crop({5, 0}), image_from_crop({10, 10}), image_from_crop({0, 10})};
  polyline(target, marker, true, {0, 0, 255}, 2);
}

}  // namespace understudy
