// SPDX-License-Identifier: Apache-2.0
// libpng reports errors by longjmp. The functions that call setjmp hold only trivial locals; everything with a
// destructor lives in their callers.
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <string>
#include <type_traits>

#include "lib/image/bit_png.hpp"
#include "lib/image/codec_parts.hpp"

namespace understudy {
namespace {

struct Message {
  char text[160] = {};
};

void on_error(png_structp png, png_const_charp text) {
  auto* message = static_cast<Message*>(png_get_error_ptr(png));
  std::strncpy(message->text, text, sizeof message->text - 1);
  png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

struct Source {
  std::span<const std::uint8_t> rest;
};

void read_from(png_structp png, png_bytep to, std::size_t size) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (size > source->rest.size()) png_error(png, "it is cut short");
  std::memcpy(to, source->rest.data(), size);
  source->rest = source->rest.subspan(size);
}

template <class T>
bool read_header(png_structp png, png_infop info, Source& source, Image<T>& image) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_read_fn(png, &source, read_from);
  png_set_user_limits(png, max_image_side, max_image_side);
  png_read_info(png, info);
  const auto colour = png_get_color_type(png, info);
  image.width = static_cast<int>(png_get_image_width(png, info));
  image.height = static_cast<int>(png_get_image_height(png, info));
  png_set_expand(png);
  if constexpr (sizeof(T) == 1) {
    png_set_scale_16(png);
  } else {
    png_set_expand_16(png);
    png_set_swap(png);
  }
  png_set_interlace_handling(png);
  if (colour & PNG_COLOR_MASK_COLOR) png_set_bgr(png);
  if (colour == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_gray_to_rgb(png);
  png_read_update_info(png, info);
  image.channels = png_get_channels(png, info);
  if (image.channels == 2) png_error(png, "grey with transparency is not read");
  return true;
}

bool read_rows(png_structp png, png_bytepp rows) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

template <class T>
Result<Image<T>> decode(std::span<const std::uint8_t> file, bool header_only) {
  Message message;
  Image<T> image;
  Source source{file};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &message, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  bool good = info && read_header(png, info, source, image);
  if (good && !header_only) {
    image.data.resize(static_cast<std::size_t>(image.width) * image.height * image.channels);
    std::vector<png_bytep> rows(static_cast<std::size_t>(image.height));
    for (int y = 0; y < image.height; ++y)
      rows[static_cast<std::size_t>(y)] = reinterpret_cast<png_bytep>(image.row(y));
    good = read_rows(png, rows.data());
  }
  png_destroy_read_struct(&png, &info, nullptr);
  if (!good) return fail(Code::bad_file, "the PNG is damaged ({})", message.text);
  return image;
}

void write_to(png_structp png, png_bytep from, std::size_t size) {
  auto* out = static_cast<Bytes*>(png_get_io_ptr(png));
  out->insert(out->end(), from, from + size);
}
void flush_nothing(png_structp) {}

struct Job {
  int width, height, channels, depth, level;
  png_textp text;  // or null
  png_bytepp rows;
};

bool write_all(png_structp png, png_infop info, const Job& job, Bytes& out) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_write_fn(png, &out, write_to, flush_nothing);
  png_set_compression_level(png, job.level);
  const int colour = job.channels == 1   ? PNG_COLOR_TYPE_GRAY
                     : job.channels == 3 ? PNG_COLOR_TYPE_RGB
                                         : PNG_COLOR_TYPE_RGBA;
  png_set_IHDR(png, info, static_cast<png_uint_32>(job.width), static_cast<png_uint_32>(job.height), job.depth, colour,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (job.level <= 2) png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);  // fast, and good for photographs
  if (job.text) png_set_text(png, info, job.text, 1);
  png_write_info(png, info);
  if (job.channels >= 3) png_set_bgr(png);
  if (job.depth == 16) png_set_swap(png);
  if (job.depth == 1) png_set_packing(png);
  png_write_image(png, job.rows);
  png_write_end(png, info);
  return true;
}

template <class T>
Result<Bytes> encode(const Image<T>& image, const PngOptions& options, int depth = int{sizeof(T)} * 8) {
  check(image.channels == 1 || image.channels == 3 || image.channels == 4, "a grey or colour image");
  Message message;
  Bytes out;
  std::vector<png_bytep> rows(static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    rows[static_cast<std::size_t>(y)] = reinterpret_cast<png_bytep>(const_cast<T*>(image.row(y)));
  }
  std::string key = "XML:com.adobe.xmp", packet(options.xmp);
  png_text text{};
  text.compression = PNG_ITXT_COMPRESSION_NONE;
  text.key = key.data();
  text.text = packet.data();
  text.itxt_length = packet.size();
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &message, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  const Job job{image.width, image.height, image.channels, depth, options.level, packet.empty() ? nullptr : &text,
                rows.data()};
  const bool good = info && write_all(png, info, job, out);
  png_destroy_write_struct(&png, &info);
  if (!good) return fail(Code::external, "the PNG cannot be written ({})", message.text);
  return out;
}

}  // namespace

Result<ImageU8> decode_png8(std::span<const std::uint8_t> file, bool header_only) {
  return decode<std::uint8_t>(file, header_only);
}
Result<ImageU16> decode_png16(std::span<const std::uint8_t> file) { return decode<std::uint16_t>(file, false); }
Result<Bytes> encode_png_bits(const ImageU8& image, int level) {
  check(image.channels == 1, "a grey image");
  return encode(image, {.level = level}, 1);
}

Result<Bytes> encode_png(const ImageU8& image, const PngOptions& options) { return encode(image, options); }
Result<Bytes> encode_png(const ImageU16& image, const PngOptions& options) { return encode(image, options); }

}  // namespace understudy
