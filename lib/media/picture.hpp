// SPDX-License-Identifier: Apache-2.0
// One picture file of any kind that can be read here, upright.
#pragma once

#include <optional>
#include <string_view>

#include "lib/image/image.hpp"
#include "lib/media/probe.hpp"

namespace understudy::media {

// BGR at 8 or 16 bits a channel. JPEG and PNG by lib/image (strictly: a damaged one is an error); TIFF, WebP, BMP, GIF
// (its first picture), AVIF and JPEG 2000 by FFmpeg. Turned as the file's EXIF orientation (AVIF: its own) asks.
// Thread-safe. Errors name the file.
template <class T>  // std::uint8_t or std::uint16_t
Result<Image<T>> read_picture(const fs::path&);

// PNGs that say so (a cICP chunk) are HDR or of BT.2020's colours: read_picture() gives them in SDR, as a video's
// frames. What such a file says, with the matrix of RGB; nothing where it says nothing.
struct PictureColours {
  ColourTags tags;
  double peak_nits = 0;  // 0: not told
};
std::optional<PictureColours> picture_colours(const fs::path&);
// At 16 bits in the colours that the file is encoded in.
Result<ImageU16> read_picture_as_encoded(const fs::path&);
// The same for one of several that are to be in the same colours, HDR or BT.2020's: one in SDR is brought into them.
// One in yet others is refused.
Result<ImageU16> read_picture_in(const fs::path&, const ColourTags& wanted);

// Bits of a channel: 8 for what cannot be told.
int picture_bits(const fs::path&);

// Whether a file is one still picture and not a clip: by its beginning, or by its name where that does not tell.
// Animated GIFs are clips.
bool is_picture_file(const fs::path&);

// Turns and mirrors as a display matrix asks.
template <class T>
Image<T> oriented(const Image<T>&, Orientation);

// How an AVIF is to be turned: quarter turns against the clock ('irot'), then a mirror ('imir'), as properties of the
// picture (ISO/IEC 23008-12 6.5.10 and 6.5.12). EXIF does not count there.
Orientation avif_orientation(std::string_view file);

}  // namespace understudy::media
