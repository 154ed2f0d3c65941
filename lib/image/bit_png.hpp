// SPDX-License-Identifier: Apache-2.0
// PNG of one bit a pixel: the smallest form of a mask that is yes or no, and one that every reader of PNG takes.
#pragma once

#include "lib/image/codec.hpp"

namespace understudy {

// One channel; anything but 0 is white. zlib's level 0..9. decode_image() gives 0 and 255 back.
Result<Bytes> encode_png_bits(const ImageU8& image, int level = 9);

}  // namespace understudy
