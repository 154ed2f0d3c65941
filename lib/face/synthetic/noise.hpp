// SPDX-License-Identifier: Apache-2.0
// Deterministic noise for procedural textures: the same on every machine and thread.
#pragma once

#include <cstdint>

#include "lib/face/synthetic/vec.hpp"

namespace understudy::synthetic {

// A well-mixed 32-bit hash of integer coordinates.
inline std::uint32_t hash(std::int32_t x, std::int32_t y, std::int32_t z) {
  std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8da6b343u ^ static_cast<std::uint32_t>(y) * 0xd8163841u ^
                    static_cast<std::uint32_t>(z) * 0xcb1ab31fu;
  h = (h ^ (h >> 15)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12)) * 0x297a2d39u;
  return h ^ (h >> 15);
}
inline float hash01(std::int32_t x, std::int32_t y, std::int32_t z) {
  return static_cast<float>(hash(x, y, z) >> 8) * (1.0f / 16777216.0f);
}

float noise(V3 p);                 // smooth, 0..1, cells of size 1
V3 noise_slope(V3 p);              // its gradient
float noise2(float x, float y);    // the same in the plane
float fractal(V3 p, int octaves);  // sum of halving octaves, 0..1
// Distance from p to the nearest of one random dot per unit cell, and a random value 0..1 belonging to that dot.
struct Dot {
  float distance, value;
};
Dot nearest_dot(float x, float y);

}  // namespace understudy::synthetic
