// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/frn_tlu_kernels.hpp"

#include <bit>

#include "lib/base/vector_clones.hpp"

namespace understudy::frn {
namespace {

#define US_INLINE inline __attribute__((always_inline))

US_INLINE float read(float v) { return v; }
US_INLINE float read(std::uint16_t v) { return std::bit_cast<float>(static_cast<std::uint32_t>(v) << 16); }
US_INLINE void write(float v, float& out) { out = v; }
// To the nearest, ties to even; no NaN comes here that was not one before.
US_INLINE void write(float v, std::uint16_t& out) {
  const auto bits = std::bit_cast<std::uint32_t>(v);
  out = static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

template <class T>
US_INLINE void squares(const T* __restrict x, std::int64_t pixels, int channels, float* __restrict sums) {
  for (std::int64_t p = 0; p < pixels; ++p, x += channels) {
    for (int c = 0; c < channels; ++c) {
      const float v = read(x[c]);
      sums[c] += v * v;
    }
  }
}

template <class T>
US_INLINE void applied(const Affine& a, const T* __restrict x, std::int64_t pixels, int channels, T* __restrict y) {
  const float* __restrict scale = a.scale, * __restrict bias = a.bias, * __restrict tau = a.tau;
  for (std::int64_t p = 0; p < pixels; ++p, x += channels, y += channels) {
    for (int c = 0; c < channels; ++c) {
      const float v = read(x[c]) * scale[c] + bias[c];
      write(v > tau[c] ? v : tau[c], y[c]);
    }
  }
}

template <class T>
US_INLINE void gradients(const Affine& a, const T* __restrict x, const T* __restrict dy, std::int64_t pixels,
                         int channels, float* __restrict sums) {
  const float* __restrict scale = a.scale, * __restrict bias = a.bias, * __restrict tau = a.tau;
  float* __restrict of_x = sums, * __restrict passed = sums + channels, * __restrict cut = sums + 2 * channels;
  for (std::int64_t p = 0; p < pixels; ++p, x += channels, dy += channels) {
    for (int c = 0; c < channels; ++c) {
      const float v = read(x[c]), d = read(dy[c]);
      const float g = v * scale[c] + bias[c] > tau[c] ? d : 0.0f;
      of_x[c] += g * v;
      passed[c] += g;
      cut[c] += d - g;
    }
  }
}

template <class T>
US_INLINE void data(const Affine& a, const float* __restrict through, const T* __restrict x, const T* __restrict dy,
                    std::int64_t pixels, int channels, T* __restrict dx) {
  const float* __restrict scale = a.scale, * __restrict bias = a.bias, * __restrict tau = a.tau;
  for (std::int64_t p = 0; p < pixels; ++p, x += channels, dy += channels, dx += channels) {
    for (int c = 0; c < channels; ++c) {
      const float v = read(x[c]);
      const float g = v * scale[c] + bias[c] > tau[c] ? read(dy[c]) : 0.0f;
      write(scale[c] * g - through[c] * v, dx[c]);
    }
  }
}

}  // namespace

US_VECTOR_CLONES void add_squares(const float* x, std::int64_t pixels, int channels, float* sums) {
  squares(x, pixels, channels, sums);
}
US_VECTOR_CLONES void add_squares(const std::uint16_t* x, std::int64_t pixels, int channels, float* sums) {
  squares(x, pixels, channels, sums);
}
US_VECTOR_CLONES void apply(const Affine& a, const float* x, std::int64_t pixels, int channels, float* y) {
  applied(a, x, pixels, channels, y);
}
US_VECTOR_CLONES void apply(const Affine& a, const std::uint16_t* x, std::int64_t pixels, int channels,
                            std::uint16_t* y) {
  applied(a, x, pixels, channels, y);
}
// Taps (1, 1), (1, 2, 1) or (1, 3, 3, 1) each way, the first of them (taps - 1) / 2 before the pixel.
US_VECTOR_CLONES void halve_row(const Affine& a, const float* x, const Size& size, int taps, std::int64_t row,
                                float* __restrict y) {
  static constexpr float lines[3][4] = {{0.5f, 0.5f}, {0.25f, 0.5f, 0.25f}, {0.125f, 0.375f, 0.375f, 0.125f}};
  const float* line = lines[taps - 2];
  const float* __restrict scale = a.scale, * __restrict bias = a.bias, * __restrict tau = a.tau;
  const std::int64_t top = 2 * row - (taps - 1) / 2;
  for (std::int64_t column = 0; column < size.w / 2; ++column, y += size.channels) {
    const std::int64_t left = 2 * column - (taps - 1) / 2;
    for (int c = 0; c < size.channels; ++c) y[c] = 0;
    for (int i = 0; i < taps; ++i) {
      if (top + i < 0 || top + i >= size.h) continue;
      for (int j = 0; j < taps; ++j) {
        if (left + j < 0 || left + j >= size.w) continue;
        const float* __restrict p = x + ((top + i) * size.w + left + j) * size.channels;
        const float k = line[i] * line[j];
        for (int c = 0; c < size.channels; ++c) {
          const float v = p[c] * scale[c] + bias[c];
          y[c] += k * (v > tau[c] ? v : tau[c]);
        }
      }
    }
  }
}
US_VECTOR_CLONES void add_gradients(const Affine& a, const float* x, const float* dy, std::int64_t pixels, int channels,
                                    float* sums) {
  gradients(a, x, dy, pixels, channels, sums);
}
US_VECTOR_CLONES void add_gradients(const Affine& a, const std::uint16_t* x, const std::uint16_t* dy,
                                    std::int64_t pixels, int channels, float* sums) {
  gradients(a, x, dy, pixels, channels, sums);
}
US_VECTOR_CLONES void data_gradient(const Affine& a, const float* through, const float* x, const float* dy,
                                    std::int64_t pixels, int channels, float* dx) {
  data(a, through, x, dy, pixels, channels, dx);
}
US_VECTOR_CLONES void data_gradient(const Affine& a, const float* through, const std::uint16_t* x,
                                    const std::uint16_t* dy, std::int64_t pixels, int channels, std::uint16_t* dx) {
  data(a, through, x, dy, pixels, channels, dx);
}

}  // namespace understudy::frn
