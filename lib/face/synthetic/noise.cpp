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

V3 noise_slope(V3 p) {
  const int x = whole(p.x), y = whole(p.y), z = whole(p.z);
  const V3 f{p.x - static_cast<float>(x), p.y - static_cast<float>(y), p.z - static_cast<float>(z)};
  const V3 w{fade(f.x), fade(f.y), fade(f.z)};
  const auto slope = [](float t) { return 6 * t * (1 - t); };
  float h[2][2][2];
  for (int k = 0; k < 8; ++k) h[k & 1][k >> 1 & 1][k >> 2] = hash01(x + (k & 1), y + (k >> 1 & 1), z + (k >> 2));
  const auto along_x = [&](int j, int k) { return mix(h[0][j][k], h[1][j][k], w.x); };
  const float dx = mix(mix(h[1][0][0] - h[0][0][0], h[1][1][0] - h[0][1][0], w.y),
                       mix(h[1][0][1] - h[0][0][1], h[1][1][1] - h[0][1][1], w.y), w.z);
  const float dy = mix(along_x(1, 0) - along_x(0, 0), along_x(1, 1) - along_x(0, 1), w.z);
  const float dz = mix(along_x(0, 1), along_x(1, 1), w.y) - mix(along_x(0, 0), along_x(1, 0), w.y);
  return {dx * slope(f.x), dy * slope(f.y), dz * slope(f.z)};
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
