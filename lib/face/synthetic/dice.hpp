// SPDX-License-Identifier: Apache-2.0
// Random draws that depend on a seed and a stream only: the same on every machine. No logarithms or sines, whose last
// bits differ between libraries.
#pragma once

#include "lib/face/synthetic/noise.hpp"
#include "lib/face/synthetic/synthetic.hpp"

namespace understudy::synthetic {

class Dice {
 public:
  Dice(std::uint32_t seed, std::int32_t stream) : seed_(static_cast<std::int32_t>(seed)), stream_(stream) {}
  float unit() { return hash01(seed_, ++count_, stream_); }  // [0, 1)
  float between(float low, float high) { return low + (high - low) * unit(); }
  bool chance(float probability) { return unit() < probability; }
  // Near normal: the sum of four uniform draws has a deviation of 1/sqrt(3) and never leaves +-2.
  float bell(float deviation) { return (unit() + unit() + unit() + unit() - 2) * 1.7320508f * deviation; }
  float bell(float middle, float deviation, float limit) { return std::clamp(middle + bell(deviation), -limit, limit); }
  std::uint32_t number() { return hash(seed_, ++count_, stream_); }

 private:
  std::int32_t seed_, stream_, count_ = 0;
};

inline Colour blend(Colour a, Colour b, float t) { return {mix(a.r, b.r, t), mix(a.g, b.g, t), mix(a.b, b.b, t)}; }
inline Colour times(Colour a, float r, float g, float b) {
  return {clamp01(a.r * r), clamp01(a.g * g), clamp01(a.b * b)};
}

}  // namespace understudy::synthetic
