// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/flow.hpp"
#include "lib/score/pictures.hpp"

namespace understudy::score {

double unexplained_change(const ImageU8& before, const ImageU8& now, const ImageF& matte) {
  // Half of what it covers at its densest: a young model's mask is thin everywhere.
  const float inside = 0.5f * std::max(*std::ranges::max_element(matte.data), 0.02f);
  // The eye sees boiling detail and pulsing light, hardly single grains.
  const auto seen = [](const ImageU8& image) { return gaussian_blur(to_float(image), 5, 1); };
  const ImageF flow = optical_flow(to_grey(now), to_grey(before));
  const ImageF a = seen_along(seen(before), flow), b = seen(now);
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < matte.data.size(); ++i) {
    if (matte.data[i] < inside) continue;
    for (std::size_t c = 0; c < 3; ++c) sum += std::abs(a.data[3 * i + c] - b.data[3 * i + c]);
    count += 3;
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace understudy::score
