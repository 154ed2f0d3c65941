// SPDX-License-Identifier: Apache-2.0
// Inner parts of codec.hpp.
#pragma once

#include "lib/image/codec.hpp"

namespace understudy {

constexpr int max_image_side = 32766;  // OpenCV's warps index with 16 bits

// With header_only the pixels stay empty.
Result<ImageU8> decode_jpeg(std::span<const std::uint8_t> file, bool header_only);
Result<ImageU8> decode_png8(std::span<const std::uint8_t> file, bool header_only);
Result<ImageU16> decode_png16(std::span<const std::uint8_t> file);

}  // namespace understudy
