// SPDX-License-Identifier: Apache-2.0
// How a picture file says it is turned.
#pragma once

#include <cstdint>
#include <span>

namespace understudy {

// EXIF's orientation, 1..8, of a JPEG (APP1), PNG (eXIf), WebP (EXIF chunk) or TIFF file; 1 (upright) when the file
// does not tell or is damaged.
int exif_orientation(std::span<const std::uint8_t> file);

}  // namespace understudy
