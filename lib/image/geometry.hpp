// SPDX-License-Identifier: Apache-2.0
// Plane geometry in double precision. Maps are named by direction: crop_from_frame takes frame pixels to crop pixels.
#pragma once

#include <array>

namespace understudy {

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};
inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(Point a, double s) { return {a.x * s, a.y * s}; }

// Left, top, right, bottom in pixels.
struct Rect {
  double left = 0, top = 0, right = 0, bottom = 0;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
  double area() const { return width() * height(); }
  bool operator==(const Rect&) const = default;
};

// The 2x3 affine map [a b tx; c d ty]: x' = a x + b y + tx, y' = c x + d y + ty (OpenCV's layout).
struct Affine {
  std::array<double, 6> m{1, 0, 0, 0, 1, 0};
  Point operator()(Point p) const { return {m[0] * p.x + m[1] * p.y + m[2], m[3] * p.x + m[4] * p.y + m[5]}; }
  Affine inverse() const {
    const double det = m[0] * m[4] - m[1] * m[3];
    const double a = m[4] / det, b = -m[1] / det, c = -m[3] / det, d = m[0] / det;
    return {{a, b, -(a * m[2] + b * m[5]), c, d, -(c * m[2] + d * m[5])}};
  }
  bool operator==(const Affine&) const = default;
};
// (f * g)(p) = f(g(p))
inline Affine operator*(const Affine& f, const Affine& g) {
  return {{f.m[0] * g.m[0] + f.m[1] * g.m[3], f.m[0] * g.m[1] + f.m[1] * g.m[4],
           f.m[0] * g.m[2] + f.m[1] * g.m[5] + f.m[2], f.m[3] * g.m[0] + f.m[4] * g.m[3],
           f.m[3] * g.m[1] + f.m[4] * g.m[4], f.m[3] * g.m[2] + f.m[4] * g.m[5] + f.m[5]}};
}

}  // namespace understudy
