// SPDX-License-Identifier: Apache-2.0
#include "lib/image/exif.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace understudy {
namespace {

using Span = std::span<const std::uint8_t>;

bool begins_with(Span bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::equal(text.begin(), text.end(), bytes.begin(), [](char a, std::uint8_t b) {
           return static_cast<std::uint8_t>(a) == b;
         });
}

// A part of the bytes that never reaches past their end.
Span part(Span bytes, std::size_t from, std::size_t size = SIZE_MAX) {
  from = std::min(from, bytes.size());
  return bytes.subspan(from, std::min(size, bytes.size() - from));
}

// 0 for what lies past the end.
std::uint32_t number(Span bytes, std::size_t at, std::size_t size, bool big_endian) {
  const Span digits = part(bytes, at, size);
  if (digits.size() < size) return 0;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= static_cast<std::uint32_t>(digits[i]) << 8 * (big_endian ? size - 1 - i : i);
  return value;
}

bool is_tiff(Span bytes) {
  return begins_with(bytes, std::string_view("II*\0", 4)) || begins_with(bytes, std::string_view("MM\0*", 4));
}

int orientation_of_tiff(Span tiff) {
  if (!is_tiff(tiff)) return 1;
  constexpr std::uint32_t orientation = 0x0112, most_entries = 1000;
  const bool big = tiff[0] == 'M';
  const std::size_t directory = number(tiff, 4, 4, big);
  const std::uint32_t entries = std::min(number(tiff, directory, 2, big), most_entries);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + std::size_t{12} * i;
    if (number(tiff, entry, 2, big) != orientation) continue;
    const auto value = number(tiff, entry + 8, 2, big);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

// The block may begin with the name that JPEG puts before it.
int orientation_of_exif(Span exif) {
  constexpr std::string_view name("Exif\0\0", 6);
  return orientation_of_tiff(begins_with(exif, name) ? part(exif, name.size()) : exif);
}

int orientation_of_jpeg(Span file) {
  constexpr std::uint8_t app1 = 0xe1, start_of_scan = 0xda, end_of_image = 0xd9;
  std::size_t at = 2;
  while (at + 4 <= file.size() && file[at] == 0xff) {
    const std::uint8_t marker = file[at + 1];
    if (marker == 0xff) {  // fill
      ++at;
      continue;
    }
    if (marker == start_of_scan || marker == end_of_image) break;
    const std::size_t size = number(file, at + 2, 2, true);
    const Span payload = part(file, at + 4, size < 2 ? 0 : size - 2);
    if (marker == app1 && begins_with(payload, "Exif")) return orientation_of_exif(payload);
    at += 2 + std::max<std::size_t>(size, 2);
  }
  return 1;
}

// PNG: length, name, content, checksum. RIFF: name, length, content, padded to even.
int orientation_of_png(Span file) {
  for (std::size_t at = 8; at + 12 <= file.size();) {
    const std::size_t size = number(file, at, 4, true);
    if (begins_with(part(file, at + 4), "eXIf")) return orientation_of_exif(part(file, at + 8, size));
    at += 12 + size;
  }
  return 1;
}

int orientation_of_webp(Span file) {
  for (std::size_t at = 12; at + 8 <= file.size();) {
    const std::size_t size = number(file, at + 4, 4, false);
    if (begins_with(part(file, at), "EXIF")) return orientation_of_exif(part(file, at + 8, size));
    at += 8 + size + size % 2;
  }
  return 1;
}

}  // namespace

int exif_orientation(Span file) {
  if (begins_with(file, "\xff\xd8")) return orientation_of_jpeg(file);
  if (begins_with(file, "\x89PNG\r\n\x1a\n")) return orientation_of_png(file);
  if (begins_with(file, "RIFF") && begins_with(part(file, 8), "WEBP")) return orientation_of_webp(file);
  return orientation_of_tiff(file);
}

}  // namespace understudy
