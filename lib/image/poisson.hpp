// SPDX-License-Identifier: Apache-2.0
// Gradients cloned in float, for plates of more than 8 bits.
#pragma once

#include <optional>

#include "lib/image/image.hpp"

namespace understudy {

// As poisson_clone() (lib/image/blend.hpp): the same equation, discretisation and box, solved to float's precision and
// without rounding on the way. BGR 0..1 and a mask of one channel, 0 outside, all of one size. Not clamped. Empty when
// the mask leaves nothing to clone into.
// `for_eight_bits`: half the time, and a hundredth of a code of 8 bits off.
std::optional<ImageF> poisson_clone_float(const ImageF& face_bgr, const ImageF& frame_bgr, const ImageU8& mask,
                                          bool for_eight_bits = false);

}  // namespace understudy
