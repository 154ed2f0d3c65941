// SPDX-License-Identifier: Apache-2.0
// Loops over one band of pixels of a picture in channels_last memory; internal to frn_tlu.cpp. `x` and its like are
// float, or bfloat16 as the upper 16 bits of one.
#pragma once

#include <cstdint>

namespace understudy::frn {

struct Affine {
  const float *scale, *bias, *tau;  // (C): weight / root, and the layer's own
};

// sums[c] += x²
void add_squares(const float* x, std::int64_t pixels, int channels, float* sums);
void add_squares(const std::uint16_t* x, std::int64_t pixels, int channels, float* sums);
// y = max(x scale + bias, tau)
void apply(const Affine&, const float* x, std::int64_t pixels, int channels, float* y);
void apply(const Affine&, const std::uint16_t* x, std::int64_t pixels, int channels, std::uint16_t* y);
// A row of the picture (H,W,C) halved by a binomial filter of 2, 3 or 4 taps, of max(x scale + bias, tau), with zeros
// around it.
struct Size {
  std::int64_t h, w;
  int channels;
};
void halve_row(const Affine&, const float* x, const Size&, int taps, std::int64_t row, float* y);
// With g = dy where tau was exceeded: sums[c] += g x, sums[C + c] += g, sums[2 C + c] += dy - g
void add_gradients(const Affine&, const float* x, const float* dy, std::int64_t pixels, int channels, float* sums);
void add_gradients(const Affine&, const std::uint16_t* x, const std::uint16_t* dy, std::int64_t pixels, int channels,
                   float* sums);
// dx = scale g - through[c] x
void data_gradient(const Affine&, const float* through, const float* x, const float* dy, std::int64_t pixels,
                   int channels, float* dx);
void data_gradient(const Affine&, const float* through, const std::uint16_t* x, const std::uint16_t* dy,
                   std::int64_t pixels, int channels, std::uint16_t* dx);

}  // namespace understudy::frn
