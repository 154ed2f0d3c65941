// SPDX-License-Identifier: Apache-2.0
// The inner loops of Winograd's convolution F(4x4, 3x3), compiled once for each instruction set (kernels_loops.hpp).
// Everything goes in panels of 16 channels: a "line" is 16 floats side by side, one place's channels. A transformed
// tile has 36 lines for a panel, `plane` floats apart.
#pragma once

#include <cstddef>
#include <cstdint>

namespace understudy::winograd {

constexpr int panel = 16;   // channels of a line
constexpr int planes = 36;  // products for a tile: 6x6
constexpr int tile = 4;     // outputs of a tile, each way
constexpr int window = 6;   // inputs of a tile, each way
constexpr int kernel = 3;   // taps, each way
constexpr int most_rows = 16;

using Step = std::ptrdiff_t;  // in floats

// What a window's lines are taken for: max(x scale + bias, tau), each of them a line, and 0 outside the picture.
struct Shaping {
  const float *scale, *bias, *tau;
  std::uint64_t outside;  // a bit for each place of the window, row by row
};

// What becomes of a tile's outputs: bias, then a line of each place added, then leaky ReLU.
struct Finish {
  const float* bias;          // a line
  const float* const* added;  // 16 places, or null
  Step added_channel;         // where the line begins behind those places
  float slope;                // 1: no activation
  float* squares = nullptr;   // a line to which the squares of the outputs inside the picture are added
  std::uint64_t outside = 0;  // a bit for each place that is not
};

struct Kernels {
  int rows;  // the lines that `multiply` takes at once; its operand lies in groups of so many

  // 6x6 lines (row by row; `channel` floats behind the given places) into 36: Bt d B. Without shaping they are taken as
  // they are.
  void (*take_window)(const float* const* lines, Step channel, const Shaping*, float* out, Step plane);
  // 4x4 lines into 36: A d At, the transpose of `give_tile`.
  void (*take_tile)(const float* const* lines, Step channel, float* out, Step plane);
  // 3x3 lines, `tap` floats apart, into 36: G g Gt.
  void (*take_kernel)(const float* taps, Step tap, float* out, Step plane);
  // 36 lines into 4x4: At m A, finished.
  void (*give_tile)(const float* m, Step plane, const Finish&, float* const* out, Step channel);
  // 36 lines into 3x3, `tap` floats apart: Gt m G, the transpose of `take_kernel`.
  void (*give_kernel)(const float* m, Step plane, float* taps, Step tap);
  // Turns 16 lines, `from` floats apart, into their transpose: out[i * to + j] = in[j * from + i].
  void (*transpose)(const float* in, Step from, float* out, Step to);

  // out[r] = sum over k of a[k][r] * b[k], a line for each of `count` <= rows places. `a`: for each block of 16 inputs
  // `count` lines; `b`: a line of outputs for each input.
  void (*multiply)(const float* a, const float* b, int blocks, int count, float* out);
  // out[r] (+)= sum over t of a[t][r] * b[t]: a line for each of a's 16 channels, summed over `count` places.
  void (*sum_products)(const float* a, const float* b, int count, bool add, float* out);

  // Behind a leaky ReLU whose output was y: g = y > 0 ? dy : slope * dy; sums += g. Without y g is dy and not written.
  void (*gate)(const float* dy, const float* y, float slope, int count, float* g, float* sums);
};

// The fastest that this processor has and LibTorch was not forbidden (ATEN_CPU_CAPABILITY).
const Kernels& kernels();

extern const Kernels baseline_kernels, avx2_kernels, avx512_kernels;

}  // namespace understudy::winograd
