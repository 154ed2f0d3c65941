// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/mask_view.hpp"

namespace understudy {

// I M + (0.5 I + 0.5 green) (1 - M).
ImageF overlaid(const ImageF& bgr, const ImageF& mask) {
  ImageF out = bgr;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    const float rest = 0.5f * (1 - mask.data[i]);
    for (std::size_t c = 0; c < 3; ++c) out.data[3 * i + c] = bgr.data[3 * i + c] * (1 - rest) + (c == 1 ? rest : 0.0f);
  }
  return out;
}

Tensor iou_of_each(const Tensor& predicted, const Tensor& wanted) {
  const Tensor p = predicted >= 0.5, w = wanted >= 0.5;
  const Tensor both = (p & w).sum({1, 2, 3}).to(torch::kFloat64), either = (p | w).sum({1, 2, 3}).to(torch::kFloat64);
  return torch::where(either > 0, both / either.clamp_min(1), torch::ones_like(both));
}

}  // namespace understudy
