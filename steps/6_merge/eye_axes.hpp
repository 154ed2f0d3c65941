// SPDX-License-Identifier: Apache-2.0
// What the warps within eyes share: the measure of eyes of any size, place and tilt, and the warp itself.
#pragma once

#include <algorithm>
#include <cmath>

#include "lib/image/draw.hpp"
#include "lib/image/warp.hpp"
#include "steps/6_merge/gaze.hpp"

namespace understudy {

// 0 until t = 0, 1 from t = 1 on, without an edge between.
inline double smooth_step(double t) {
  t = std::clamp(t, 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

// Along the line of an eye's corners and down from it, in the eye's widths from their middle.
struct EyeAxes {
  Point middle, along;
  double width;
  explicit EyeAxes(const SeenEye& eye)
      : middle((eye.left + eye.right) * 0.5), along(eye.right - eye.left), width(std::hypot(along.x, along.y)) {
    along = along * (1 / std::max(width, 1e-6));
  }
  Point of(Point p) const {
    const Point d = (p - middle) * (1 / std::max(width, 1e-6));
    return {d.x * along.x + d.y * along.y, d.y * along.x - d.x * along.y};
  }
  Point turned(Point own) const { return {own.x * along.x - own.y * along.y, own.x * along.y + own.y * along.x}; }
};

// The pixels within `reach` of `centre`, to both sides, become what lay behind them by shift(pixel); beyond the
// picture its edge goes on.
template <class Shift>  // Point(Point)
void warp_around(ImageF& picture, Point centre, double reach, const Shift& shift) {
  const int x0 = std::max(0, static_cast<int>(std::floor(centre.x - reach))),
            y0 = std::max(0, static_cast<int>(std::floor(centre.y - reach)));
  const int x1 = std::min(picture.width, static_cast<int>(std::ceil(centre.x + reach)) + 1),
            y1 = std::min(picture.height, static_cast<int>(std::ceil(centre.y + reach)) + 1);
  if (x0 >= x1 || y0 >= y1) return;
  ImageF map_x(x1 - x0, y1 - y0, 1), map_y(x1 - x0, y1 - y0, 1);
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      const Point moved = shift(Point{static_cast<double>(x), static_cast<double>(y)});
      map_x.at(x - x0, y - y0) = static_cast<float>(x - moved.x);
      map_y.at(x - x0, y - y0) = static_cast<float>(y - moved.y);
    }
  }
  paste(picture, remap(picture, map_x, map_y, Interpolation::cubic, Border::replicate), x0, y0);
}

}  // namespace understudy
