// SPDX-License-Identifier: Apache-2.0
#include "lib/winograd/weights.hpp"

#include <algorithm>

#include "lib/winograd/places.hpp"

namespace understudy::winograd {
namespace {
constexpr int taps = kernel * kernel;
constexpr int ahead = 4;  // outputs
}  // namespace

// Inputs lie side by side in memory and outputs are wanted so: squares of 16 x 16 are turned over first.
void WeightPanels::make_plain(int which, float* u, Step plane) const {
  const Kernels& k = kernels();
  const Step of_output = Step{taps} * in_;
  const int first = which * panel, outputs = std::min(panel, out_ - first);
  alignas(64) float turned[taps][panel * panel];
  for (int c = 0; c < in_; c += panel) {
    const int inputs = std::min(panel, in_ - c);
    for (int t = 0; t < taps; ++t) {
      const float* square = weight_ + first * of_output + Step{t} * in_ + c;
      if (inputs == panel && outputs == panel) {
        k.transpose(square, of_output, turned[t], panel);
        continue;
      }
      for (int i = 0; i < panel; ++i) {
        for (int o = 0; o < panel; ++o)
          turned[t][i * panel + o] = i < inputs && o < outputs ? square[o * of_output + i] : 0.0f;
      }
    }
    for (int i = 0; i < panel; ++i) k.take_kernel(turned[0] + i * panel, panel * panel, u + Step{c + i} * panel, plane);
  }
}

void WeightPanels::make_turned(int which, float* u, Step plane) const {
  const Kernels& k = kernels();
  const int first = which * panel, lanes = std::min(panel, in_ - first);
  alignas(64) float part[taps][panel] = {};
  for (int o = 0; o < panels_of(out_) * panel; ++o) {
    const float* last_tap = weight_ + (Step{std::min(o, out_ - 1)} * taps + taps - 1) * in_ + first;
    // The taps lie far apart, which the processor does not foresee.
    if (o + ahead < out_) {
      for (int t = 0; t < taps; ++t) __builtin_prefetch(last_tap + (Step{ahead} * taps - t) * in_);
    }
    if (o < out_ && lanes == panel) {
      k.take_kernel(last_tap, -Step{in_}, u + Step{o} * panel, plane);
      continue;
    }
    for (int t = 0; t < taps; ++t) {
      for (int l = 0; l < lanes; ++l) part[t][l] = o < out_ ? last_tap[l - t * Step{in_}] : 0.0f;
    }
    k.take_kernel(part[0], panel, u + Step{o} * panel, plane);
  }
}

}  // namespace understudy::winograd
