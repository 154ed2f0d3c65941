// SPDX-License-Identifier: Apache-2.0
#include "lib/image/png_colour.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "lib/base/result.hpp"

namespace understudy {
namespace {

constexpr std::size_t signature_bytes = 8, chunk_frame_bytes = 12;  // length, name, checksum
constexpr std::size_t header_end = signature_bytes + chunk_frame_bytes + 13;

// The CRC that PNG's chunks have (annex D).
std::uint32_t crc_of(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (const auto byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
  }
  return ~crc;
}

std::uint32_t big_endian(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

void put_number(Bytes& bytes, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}
void put_chunk(Bytes& into, const char* name, const Bytes& body) {
  put_number(into, static_cast<std::uint32_t>(body.size()));
  const std::size_t begin = into.size();
  for (int i = 0; i < 4; ++i) into.push_back(static_cast<std::uint8_t>(name[i]));
  into.insert(into.end(), body.begin(), body.end());
  put_number(into, crc_of(std::span(into).subspan(begin)));
}

constexpr double light_step = 0.0001;  // nits, of cLLI

}  // namespace

Bytes with_colours(const Bytes& png, PngColour colour) {
  check(png.size() > header_end && std::memcmp(png.data() + 12, "IHDR", 4) == 0, "a PNG");
  Bytes chunks;
  put_chunk(chunks, "cICP",
            {static_cast<std::uint8_t>(colour.primaries), static_cast<std::uint8_t>(colour.transfer), 0, 1});
  if (colour.peak_nits > 0) {
    Bytes light;
    put_number(light, static_cast<std::uint32_t>(std::min(colour.peak_nits, 10000.0) / light_step + 0.5));
    put_number(light, 0);  // the brightest frame's mean is not known
    put_chunk(chunks, "cLLI", light);
  }
  Bytes out = png;
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(header_end), chunks.begin(), chunks.end());
  return out;
}

std::optional<PngColour> colours_of_png(std::span<const std::uint8_t> png) {
  static constexpr std::array<std::uint8_t, signature_bytes> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  if (png.size() < signature.size() || std::memcmp(png.data(), signature.data(), signature.size()) != 0) return {};
  png = png.subspan(signature.size());
  std::optional<PngColour> found;
  double peak = 0;
  while (png.size() >= chunk_frame_bytes) {
    const std::size_t length = big_endian(png.data());
    const auto named = [&](const char* name) { return std::memcmp(png.data() + 4, name, 4) == 0; };
    if (named("IDAT") || png.size() - chunk_frame_bytes < length) break;
    const auto* values = png.data() + 8;
    const auto whole = [&] { return big_endian(values + length) == crc_of(png.subspan(4, 4 + length)); };
    if (named("cICP") && length == 4 && whole() && values[2] == 0 && values[3] == 1)
      found = PngColour{values[0], values[1], 0};
    if (named("cLLI") && length == 8 && whole()) peak = big_endian(values) * light_step;
    png = png.subspan(chunk_frame_bytes + length);
  }
  if (found) found->peak_nits = peak;
  return found;
}

}  // namespace understudy
