// SPDX-License-Identifier: Apache-2.0
// Between 8 bit and float, and between channel counts.
#pragma once

#include "lib/image/image.hpp"

namespace understudy {

ImageF to_float(const ImageU8& image);   // 0..255 -> 0..1
ImageF to_float(const ImageU16& image);  // 0..65535 -> 0..1; to_u16_rounded() gives every code back
// 0..1 -> 0..255, values outside are clamped. Truncating is what DeepFaceLab does (spec pipeline.md 7.4).
ImageU8 to_u8_rounded(const ImageF& image);
ImageU8 to_u8_truncated(const ImageF& image);
ImageU16 to_u16_rounded(const ImageF& image);  // 0..1 -> 0..65535, clamped

// Grey is replicated, surplus channels are dropped, as DeepFaceLab's tools do (spec pipeline.md 0.2).
template <class T>
Image<T> normalise_channels(Image<T> image, int channels);
template <class T>
Image<T> crop(const Image<T>& image, int x, int y, int width, int height);  // must lie inside
// Swaps left and right.
template <class T>
Image<T> flip_horizontal(const Image<T>& image);
ImageU8 to_grey(const ImageU8& image_bgr);  // BT.601 luma, one channel
void clamp_01(ImageF& image);

}  // namespace understudy
