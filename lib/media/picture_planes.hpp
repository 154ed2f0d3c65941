// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: 16-bit pictures into the planes of an encoder's frame, without swscale, which keeps 15 bits of
// a channel and gets alpha wrong by more than a code.
#pragma once

#include "lib/image/image.hpp"
#include "lib/media/ffmpeg.hpp"

namespace understudy::media {

// Whether fill_planes() knows the format: 8 or 10 bits in 4:2:0, 4:4:4 with or without alpha, or planes of RGB.
bool fills_planes(AVPixelFormat);

// `picture`: BGR, or BGRA with straight alpha, which is 1 where it has none; of the frame's size. The frame's buffers,
// format, colour space and range are set. Chroma of 4:2:0 lies at the left of its two columns, as H.264 and H.265 take
// it where nothing is said.
void fill_planes(const ImageU16& picture, AVFrame&);

}  // namespace understudy::media
