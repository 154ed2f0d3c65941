// SPDX-License-Identifier: Apache-2.0
// Small vector arithmetic for the synthetic actors. Single precision: lengths are millimetres, colours 0..1 linear
// light.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace understudy::synthetic {

struct V3 {
  float x = 0, y = 0, z = 0;
};
inline V3 operator+(V3 a, V3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline V3 operator-(V3 a, V3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline V3 operator*(V3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
inline V3 operator*(V3 a, V3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline V3& operator+=(V3& a, V3 b) { return a = a + b; }
inline float dot(V3 a, V3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline V3 cross(V3 a, V3 b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
inline float length(V3 a) { return std::sqrt(dot(a, a)); }
inline V3 normalised(V3 a) { return a * (1.0f / std::max(length(a), 1e-12f)); }

inline float mix(float a, float b, float t) { return a + (b - a) * t; }
inline V3 mix(V3 a, V3 b, float t) { return a + (b - a) * t; }
inline constexpr float pi = std::numbers::pi_v<float>, degree = pi / 180;
inline float to_linear(float v) { return v <= 0.04045f ? v / 12.92f : std::pow((v + 0.055f) / 1.055f, 2.4f); }
inline float clamp01(float v) { return std::clamp(v, 0.0f, 1.0f); }
// 0 at `from`, 1 at `to` (either may be the larger), smooth between.
inline float ramp(float from, float to, float v) {
  const float t = clamp01((v - from) / (to - from));
  return t * t * (3 - 2 * t);
}
// A bell of width `sigma` (not normalised).
inline float bell(float d, float sigma) { return std::exp(-(d / sigma) * (d / sigma)); }

struct M3 {
  std::array<V3, 3> row;
  V3 operator*(V3 v) const { return {dot(row[0], v), dot(row[1], v), dot(row[2], v)}; }
};
inline M3 operator*(const M3& a, const M3& b) {
  M3 out;
  for (int i = 0; i < 3; ++i) out.row[i] = b.row[0] * a.row[i].x + b.row[1] * a.row[i].y + b.row[2] * a.row[i].z;
  return out;
}
inline M3 transposed(const M3& m) {
  return {{{{m.row[0].x, m.row[1].x, m.row[2].x},
            {m.row[0].y, m.row[1].y, m.row[2].y},
            {m.row[0].z, m.row[1].z, m.row[2].z}}}};
}

}  // namespace understudy::synthetic
