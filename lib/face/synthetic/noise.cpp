// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/noise.hpp"

namespace understudy::synthetic {

namespace {
float fade(float t) { return t * t * (3 - 2 * t); }
// std::floor is a library call on the baseline processor.
int whole(float v) {
  const int i = static_cast<int>(v);
  return i - (static_cast<float>(i) > v ? 1 : 0);
}
}  // namespace

float noise(V3 p) {
  const int x = whole(p.x), y = whole(p.y), z = whole(p.z);
  const float u = fade(p.x - static_cast<float>(x)), v = fade(p.y - static_cast<float>(y)),
              w = fade(p.z - static_cast<float>(z));
  const auto line = [&](int dy, int dz) { return mix(hash01(x, y + dy, z + dz), hash01(x + 1, y + dy, z + dz), u); };
  return mix(mix(line(0, 0), line(1, 0), v), mix(line(0, 1), line(1, 1), v), w);
}

float noise2(float px, float py) {
  const int x = whole(px), y = whole(py);
  const float u = fade(px - static_cast<float>(x)), v = fade(py - static_cast<float>(y));
  return mix(mix(hash01(x, y, 77), hash01(x + 1, y, 77), u), mix(hash01(x, y + 1, 77), hash01(x + 1, y + 1, 77), u), v);
}

float fractal(V3 p, int octaves) {
  float sum = 0, weight = 0.5f, total = 0;
  for (int i = 0; i < octaves; ++i) {
    sum += weight * noise(p);
    total += weight;
    weight *= 0.5f;
    p = p * 2.03f + V3{17.3f, 9.1f, 5.7f};
  }
  return sum / total;
}

Dot nearest_dot(float px, float py) {
  const int x = whole(px), y = whole(py);
  Dot best{1e9f, 0};
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) {
      const float cx = static_cast<float>(x + dx) + hash01(x + dx, y + dy, 1);
      const float cy = static_cast<float>(y + dy) + hash01(x + dx, y + dy, 2);
      const float d = std::hypot(px - cx, py - cy);
      if (d < best.distance) best = {d, hash01(x + dx, y + dy, 3)};
    }
  }
  return best;
}

}  // namespace understudy::synthetic
