// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/sample_row.hpp"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace understudy {
namespace {

void sample_pixel(const RowSamples& s, int i, int j, float* rgb) {
  const auto& m = s.image_from_crop.m;
  const int w = s.image_bgr.width, h = s.image_bgr.height;
  const auto x = static_cast<float>(m[0] * i + m[1] * j + m[2]);
  const auto y = static_cast<float>(m[3] * i + m[4] * j + m[5]);
  if (s.outside == Outside::black && (x < -1 || y < -1 || x > static_cast<float>(w) || y > static_cast<float>(h))) {
    rgb[0] = rgb[1] = rgb[2] = s.low;
    return;
  }
  const float cx = std::clamp(x, 0.f, static_cast<float>(w - 1)), cy = std::clamp(y, 0.f, static_cast<float>(h - 1));
  const int x0 = std::min(static_cast<int>(cx), std::max(0, w - 2)),
            y0 = std::min(static_cast<int>(cy), std::max(0, h - 2));
  const float fx = cx - static_cast<float>(x0), fy = cy - static_cast<float>(y0);
  const auto* a = s.image_bgr.row(y0) + x0 * 3;
  const auto* b = h > 1 ? a + static_cast<std::size_t>(w) * 3 : a;
  const int right = w > 1 ? 3 : 0;
  for (int c = 0; c < 3; ++c) {
    const float top = static_cast<float>(a[c]) + fx * static_cast<float>(a[c + right] - a[c]);
    const float bottom = static_cast<float>(b[c]) + fx * static_cast<float>(b[c + right] - b[c]);
    rgb[2 - c] = s.low + s.scale * (top + fy * (bottom - top));
  }
}

#if defined(__x86_64__)
#define US_AVX2 __attribute__((target("avx2")))

US_AVX2 __m256 coordinate(double along, double across, double constant, int i, int j) {
  const __m256d step = _mm256_set1_pd(along), rest = _mm256_set1_pd(across * j), last = _mm256_set1_pd(constant);
  auto four = [&](int first) US_AVX2 {
    const __m256d n = _mm256_add_pd(_mm256_set1_pd(first), _mm256_setr_pd(0, 1, 2, 3));
    return _mm256_cvtpd_ps(_mm256_add_pd(_mm256_add_pd(_mm256_mul_pd(step, n), rest), last));
  };
  return _mm256_set_m128(four(i + 4), four(i));
}

US_AVX2 __m256 channel(__m256i pixels, int shift) {
  return _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(pixels, shift), _mm256_set1_epi32(255)));
}

US_AVX2 __m256 between(__m256 a, __m256 b, __m256 part) {
  return _mm256_add_ps(a, _mm256_mul_ps(part, _mm256_sub_ps(b, a)));
}

// Eight samples; false when one of them lies where a gathered word would reach behind the picture.
US_AVX2 bool sample_eight(const RowSamples& s, int i, int j, float* rgb) {
  const auto& m = s.image_from_crop.m;
  const int w = s.image_bgr.width, h = s.image_bgr.height;
  const __m256 x = coordinate(m[0], m[1], m[2], i, j), y = coordinate(m[3], m[4], m[5], i, j);
  const __m256 zero = _mm256_setzero_ps(), one = _mm256_set1_ps(-1);
  const auto wide = static_cast<float>(w), high = static_cast<float>(h);
  const __m256 cx = _mm256_min_ps(_mm256_max_ps(x, zero), _mm256_set1_ps(wide - 1));
  const __m256 cy = _mm256_min_ps(_mm256_max_ps(y, zero), _mm256_set1_ps(high - 1));
  const __m256i x0 = _mm256_min_epi32(_mm256_cvttps_epi32(cx), _mm256_set1_epi32(w - 2));
  const __m256i y0 = _mm256_min_epi32(_mm256_cvttps_epi32(cy), _mm256_set1_epi32(h - 2));
  const __m256 fx = _mm256_sub_ps(cx, _mm256_cvtepi32_ps(x0)), fy = _mm256_sub_ps(cy, _mm256_cvtepi32_ps(y0));
  const __m256i at =
      _mm256_add_epi32(_mm256_mullo_epi32(y0, _mm256_set1_epi32(3 * w)), _mm256_mullo_epi32(x0, _mm256_set1_epi32(3)));
  // The last of the four words begins one row and one pixel further on.
  const __m256i last = _mm256_set1_epi32(3 * w * h - 4 - 3 * w - 3);
  if (_mm256_movemask_epi8(_mm256_cmpgt_epi32(at, last)) != 0) return false;
  const auto* base = reinterpret_cast<const int*>(s.image_bgr.data.data());
  const auto* below = reinterpret_cast<const int*>(s.image_bgr.data.data() + 3 * w);
  const __m256i next = _mm256_add_epi32(at, _mm256_set1_epi32(3));
  const __m256i a = _mm256_i32gather_epi32(base, at, 1), a_right = _mm256_i32gather_epi32(base, next, 1);
  const __m256i b = _mm256_i32gather_epi32(below, at, 1), b_right = _mm256_i32gather_epi32(below, next, 1);
  __m256 out = zero;
  if (s.outside == Outside::black) {
    out = _mm256_or_ps(_mm256_or_ps(_mm256_cmp_ps(x, one, _CMP_LT_OQ), _mm256_cmp_ps(y, one, _CMP_LT_OQ)),
                       _mm256_or_ps(_mm256_cmp_ps(x, _mm256_set1_ps(wide), _CMP_GT_OQ),
                                    _mm256_cmp_ps(y, _mm256_set1_ps(high), _CMP_GT_OQ)));
  }
  const __m256 low = _mm256_set1_ps(s.low), scale = _mm256_set1_ps(s.scale);
  for (int c = 0; c < 3; ++c) {
    const __m256 top = between(channel(a, 8 * c), channel(a_right, 8 * c), fx);
    const __m256 bottom = between(channel(b, 8 * c), channel(b_right, 8 * c), fx);
    const __m256 value = _mm256_add_ps(low, _mm256_mul_ps(scale, between(top, bottom, fy)));
    alignas(32) float eight[8];
    _mm256_store_ps(eight, _mm256_blendv_ps(value, low, out));
    for (int k = 0; k < 8; ++k) rgb[3 * k + 2 - c] = eight[k];
  }
  return true;
}
#endif

}  // namespace

void sample_row(const RowSamples& samples, int j, int size, float* rgb) {
  int i = 0;
#if defined(__x86_64__)
  static const bool quick = __builtin_cpu_supports("avx2");
  const auto& image = samples.image_bgr;
  if (quick && image.width > 1 && image.height > 1 && image.data.size() < (1u << 31)) {
    for (; i + 8 <= size; i += 8) {
      if (sample_eight(samples, i, j, rgb + 3 * i)) continue;
      for (int k = i; k < i + 8; ++k) sample_pixel(samples, k, j, rgb + 3 * k);
    }
  }
#endif
  for (; i < size; ++i) sample_pixel(samples, i, j, rgb + 3 * i);
}

}  // namespace understudy
