// SPDX-License-Identifier: Apache-2.0
// The measure that eyes of any size, place and tilt share.
#pragma once

#include <algorithm>
#include <cmath>

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

}  // namespace understudy
