// SPDX-License-Identifier: Apache-2.0
// The loops behind kernels.hpp for vectors of L floats. Each kernels_*.cpp compiles this file for one instruction set,
// so it includes nothing with inline functions that the linker could take from the wrong one.
//
// Matrices: A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks" (2015), F(4x4, 3x3): points 0, ±1,
// ±2 and infinity. Gradients by the transposes of the same three linear maps, so that their error is the forward
// pass's.
#pragma once

#include "lib/winograd/kernels.hpp"

namespace understudy::winograd {
namespace {

#define US_INLINE inline __attribute__((always_inline))
#define US_LAMBDA __attribute__((always_inline))

template <int L>
struct Vector;
template <>
struct Vector<4> {
  typedef float type __attribute__((vector_size(16), aligned(4), may_alias));
};
template <>
struct Vector<8> {
  typedef float type __attribute__((vector_size(32), aligned(4), may_alias));
};
template <>
struct Vector<16> {
  typedef float type __attribute__((vector_size(64), aligned(4), may_alias));
};

template <int L>
struct Loops {
  using V = typename Vector<L>::type;
  static constexpr int parts = panel / L;  // vectors of a line

  static US_INLINE const V& at(const float* p) { return *reinterpret_cast<const V*>(p); }
  static US_INLINE V& at(float* p) { return *reinterpret_cast<V*>(p); }

  // One dimension of each map.
  static US_INLINE void window_1d(const V (&d)[window], V (&out)[window]) {
    const V a = d[4] - 4.0f * d[2], b = d[3] - 4.0f * d[1];
    const V c = d[4] - d[2], e = 2.0f * (d[3] - d[1]);
    out[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
    out[1] = a + b;
    out[2] = a - b;
    out[3] = c + e;
    out[4] = c - e;
    out[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
  }
  static US_INLINE void give_tile_1d(const V (&m)[window], V (&out)[tile]) {
    const V a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
    out[0] = m[0] + a + c;
    out[1] = b + 2.0f * d;
    out[2] = a + 4.0f * c;
    out[3] = b + 8.0f * d + m[5];
  }
  static US_INLINE void take_tile_1d(const V (&y)[tile], V (&out)[window]) {
    const V a = y[0] + y[2], b = y[1] + y[3], c = y[0] + 4.0f * y[2], d = 2.0f * y[1] + 8.0f * y[3];
    out[0] = y[0];
    out[1] = a + b;
    out[2] = a - b;
    out[3] = c + d;
    out[4] = c - d;
    out[5] = y[3];
  }
  static US_INLINE void take_kernel_1d(const V (&g)[kernel], V (&out)[window]) {
    const V a = (-1.0f / 6) * (g[0] + g[2]), b = (1.0f / 6) * g[1];
    const V c = (1.0f / 24) * g[0] + (1.0f / 6) * g[2], d = (1.0f / 12) * g[1];
    out[0] = 0.25f * g[0];
    out[1] = a - b;
    out[2] = a + b;
    out[3] = c + d;
    out[4] = c - d;
    out[5] = g[2];
  }
  static US_INLINE void give_kernel_1d(const V (&m)[window], V (&out)[kernel]) {
    const V a = (-1.0f / 6) * (m[1] + m[2]), b = (1.0f / 6) * (m[2] - m[1]);
    const V c = m[3] + m[4], d = m[3] - m[4];
    out[0] = 0.25f * m[0] + a + (1.0f / 24) * c;
    out[1] = b + (1.0f / 12) * d;
    out[2] = a + (1.0f / 6) * c + m[5];
  }

  // A map in both dimensions: load(i, j) gives the From x From inputs, store(i, j, v) takes the To x To outputs.
  template <int From, int To, class Map, class Load, class Store>
  static US_INLINE void both_ways(const Map& map, const Load& load, const Store& store) {
    V half[To][From];
#pragma GCC unroll 6
    for (int j = 0; j < From; ++j) {
      V in[From], out[To];
#pragma GCC unroll 6
      for (int i = 0; i < From; ++i) in[i] = load(i, j);
      map(in, out);
#pragma GCC unroll 6
      for (int i = 0; i < To; ++i) half[i][j] = out[i];
    }
#pragma GCC unroll 6
    for (int i = 0; i < To; ++i) {
      V out[To];
      map(half[i], out);
#pragma GCC unroll 6
      for (int j = 0; j < To; ++j) store(i, j, out[j]);
    }
  }

  // shape(v, place, l): what a vector is taken for.
  template <class Shape>
  static US_INLINE void take_shaped(const float* const* lines, Step channel, float* out, Step plane,
                                    const Shape& shape) {
    for (int l = 0; l < panel; l += L) {
      both_ways<window, window>([](const auto& d, auto& t) US_LAMBDA { window_1d(d, t); },
                                [&](int i, int j) US_LAMBDA {
                                  const int place = i * window + j;
                                  return shape(at(lines[place] + channel + l), place, l);
                                },
                                [&](int i, int j, V v) US_LAMBDA { at(out + (i * window + j) * plane + l) = v; });
    }
  }

  static void take_window(const float* const* lines, Step channel, const Shaping* shaping, float* out, Step plane) {
    if (shaping == nullptr) return take_shaped(lines, channel, out, plane, [](V v, int, int) US_LAMBDA { return v; });
    const auto shaped = [shaping](V v, int l) US_LAMBDA {
      v = v * at(shaping->scale + l) + at(shaping->bias + l);
      const V tau = at(shaping->tau + l);
      return v > tau ? v : tau;
    };
    if (shaping->outside == 0)
      return take_shaped(lines, channel, out, plane, [&](V v, int, int l) US_LAMBDA { return shaped(v, l); });
    take_shaped(lines, channel, out, plane, [&](V v, int place, int l) US_LAMBDA {
      return (shaping->outside >> place & 1) != 0 ? V{} : shaped(v, l);
    });
  }

  static void take_tile(const float* const* lines, Step channel, float* out, Step plane) {
    for (int l = 0; l < panel; l += L) {
      both_ways<tile, window>([](const auto& y, auto& t) US_LAMBDA { take_tile_1d(y, t); },
                              [&](int i, int j) US_LAMBDA { return at(lines[i * tile + j] + channel + l); },
                              [&](int i, int j, V v) US_LAMBDA { at(out + (i * window + j) * plane + l) = v; });
    }
  }

  static void take_kernel(const float* taps, Step tap, float* out, Step plane) {
    for (int l = 0; l < panel; l += L) {
      both_ways<kernel, window>([](const auto& g, auto& t) US_LAMBDA { take_kernel_1d(g, t); },
                                [&](int i, int j) US_LAMBDA { return at(taps + (i * kernel + j) * tap + l); },
                                [&](int i, int j, V v) US_LAMBDA { at(out + (i * window + j) * plane + l) = v; });
    }
  }

  static void give_kernel(const float* m, Step plane, float* taps, Step tap) {
    for (int l = 0; l < panel; l += L) {
      both_ways<window, kernel>([](const auto& d, auto& t) US_LAMBDA { give_kernel_1d(d, t); },
                                [&](int i, int j) US_LAMBDA { return at(m + (i * window + j) * plane + l); },
                                [&](int i, int j, V v) US_LAMBDA { at(taps + (i * kernel + j) * tap + l) = v; });
    }
  }

  // keep(place, v) is told what was written.
  template <class Keep>
  static US_INLINE void give_finished(const float* m, Step plane, const Finish& finish, float* const* out, Step channel,
                                      int l, const Keep& keep) {
    const V bias = at(finish.bias + l);
    both_ways<window, tile>([](const auto& d, auto& t) US_LAMBDA { give_tile_1d(d, t); },
                            [&](int i, int j) US_LAMBDA { return at(m + (i * window + j) * plane + l); },
                            [&](int i, int j, V v) US_LAMBDA {
                              const int place = i * tile + j;
                              v += bias;
                              if (finish.added != nullptr) v += at(finish.added[place] + finish.added_channel + l);
                              v = v > 0.0f ? v : finish.slope * v;
                              at(out[place] + channel + l) = v;
                              keep(place, v);
                            });
  }

  static void give_tile(const float* m, Step plane, const Finish& finish, float* const* out, Step channel) {
    for (int l = 0; l < panel; l += L) {
      if (finish.squares == nullptr) {
        give_finished(m, plane, finish, out, channel, l, [](int, V) US_LAMBDA {});
        continue;
      }
      V squares = at(finish.squares + l);
      give_finished(m, plane, finish, out, channel, l, [&](int place, V v) US_LAMBDA {
        if ((finish.outside >> place & 1) == 0) squares += v * v;
      });
      at(finish.squares + l) = squares;
    }
  }

  static void gate(const float* dy, const float* y, float slope, int count, float* g, float* sums) {
    int i = 0;
    for (; i + L <= count; i += L) {
      V v = at(dy + i);
      if (y != nullptr) at(g + i) = v = at(y + i) > 0.0f ? v : slope * v;
      at(sums + i) += v;
    }
    for (; i < count; ++i) {
      float v = dy[i];
      if (y != nullptr) g[i] = v = y[i] > 0.0f ? v : slope * v;
      sums[i] += v;
    }
  }

  // Sixteen squares of 4x4.
  static void transpose(const float* in, Step from, float* out, Step to) {
    using F = Vector<4>::type;
    typedef int I __attribute__((vector_size(16)));
    for (int i = 0; i < panel; i += 4) {
      for (int j = 0; j < panel; j += 4) {
        F r[4];
        for (int k = 0; k < 4; ++k) r[k] = *reinterpret_cast<const F*>(in + (j + k) * from + i);
        const F a = __builtin_shuffle(r[0], r[1], I{0, 4, 1, 5}), b = __builtin_shuffle(r[2], r[3], I{0, 4, 1, 5});
        const F c = __builtin_shuffle(r[0], r[1], I{2, 6, 3, 7}), d = __builtin_shuffle(r[2], r[3], I{2, 6, 3, 7});
        F* const columns[] = {reinterpret_cast<F*>(out + i * to + j), reinterpret_cast<F*>(out + (i + 1) * to + j),
                              reinterpret_cast<F*>(out + (i + 2) * to + j),
                              reinterpret_cast<F*>(out + (i + 3) * to + j)};
        *columns[0] = __builtin_shuffle(a, b, I{0, 1, 4, 5});
        *columns[1] = __builtin_shuffle(a, b, I{2, 3, 6, 7});
        *columns[2] = __builtin_shuffle(c, d, I{0, 1, 4, 5});
        *columns[3] = __builtin_shuffle(c, d, I{2, 3, 6, 7});
      }
    }
  }

  template <int Rows>
  static void multiply_rows(const float* a, const float* b, int blocks, float* out) {
    V sum[Rows][parts];
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      for (int v = 0; v < parts; ++v) sum[r][v] = V{};
    }
    for (int block = 0; block < blocks; ++block, a += Rows * panel) {
#pragma GCC unroll 2
      for (int k = 0; k < panel; ++k, b += panel) {
        V w[parts];
        for (int v = 0; v < parts; ++v) w[v] = at(b + v * L);
#pragma GCC unroll 16
        for (int r = 0; r < Rows; ++r) {
          for (int v = 0; v < parts; ++v) sum[r][v] += a[r * panel + k] * w[v];
        }
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      for (int v = 0; v < parts; ++v) at(out + r * panel + v * L) = sum[r][v];
    }
  }

  template <int Rows>
  static void multiply(const float* a, const float* b, int blocks, int count, float* out) {
    if constexpr (Rows > 1) {
      if (count < Rows) return multiply<Rows - 1>(a, b, blocks, count, out);
    }
    multiply_rows<Rows>(a, b, blocks, out);
  }

  template <int Rows>
  static US_INLINE void sum_rows(const float* a, const float* b, int count, bool add, float* out) {
    V sum[Rows][parts];
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      for (int v = 0; v < parts; ++v) sum[r][v] = add ? at(out + r * panel + v * L) : V{};
    }
    for (int t = 0; t < count; ++t, a += panel, b += panel) {
      V w[parts];
      for (int v = 0; v < parts; ++v) w[v] = at(b + v * L);
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) {
        for (int v = 0; v < parts; ++v) sum[r][v] += a[r] * w[v];
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      for (int v = 0; v < parts; ++v) at(out + r * panel + v * L) = sum[r][v];
    }
  }

  // As many rows at once as registers hold sums.
  static void sum_products(const float* a, const float* b, int count, bool add, float* out) {
    if constexpr (L == 16) {
      sum_rows<16>(a, b, count, add, out);
    } else if constexpr (L == 8) {
      sum_rows<6>(a, b, count, add, out);
      sum_rows<5>(a + 6, b, count, add, out + 6 * panel);
      sum_rows<5>(a + 11, b, count, add, out + 11 * panel);
    } else {
      for (int r = 0; r < panel; r += 2) sum_rows<2>(a + r, b, count, add, out + r * panel);
    }
  }
};

template <int L, int Rows>
constexpr Kernels made_kernels() {
  using O = Loops<L>;
  return {Rows,
          O::take_window,
          O::take_tile,
          O::take_kernel,
          O::give_tile,
          O::give_kernel,
          O::transpose,
          O::template multiply<Rows>,
          O::sum_products,
          O::gate};
}

}  // namespace
}  // namespace understudy::winograd
