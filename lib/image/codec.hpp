// SPDX-License-Identifier: Apache-2.0
// JPEG and PNG, without OpenCV's codecs. Sides are limited to 32766 px and decoding is strict: a damaged or cut-off
// file is an error, not a half-grey picture.
#pragma once

#include <span>
#include <string_view>

#include "lib/base/files.hpp"
#include "lib/base/result.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// The file's own channel count: 1 grey, 3 BGR, 4 BGRA. 16-bit PNGs are rounded to 8.
Result<ImageU8> read_image(const fs::path&);
Result<ImageU8> decode_image(std::span<const std::uint8_t> file);
// A PNG at 16 bits; an 8-bit one is widened (x * 257).
Result<ImageU16> read_png16(const fs::path&);

struct ImageSize {
  int width = 0, height = 0;
};
// From the header only.
Result<ImageSize> image_size(std::span<const std::uint8_t> file);

// An XMP packet that declares the IPTC digital source type compositeWithTrainedAlgorithmicMedia: every picture that
// contains a generated face carries it.
extern const std::string_view composite_marking_xmp;

enum class Chroma { half, full };  // 4:2:0 or 4:4:4
struct JpegOptions {
  int quality = 95;  // 1..100
  Chroma chroma = Chroma::half;
  std::string_view xmp = {};  // written as an APP1 segment when not empty
};
Result<Bytes> encode_jpeg(const ImageU8& image, const JpegOptions& = {});

struct PngOptions {
  int level = 1;              // zlib's 0..9
  std::string_view xmp = {};  // written as iTXt XML:com.adobe.xmp when not empty
};
Result<Bytes> encode_png(const ImageU8& image, const PngOptions& = {});
Result<Bytes> encode_png(const ImageU16& image, const PngOptions& = {});

// By the suffix: .jpg, .jpeg or .png. All or nothing.
Result<> write_image(const fs::path&, const ImageU8& image, int jpeg_quality = 95, std::string_view xmp = {});

}  // namespace understudy
