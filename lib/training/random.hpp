// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: the stream of a key is the same whatever thread draws it and whatever was drawn before,
// so a sample depends only on (seed, side, number), and a resumed run goes on with the same samples.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace understudy {

class CounterRandom {
 public:
  constexpr CounterRandom(std::uint64_t seed, std::uint64_t stream, std::uint64_t number)
      : state_(mixed(seed ^ mixed(stream + 0x9e3779b97f4a7c15ULL * (number + 1)))) {}

  constexpr std::uint64_t next() { return mixed(state_ += 0x9e3779b97f4a7c15ULL); }  // splitmix64
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }           // [0,1)
  double uniform(double lo, double hi) { return lo + (hi - lo) * uniform(); }
  std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>(uniform() * static_cast<double>(n));
  }                  // 0..n-1
  double normal() {  // Box-Muller
    const double r = std::sqrt(-2 * std::log(1 - uniform()));
    return r * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  static constexpr std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }
  std::uint64_t state_;
};

}  // namespace understudy
