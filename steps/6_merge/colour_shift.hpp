// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "lib/image/image.hpp"

namespace understudy {

struct PlateColours;

// Adds the shift (blue, green, red, parts of the whole range) to what the mask covers, as far as it covers it, so that
// the pasted face's mean colour moves by just that. `mask` has one channel. For 8-bit, 16-bit and float pictures; the
// first two are rounded. `plate`: the colours that the picture is in, null for SDR; the shift is one of SDR.
template <class T>
void shift_colours(Image<T>& merged_bgr, const Image<T>& mask, const std::array<double, 3>& shift,
                   const PlateColours* plate = nullptr);

}  // namespace understudy
