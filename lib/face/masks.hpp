// SPDX-License-Identifier: Apache-2.0
// Masks drawn from landmarks and polygons. Float masks have one channel, 0..1.
#pragma once

#include <span>
#include <vector>

#include "lib/face/landmarks.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// Truncated to whole pixels, brows raised by the factor (spec pipeline.md 1.6).
std::array<std::array<int, 2>, 68> expanded_brows(const Landmarks68&, double brow_factor);
// 0/1 without anti-aliasing.
ImageF hull_mask(int width, int height, const Landmarks68&, double brow_factor = 1);
// The convex hull of any points, 0/1 without anti-aliasing.
ImageF convex_mask(int width, int height, std::span<const Point>);
// The pixels [x0, x1) x [y0, y1); empty when x1 <= x0 or y1 <= y0.
struct PixelBox {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool empty() const { return x1 <= x0 || y1 <= y0; }
  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
  bool operator==(const PixelBox&) const = default;
};

// Soft masks for training (spec pipeline.md 1.7).
ImageF eyes_mask(int width, int height, const Landmarks68&);
ImageF mouth_mask(int width, int height, const Landmarks68&);
ImageF eyes_mouth_mask(int width, int height, const Landmarks68&);  // their sum, clamped

struct Polygon {
  enum class Kind { exclude = 0, include = 1 };
  Kind kind = Kind::include;
  std::vector<Point> points;  // crop pixels
  bool operator==(const Polygon&) const = default;
};
// All includes, then all excludes, each in their order: how DeepFaceLab loads them.
std::vector<Polygon> includes_first(std::vector<Polygon>);
// Draws the polygons in the given order onto a zero mask: 1 for include, 0 for exclude.
ImageF polygon_mask(int width, int height, const std::vector<Polygon>&);

// Debug pictures (spec pipeline.md 1.8).
void draw_landmarks(ImageU8& image_bgr, const Landmarks68&, Bgr = {0, 255, 0});
void darken_hull(ImageU8& image_bgr, const Landmarks68&);  // inside the hull mask to 50 %
// Detector rectangle in blue, crop outline and its top-left marker in red, landmarks in green.
void draw_face(ImageU8& image_bgr, const Rect& detected, const Landmarks68&, FaceType);

}  // namespace understudy
