// SPDX-License-Identifier: Apache-2.0
// Inner header of warp.cpp: cubic warps, to the bit what OpenCV's generic code makes (positions in 1/32 px) and faster:
// of 8-bit BGR pictures (weights in 1/32768) three times where the processor has AVX2, of float ones with three or four
// channels nearly twice.
#pragma once

#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// in_from_out takes output pixels to input pixels; outside lies black. Three channels.
ImageU8 cubic_warp_bgr(const ImageU8& image, const Affine& in_from_out, int width, int height);
// Three or four channels.
ImageF cubic_warp_float(const ImageF& image, const Affine& in_from_out, int width, int height);

}  // namespace understudy
