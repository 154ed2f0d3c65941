// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/colour_shift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace understudy {

template <class T>
void shift_colours(Image<T>& merged, const Image<T>& mask, const std::array<double, 3>& shift) {
  if (shift == std::array<double, 3>{}) return;
  constexpr bool whole = std::numeric_limits<T>::is_integer;
  const double range = whole ? static_cast<double>(std::numeric_limits<T>::max()) : 1;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    const double cover = mask.data[i];  // in parts of `range`, as the result is
    if (cover <= 0) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      const double value = std::clamp(merged.data[3 * i + c] + cover * shift[c], 0.0, range);
      merged.data[3 * i + c] = static_cast<T>(whole ? std::round(value) : value);
    }
  }
}

template void shift_colours(ImageU8&, const ImageU8&, const std::array<double, 3>&);
template void shift_colours(ImageU16&, const ImageU16&, const std::array<double, 3>&);
template void shift_colours(ImageF&, const ImageF&, const std::array<double, 3>&);

}  // namespace understudy
