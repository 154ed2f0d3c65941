// SPDX-License-Identifier: Apache-2.0
#include "lib/winograd/gate.hpp"

#include <algorithm>

#include "lib/tensor/parallel.hpp"
#include "lib/winograd/kernels.hpp"
#include "lib/winograd/workspace.hpp"

namespace understudy::winograd {

void gate(const Shape& s, const float* dy, const float* y, float slope, bool doubled, float* g, float* db) {
  // The sums of a fixed number of parts, added in order: the same on any number of threads.
  const int rows = s.n * s.h, parts = std::min(rows, 64);
  const Floats sums(static_cast<std::size_t>(parts) * static_cast<std::size_t>(s.out));
  parallel_items(parts, [&](int part, int) {
    const Kernels& k = kernels();
    float* own = sums.data() + Step{part} * s.out;
    std::fill(own, own + s.out, 0.0f);
    for (int row = rows * part / parts; row < rows * (part + 1) / parts; ++row) {
      for (int x = 0; x < s.w; ++x) {
        const Step to = (Step{row} * s.w + x) * s.out;
        // A doubled row's pixels lie two and two, in the row of their pair.
        const int pieces = doubled ? 2 : 1, length = s.out / pieces;
        for (int i = 0; i < pieces; ++i) {
          const Step from = doubled ? ((Step{row} * 2 + i) * s.w + x) * length : to;
          k.gate(dy + from, y == nullptr ? nullptr : y + from, slope, length, g + to + i * length, own + i * length);
        }
      }
    }
  });
  std::copy(sums.data(), sums.data() + s.out, db);
  for (int part = 1; part < parts; ++part) {
    for (int o = 0; o < s.out; ++o) db[o] += sums.data()[Step{part} * s.out + o];
  }
}

}  // namespace understudy::winograd
