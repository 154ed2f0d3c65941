// SPDX-License-Identifier: Apache-2.0
// Plain loops that the compiler turns into vector code for each instruction set (compiled with -fno-math-errno).
#include "lib/training/optimizer_kernels.hpp"

#include <bit>
#include <cmath>

#include "lib/base/vector_clones.hpp"
#include "lib/tensor/parallel.hpp"

namespace understudy {
namespace {

inline float widened(std::uint16_t bf16) { return std::bit_cast<float>(static_cast<std::uint32_t>(bf16) << 16); }
inline std::uint16_t narrowed(float f) {  // round to nearest, ties to even
  const auto bits = std::bit_cast<std::uint32_t>(f);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
inline float widened(float f) { return f; }

// A 32-bit mixing function (Wellons' lowbias32): one value per index, no state, the same on any number of threads.
inline std::uint32_t hashed(std::uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}
inline float kept(const UpdateRule& rule, std::uint32_t index) {
  return hashed(index * 0x9e3779b9u + rule.key) <= rule.keep_below ? 1.0f : 0.0f;
}

template <class G>
inline __attribute__((always_inline)) void adabelief(const UpdateRule& r, float* __restrict w, const G* __restrict g,
                                                     float* __restrict m, float* __restrict v, std::int64_t begin,
                                                     std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i) {
    const float gradient = widened(g[i]) * r.gradient_scale;
    const float mean = r.beta1 * m[i] + r.fresh1 * gradient;
    const float surprise = gradient - mean;
    const float variance = r.beta2 * v[i] + r.fresh2 * surprise * surprise;
    m[i] = mean;
    v[i] = variance;
    w[i] -= kept(r, static_cast<std::uint32_t>(i)) * r.lr * mean / (std::sqrt(variance) + r.epsilon);
  }
}

template <class G>
inline __attribute__((always_inline)) void rmsprop(const UpdateRule& r, float* __restrict w, const G* __restrict g,
                                                   float* __restrict a, std::int64_t begin, std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i) {
    const float gradient = widened(g[i]) * r.gradient_scale;
    const float mean_square = r.beta1 * a[i] + r.fresh1 * gradient * gradient;
    a[i] = mean_square;
    w[i] -= kept(r, static_cast<std::uint32_t>(i)) * r.lr * gradient / (std::sqrt(mean_square) + r.epsilon);
  }
}

US_VECTOR_CLONES void adabelief_f32(const UpdateRule& r, float* w, const float* g, float* m, float* v, std::int64_t b,
                                    std::int64_t e) {
  adabelief(r, w, g, m, v, b, e);
}
US_VECTOR_CLONES void adabelief_bf16(const UpdateRule& r, float* w, const std::uint16_t* g, float* m, float* v,
                                     std::int64_t b, std::int64_t e) {
  adabelief(r, w, g, m, v, b, e);
}
US_VECTOR_CLONES void rmsprop_f32(const UpdateRule& r, float* w, const float* g, float* a, std::int64_t b,
                                  std::int64_t e) {
  rmsprop(r, w, g, a, b, e);
}
US_VECTOR_CLONES void rmsprop_bf16(const UpdateRule& r, float* w, const std::uint16_t* g, float* a, std::int64_t b,
                                   std::int64_t e) {
  rmsprop(r, w, g, a, b, e);
}
US_VECTOR_CLONES void round_to_bf16(const float* __restrict w, std::uint16_t* __restrict out, std::int64_t b,
                                    std::int64_t e) {
  for (std::int64_t i = b; i < e; ++i) out[i] = narrowed(w[i]);
}

}  // namespace

void update_on_device(const UpdateRule& r, const Tensor& lr, const Tensor& scale, const UpdatedTensor& t) {
  Tensor g = t.gradient.to(torch::kFloat32);
  if (scale.defined()) g = g * scale;
  Tensor change;
  if (t.second.defined()) {
    t.first.mul_(r.beta1).add_(g, r.fresh1);
    const Tensor surprise = g - t.first;
    t.second.mul_(r.beta2).addcmul_(surprise, surprise, r.fresh2);
    change = t.first / (t.second.sqrt() + r.epsilon);
  } else {
    t.first.mul_(r.beta1).addcmul_(g, g, r.fresh1);
    change = g / (t.first.sqrt() + r.epsilon);
  }
  if (r.keep_below != 0xffffffffu) change = change * torch::empty_like(change).bernoulli_(r.keep_below / 4294967296.0);
  t.master.addcmul_(change, lr, -1);
  if (t.value.scalar_type() == torch::kBFloat16) t.value.copy_(t.master);
}

void update_tensor(const UpdateRule& rule, const UpdatedTensor& t) {
  const auto& [master, gradient, first, second, value] = t;
  const bool bf16 = gradient.scalar_type() == torch::kBFloat16;
  float* w = master.data_ptr<float>();
  float* a = first.data_ptr<float>();
  float* b = second.defined() ? second.data_ptr<float>() : nullptr;
  const float* g32 = bf16 ? nullptr : gradient.data_ptr<float>();
  const auto* g16 = bf16 ? reinterpret_cast<const std::uint16_t*>(gradient.data_ptr()) : nullptr;
  auto* v16 = value.scalar_type() == torch::kBFloat16 ? reinterpret_cast<std::uint16_t*>(value.data_ptr()) : nullptr;
  // In pieces that stay in the cache between the update and the rounding; a share is worth waking a thread.
  constexpr std::int64_t share = 1 << 15, piece = 1 << 12;
  const std::int64_t count = master.numel();
  parallel_items(static_cast<int>((count + share - 1) / share), [&](int item, int) {
    const std::int64_t end = std::min(count, (item + 1) * share);
    for (std::int64_t i = item * share; i < end; i += piece) {
      const std::int64_t stop = std::min(end, i + piece);
      if (b != nullptr)
        bf16 ? adabelief_bf16(rule, w, g16, a, b, i, stop) : adabelief_f32(rule, w, g32, a, b, i, stop);
      else
        bf16 ? rmsprop_bf16(rule, w, g16, a, i, stop) : rmsprop_f32(rule, w, g32, a, i, stop);
      if (v16 != nullptr) round_to_bf16(w, v16, i, stop);
    }
  });
}

}  // namespace understudy
