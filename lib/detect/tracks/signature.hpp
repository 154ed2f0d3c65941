// SPDX-License-Identifier: Apache-2.0
// A frame in 256 bytes, to see where one shot ends and the next begins.
#pragma once

#include <array>
#include <vector>

#include "lib/image/image.hpp"

namespace understudy {

// Mean brightness of 16 x 16 fields, from a sample of the pixels.
using Signature = std::array<std::uint8_t, 256>;
Signature signature_of(const ImageU8& frame_bgr);

// Mean change of the fields, 0..255. Above likely_cut a new shot is likely, shot_begins() knows more.
double change(const Signature& a, const Signature& b);
constexpr double likely_cut = 12;

// For each frame, whether a new shot begins with it; true for the first. A flash is no cut.
std::vector<bool> shot_begins(const std::vector<Signature>& frames);

}  // namespace understudy
