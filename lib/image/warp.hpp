// SPDX-License-Identifier: Apache-2.0
// Resampling. Affine warps sample at integer pixel coordinates (pixel centres, no half-pixel shift); resize uses
// half-pixel centres: src = (dst + 0.5) * ratio - 0.5 (spec pipeline.md 0.2). Up to four channels; uint8 or float.
#pragma once

#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy {

enum class Interpolation { nearest, linear, cubic, lanczos4, area };  // area: resize only
enum class Border { constant, replicate };                            // constant is 0

// out_from_in takes input pixels to output pixels.
template <class T>
Image<T> warp(const Image<T>& image, const Affine& out_from_in, int width, int height, Interpolation,
              Border = Border::constant);
// The same with the map given from output to input, so that it need not be inverted.
template <class T>
Image<T> warp_inverse(const Image<T>& image, const Affine& in_from_out, int width, int height, Interpolation,
                      Border = Border::constant);
// Where the map shrinks, what the output cannot show is first filtered away (Lanczos, behind averaging by whole factors
// where it shrinks more than four times), so fine detail does not alias (spec pipeline.md W1); the warp itself is
// cubic.
template <class T>
Image<T> warp_antialiased(const Image<T>& image, const Affine& out_from_in, int width, int height,
                          Border = Border::constant);
// warp() without OpenCV's rounding of positions to 1/32 px: about three times slower. linear, cubic and lanczos4.
template <class T>
Image<T> warp_exact(const Image<T>& image, const Affine& out_from_in, int width, int height, Interpolation,
                    Border = Border::constant);
// out(x, y) = image(map_x(x, y), map_y(x, y)); the maps have one channel.
template <class T>
Image<T> remap(const Image<T>& image, const ImageF& map_x, const ImageF& map_y, Interpolation,
               Border = Border::constant);
template <class T>
Image<T> resize(const Image<T>& image, int width, int height, Interpolation);
// The warp of a corner-to-corner rotation by 90, 180 or 270 degrees clockwise.
template <class T>
Image<T> rotate_quarters(const Image<T>& image, int quarters_clockwise);

}  // namespace understudy
