// SPDX-License-Identifier: Apache-2.0
// A depth buffer that remembers which triangle is seen at each sample.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/face/synthetic/vec.hpp"

namespace understudy::synthetic {

struct Sample {
  std::uint8_t mesh = 255;  // 255: nothing
  std::uint32_t triangle = 0;
};

// Barycentric weights of (x, y) in the projected triangle, linear over the picture.
inline V3 weights_at(V3 a, V3 b, V3 c, float x, float y) {
  const float area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  const float wb = ((x - a.x) * (c.y - a.y) - (y - a.y) * (c.x - a.x)) / area;
  const float wc = ((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) / area;
  return {1 - wb - wc, wb, wc};
}
// The same, corrected for perspective: z of a projected point is 1/depth.
inline V3 in_perspective(V3 w, V3 a, V3 b, V3 c) {
  const V3 k{w.x * a.z, w.y * b.z, w.z * c.z};
  return k * (1 / (k.x + k.y + k.z));
}

// Samples [left, right) x [top, bottom).
struct Window {
  int left = 0, top = 0, right = 0, bottom = 0;
};

class Raster {
 public:
  Raster(int width, int height) : Raster(width, height, {0, 0, width, height}) {}
  // Only the window is drawn into.
  Raster(int width, int height, Window window)
      : width_(width),
        height_(height),
        window_(window),
        nearness_(static_cast<std::size_t>(width) * height, -1e30f),
        seen_(nearness_.size()) {}
  int width() const { return width_; }
  int height() const { return height_; }
  float nearness(int x, int y) const { return nearness_[static_cast<std::size_t>(y) * width_ + x]; }
  Sample seen(int x, int y) const { return seen_[static_cast<std::size_t>(y) * width_ + x]; }

  // Draws triangles [first, last). Points are (x, y, nearness), nearness linear over the picture, larger in front.
  // keep(triangle, weights, seen before) may refuse a sample (called after the depth test).
  template <class Keep>
  void draw(std::uint8_t mesh, std::span<const V3> points, std::span<const std::array<std::uint32_t, 3>> triangles,
            std::uint32_t first, std::uint32_t last, bool two_sided, Keep&& keep) {
    for (std::uint32_t t = first; t < last; ++t) {
      const V3 a = points[triangles[t][0]], b = points[triangles[t][1]], c = points[triangles[t][2]];
      const float area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
      // Facing triangles run anticlockwise in the world, so clockwise where y points down: negative area.
      if (area > 0 ? !two_sided : area > -1e-9f) continue;
      const int x0 = std::max(window_.left, static_cast<int>(std::ceil(std::min({a.x, b.x, c.x}) - 0.5f)));
      const int x1 = std::min(window_.right - 1, static_cast<int>(std::floor(std::max({a.x, b.x, c.x}) - 0.5f)));
      const int y0 = std::max(window_.top, static_cast<int>(std::ceil(std::min({a.y, b.y, c.y}) - 0.5f)));
      const int y1 = std::min(window_.bottom - 1, static_cast<int>(std::floor(std::max({a.y, b.y, c.y}) - 0.5f)));
      for (int y = y0; y <= y1; ++y) {
        for (int x = x0; x <= x1; ++x) {
          const V3 w = weights_at(a, b, c, static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f);
          if (w.x < 0 || w.y < 0 || w.z < 0) continue;
          const float near = w.x * a.z + w.y * b.z + w.z * c.z;
          const std::size_t i = static_cast<std::size_t>(y) * width_ + x;
          if (near <= nearness_[i] || !keep(t, w, seen_[i])) continue;
          nearness_[i] = near;
          seen_[i] = {mesh, t};
        }
      }
    }
  }

 private:
  int width_, height_;
  Window window_;
  std::vector<float> nearness_;
  std::vector<Sample> seen_;
};

}  // namespace understudy::synthetic
