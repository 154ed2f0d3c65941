// SPDX-License-Identifier: Apache-2.0
// libjpeg reports errors by longjmp. The functions that call setjmp hold only trivial locals; everything with a
// destructor lives in their callers.
#include <csetjmp>
#include <cstdio>
// jpeglib.h needs cstdio first.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <cstdlib>

#include "lib/image/codec_parts.hpp"
#include "lib/image/small_jpeg.hpp"

namespace understudy {
namespace {

struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

void on_error(j_common_ptr codec) {
  auto* manager = reinterpret_cast<ErrorManager*>(codec->err);
  codec->err->format_message(codec, manager->message);
  std::longjmp(manager->jump, 1);
}

// Warnings that mean missing or wrong pixels end the decoding; the others (odd markers) do not.
void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  const int code = codec->err->msg_code;
  if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
      code == JWRN_BOGUS_PROGRESSION) {
    on_error(codec);
  }
}

jpeg_error_mgr* set_up(ErrorManager& manager) {
  jpeg_std_error(&manager.base);
  manager.base.error_exit = on_error;
  manager.base.emit_message = on_message;
  manager.message[0] = 0;
  return &manager.base;
}

// Fills image; its pixel vector is allocated between the header and the scan.
bool decode(std::span<const std::uint8_t> file, ImageU8& image, jpeg_decompress_struct& codec, ErrorManager& manager,
            bool header_only, int longer_side = 0) {
  if (setjmp(manager.jump)) return false;
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, file.data(), file.size());
  jpeg_read_header(&codec, TRUE);
  image.width = static_cast<int>(codec.image_width);
  image.height = static_cast<int>(codec.image_height);
  if (image.width > max_image_side || image.height > max_image_side) {
    std::snprintf(manager.message, sizeof manager.message, "%d x %d pixels are too many", image.width, image.height);
    return false;
  }
  if (header_only) return true;
  const bool grey = codec.jpeg_color_space == JCS_GRAYSCALE;
  const bool ink = codec.jpeg_color_space == JCS_CMYK || codec.jpeg_color_space == JCS_YCCK;
  codec.out_color_space = grey ? JCS_GRAYSCALE : ink ? JCS_CMYK : JCS_EXT_BGR;
  image.channels = grey ? 1 : ink ? 4 : 3;
  if (longer_side > 0) {
    codec.scale_num = 1, codec.scale_denom = 1;
    while (codec.scale_denom < 8 &&
           std::max(image.width, image.height) / static_cast<int>(2 * codec.scale_denom) >= longer_side)
      codec.scale_denom *= 2;
  }
  jpeg_start_decompress(&codec);
  image.width = static_cast<int>(codec.output_width);
  image.height = static_cast<int>(codec.output_height);
  image.data.resize(static_cast<std::size_t>(image.width) * image.height * image.channels);
  while (codec.output_scanline < codec.output_height) {
    JSAMPROW row = image.row(static_cast<int>(codec.output_scanline));
    jpeg_read_scanlines(&codec, &row, 1);
  }
  jpeg_finish_decompress(&codec);
  return true;
}

// Adobe's CMYK is stored inverted, so the channels are already "amount of light".
ImageU8 from_ink(const ImageU8& cmyk) {
  ImageU8 out(cmyk.width, cmyk.height, 3);
  const std::size_t pixels = static_cast<std::size_t>(cmyk.width) * cmyk.height;
  for (std::size_t i = 0; i < pixels; ++i) {
    const auto* from = cmyk.data.data() + 4 * i;
    for (int c = 0; c < 3; ++c) out.data[3 * i + c] = static_cast<std::uint8_t>(from[2 - c] * from[3] / 255);
  }
  return out;
}

struct Output {
  unsigned char* data = nullptr;
  unsigned long size = 0;
  ~Output() { std::free(data); }
};

bool encode(const ImageU8& image, const JpegOptions& options, Output& output, jpeg_compress_struct& codec,
            ErrorManager& manager) {
  static constexpr char xmp_name[] = "http://ns.adobe.com/xap/1.0/";
  if (setjmp(manager.jump)) return false;
  jpeg_create_compress(&codec);
  jpeg_mem_dest(&codec, &output.data, &output.size);
  codec.image_width = static_cast<JDIMENSION>(image.width);
  codec.image_height = static_cast<JDIMENSION>(image.height);
  codec.input_components = image.channels;
  codec.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : image.channels == 3 ? JCS_EXT_BGR : JCS_EXT_BGRX;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, options.quality, TRUE);
  if (image.channels != 1 && options.chroma == Chroma::full) {
    codec.comp_info[0].h_samp_factor = 1;
    codec.comp_info[0].v_samp_factor = 1;
  }
  jpeg_start_compress(&codec, TRUE);
  if (!options.xmp.empty()) {
    jpeg_write_m_header(&codec, JPEG_APP0 + 1, static_cast<unsigned>(sizeof xmp_name + options.xmp.size()));
    for (const char c : xmp_name) jpeg_write_m_byte(&codec, c);
    for (const char c : options.xmp) jpeg_write_m_byte(&codec, c);
  }
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(image.row(static_cast<int>(codec.next_scanline)));
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  return true;
}

}  // namespace

namespace {

Result<ImageU8> decoded(std::span<const std::uint8_t> file, bool header_only, int longer_side) {
  ImageU8 image;
  ErrorManager manager;
  jpeg_decompress_struct codec{};
  codec.err = set_up(manager);
  const bool good = decode(file, image, codec, manager, header_only, longer_side);
  jpeg_destroy_decompress(&codec);
  if (!good) return fail(Code::bad_file, "the JPEG is damaged ({})", manager.message);
  return image.channels == 4 ? from_ink(image) : std::move(image);
}

}  // namespace

Result<ImageU8> decode_jpeg(std::span<const std::uint8_t> file, bool header_only) {
  return decoded(file, header_only, 0);
}

Result<ImageU8> decode_small_jpeg(std::span<const std::uint8_t> file, int longer_side) {
  return decoded(file, false, longer_side);
}

Result<Bytes> encode_jpeg(const ImageU8& image, const JpegOptions& options) {
  check(image.channels == 1 || image.channels == 3 || image.channels == 4, "a grey or colour image");
  check(options.xmp.size() < 65000, "an XMP packet fits its segment");
  Output output;
  ErrorManager manager;
  jpeg_compress_struct codec{};
  codec.err = set_up(manager);
  const bool good = encode(image, options, output, codec, manager);
  jpeg_destroy_compress(&codec);
  if (!good) return fail(Code::external, "the JPEG cannot be written ({})", manager.message);
  return Bytes(output.data, output.data + output.size);
}

}  // namespace understudy
