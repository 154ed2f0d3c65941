// SPDX-License-Identifier: Apache-2.0
#include "lib/image/cubic_warp.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace understudy {
namespace {

constexpr int positions = 32;                  // between two pixels, along each axis
constexpr int weight_bits = 15;                // weights sum to 1 << 15
constexpr int map_bits = 10, keep_bits = 5;    // of the fixed-point map
using Weights = std::array<std::int16_t, 16>;  // by row

std::array<float, 4> cubic(float x) {
  constexpr float a = -0.75f;
  std::array<float, 4> c;
  c[0] = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
  c[1] = ((a + 2) * x - (a + 3)) * x * x + 1;
  c[2] = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1;
  c[3] = 1.f - c[0] - c[1] - c[2];
  return c;
}

std::int16_t to_short(double v) { return static_cast<std::int16_t>(std::clamp(std::lrint(v), -32768L, 32767L)); }

// What rounding leaves over goes to the largest (when too little) or smallest of the four weights from the middle on.
Weights weights_at(int x, int y) {
  const auto across = cubic(static_cast<float>(x) / positions), down = cubic(static_cast<float>(y) / positions);
  Weights w;
  int sum = 0;
  for (std::size_t j = 0; j < 4; ++j) {
    for (std::size_t i = 0; i < 4; ++i) {
      w[j * 4 + i] = to_short(down[j] * across[i] * static_cast<float>(1 << weight_bits));
      sum += w[j * 4 + i];
    }
  }
  if (const int over = sum - (1 << weight_bits); over != 0) {
    std::size_t most = 10, least = 10;
    for (const std::size_t k : {10, 11, 14, 15}) {
      if (w[k] < w[least]) {
        least = k;
      } else if (w[k] > w[most]) {
        most = k;
      }
    }
    auto& target = w[over < 0 ? most : least];
    target = static_cast<std::int16_t>(target - over);
  }
  return w;
}

const std::vector<Weights>& weight_table() {
  static const std::vector<Weights> table = [] {
    std::vector<Weights> all;
    for (int y = 0; y < positions; ++y) {
      for (int x = 0; x < positions; ++x) all.push_back(weights_at(x, y));
    }
    return all;
  }();
  return table;
}

int to_int(double v) {
  return static_cast<int>(
      std::clamp(std::nearbyint(v), double(std::numeric_limits<int>::min()), double(std::numeric_limits<int>::max())));
}

std::uint8_t rounded(int sum) {
  return static_cast<std::uint8_t>(std::clamp((sum + (1 << (weight_bits - 1))) >> weight_bits, 0, 255));
}

// Any pixel, also partly or wholly outside.
void slow_pixel(const ImageU8& in, int x, int y, const Weights& w, std::uint8_t* out) {
  std::array<int, 3> sum{};
  for (int j = 0; j < 4; ++j) {
    if (y + j < 0 || y + j >= in.height) continue;
    for (int i = 0; i < 4; ++i) {
      if (x + i < 0 || x + i >= in.width) continue;
      const auto* p = in.row(y + j) + (x + i) * 3;
      for (std::size_t c = 0; c < 3; ++c) sum[c] += p[c] * w[static_cast<std::size_t>(j * 4 + i)];
    }
  }
  for (std::size_t c = 0; c < 3; ++c) out[c] = rounded(sum[c]);
}

struct Spot {
  int x = 0, y = 0;  // of the first of 4 x 4 input pixels
  std::uint32_t weights = 0;
};

void plain_row(const ImageU8& in, const Spot* spots, int count, std::uint8_t* out) {
  const auto& table = weight_table();
  for (int i = 0; i < count; ++i) slow_pixel(in, spots[i].x, spots[i].y, table[spots[i].weights], out + i * 3);
}

#if defined(__x86_64__)
// The four pixels of a row stand as b0 b1 g0 g1 r0 r1 - - | b2 b3 g2 g3 r2 r3 - -, so that one multiply-add makes the
// sums of all channels.
__attribute__((target("avx2"))) void quick_row(const ImageU8& in, const Spot* spots, int count, std::uint8_t* out) {
  const auto& table = weight_table();
  const __m128i spread = _mm_setr_epi8(0, 3, 1, 4, 2, 5, -1, -1, 6, 9, 7, 10, 8, 11, -1, -1);
  const __m256i repeat = _mm256_setr_epi8(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, -1, -1, -1, -1,  //
                                          4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, -1, -1, -1, -1);
  const std::ptrdiff_t stride = std::ptrdiff_t{3} * in.width;
  const auto* end = in.data.data() + in.data.size();
  for (int i = 0; i < count; ++i, out += 3) {
    const Spot& spot = spots[i];
    const Weights& weights = table[spot.weights];
    const auto* p = in.data.data() + spot.y * stride + spot.x * 3;
    const bool inside =
        spot.x >= 0 && spot.y >= 0 && spot.x + 4 <= in.width && spot.y + 4 <= in.height && p + 3 * stride + 16 <= end;
    if (!inside) {
      slow_pixel(in, spot.x, spot.y, weights, out);
      continue;
    }
    __m256i sum = _mm256_set1_epi32(0);
    for (int j = 0; j < 4; ++j) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + j * stride));
      const __m256i pixels = _mm256_cvtepu8_epi16(_mm_shuffle_epi8(bytes, spread));
      std::int64_t four;
      __builtin_memcpy(&four, weights.data() + j * 4, 8);
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pixels, _mm256_shuffle_epi8(_mm256_set1_epi64x(four), repeat)));
    }
    __m128i both = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    both = _mm_srai_epi32(_mm_add_epi32(both, _mm_set1_epi32(1 << (weight_bits - 1))), weight_bits);
    both = _mm_packus_epi16(_mm_packs_epi32(both, both), both);
    const auto bgr = static_cast<std::uint32_t>(_mm_cvtsi128_si32(both));
    out[0] = static_cast<std::uint8_t>(bgr);
    out[1] = static_cast<std::uint8_t>(bgr >> 8);
    out[2] = static_cast<std::uint8_t>(bgr >> 16);
  }
}
const auto warp_row = __builtin_cpu_supports("avx2") ? quick_row : plain_row;
#else
const auto warp_row = plain_row;
#endif

using FloatWeights = std::array<float, 16>;  // by row

const std::vector<FloatWeights>& float_table() {
  static const std::vector<FloatWeights> table = [] {
    std::vector<FloatWeights> all;
    for (int y = 0; y < positions; ++y) {
      const auto down = cubic(static_cast<float>(y) / positions);
      for (int x = 0; x < positions; ++x) {
        const auto across = cubic(static_cast<float>(x) / positions);
        FloatWeights w;
        for (std::size_t k = 0; k < w.size(); ++k) w[k] = down[k / 4] * across[k % 4];
        all.push_back(w);
      }
    }
    return all;
  }();
  return table;
}

bool is_inside(const ImageF& in, const Spot& spot) {
  return spot.x >= 0 && spot.y >= 0 && spot.x + 4 <= in.width && spot.y + 4 <= in.height;
}

// Any pixel, also partly or wholly outside; in OpenCV's order of additions, which is another one there.
void slow_pixel(const ImageF& in, const Spot& spot, const FloatWeights& w, float* out) {
  if (is_inside(in, spot)) {
    for (int c = 0; c < in.channels; ++c) {
      const auto row = [&](int j) {
        const float* p = in.row(spot.y + j) + spot.x * in.channels + c;
        const float* v = w.data() + 4 * j;
        return p[0] * v[0] + p[in.channels] * v[1] + p[2 * in.channels] * v[2] + p[3 * in.channels] * v[3];
      };
      out[c] = row(0) + row(1) + row(2) + row(3);
    }
    return;
  }
  for (int c = 0; c < in.channels; ++c) {
    float sum = 0;
    for (int j = 0; j < 4; ++j) {
      const int y = spot.y + j;
      if (y < 0 || y >= in.height) continue;
      for (int i = 0; i < 4; ++i) {
        const int x = spot.x + i;
        if (x >= 0 && x < in.width) sum += in.row(y)[x * in.channels + c] * w[static_cast<std::size_t>(j * 4 + i)];
      }
    }
    out[c] = sum;
  }
}

// Four floats as the compiler's own vector, so that no instruction set need be named.
using Four = float __attribute__((vector_size(16)));
Four four_at(const float* p) {
  Four v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

void float_row(const ImageF& in, const Spot* spots, int count, float* out) {
  const auto& table = float_table();
  const std::ptrdiff_t channels = in.channels, stride = channels * in.width;
  const auto* end = in.data.data() + in.data.size();
  for (int i = 0; i < count; ++i, out += channels) {
    const Spot& spot = spots[i];
    const FloatWeights& w = table[spot.weights];
    const float* p = in.data.data() + spot.y * stride + spot.x * channels;
    // The last pixel of the last row is read with what follows it.
    if (!is_inside(in, spot) || p + 3 * stride + 3 * channels + 4 > end) {
      slow_pixel(in, spot, w, out);
      continue;
    }
    const auto row = [&](std::size_t j) {
      const float* q = p + static_cast<std::ptrdiff_t>(j) * stride;
      const float* v = w.data() + 4 * j;
      return four_at(q) * v[0] + four_at(q + channels) * v[1] + four_at(q + 2 * channels) * v[2] +
             four_at(q + 3 * channels) * v[3];
    };
    const Four sum = row(0) + row(1) + row(2) + row(3);
    __builtin_memcpy(out, &sum, static_cast<std::size_t>(channels) * sizeof(float));
  }
}

// Calls row(y, spots): where the 4 x 4 input pixels of each pixel of a row of the output lie.
template <class Row>
void for_each_row(const Affine& in_from_out, int width, int height, const Row& row) {
  const auto& m = in_from_out.m;
  constexpr double unit = 1 << map_bits;
  constexpr int half = (1 << map_bits) / positions / 2;
  std::vector<int> across(static_cast<std::size_t>(width)), down(static_cast<std::size_t>(width));
  for (int x = 0; x < width; ++x) {
    across[static_cast<std::size_t>(x)] = to_int(m[0] * x * unit);
    down[static_cast<std::size_t>(x)] = to_int(m[3] * x * unit);
  }
  std::vector<Spot> spots(static_cast<std::size_t>(width));
  for (int y = 0; y < height; ++y) {
    const int x0 = to_int((m[1] * y + m[2]) * unit) + half, y0 = to_int((m[4] * y + m[5]) * unit) + half;
    for (std::size_t x = 0; x < spots.size(); ++x) {
      const int at_x = (x0 + across[x]) >> keep_bits, at_y = (y0 + down[x]) >> keep_bits;
      constexpr int mask = positions - 1;
      spots[x] = {std::clamp(at_x >> 5, -32768, 32767) - 1, std::clamp(at_y >> 5, -32768, 32767) - 1,
                  static_cast<std::uint32_t>((at_y & mask) * positions + (at_x & mask))};
    }
    row(y, spots.data());
  }
}

}  // namespace

ImageU8 cubic_warp_bgr(const ImageU8& image, const Affine& in_from_out, int width, int height) {
  ImageU8 out(width, height, 3);
  for_each_row(in_from_out, width, height,
               [&](int y, const Spot* spots) { warp_row(image, spots, width, out.row(y)); });
  return out;
}

ImageF cubic_warp_float(const ImageF& image, const Affine& in_from_out, int width, int height) {
  ImageF out(width, height, image.channels);
  for_each_row(in_from_out, width, height,
               [&](int y, const Spot* spots) { float_row(image, spots, width, out.row(y)); });
  return out;
}

}  // namespace understudy
