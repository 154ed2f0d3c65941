// SPDX-License-Identifier: Apache-2.0
#include "lib/face/quick_landmarks.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

#include "lib/face/jpeg_segments.hpp"

namespace understudy {
namespace {

using Span = std::span<const std::uint8_t>;

// What follows the one key "landmarks" of a pickled dict; empty when there is none or more than one.
Span behind_key(Span pickle) {
  static constexpr std::string_view short_key("\x8c\x09landmarks", 11), long_key("X\x09\0\0\0landmarks", 14);
  const std::string_view text(reinterpret_cast<const char*>(pickle.data()), pickle.size());
  for (const auto key : {short_key, long_key}) {
    const auto at = text.find(key);
    if (at == text.npos) continue;
    if (text.find(key, at + 1) != text.npos) return {};
    return pickle.subspan(at + key.size());
  }
  return {};
}

// Bytes of an opcode that only builds lists or remembers them, with its argument; 0 for any other.
std::size_t structure_size(std::uint8_t code) {
  switch (code) {
    case ']':
    case '(':
    case 'e':
    case 'a':
    case 0x94:
      return 1;
    case 'q':
      return 2;
    case 'r':
      return 5;
    case 0x95:
      return 9;
    default:
      return 0;
  }
}

}  // namespace

std::optional<Landmarks68> quick_landmarks(Span jpeg) {
  const auto segments = jpeg_segments(jpeg);
  if (!segments) return std::nullopt;
  Span payload;
  for (const auto& segment : *segments) {
    if (segment.marker == metadata_marker)
      payload = jpeg.subspan(segment.payload, segment.offset + segment.size - segment.payload);
  }
  Landmarks68 landmarks;
  std::size_t lists = 0, numbers = 0;
  for (Span rest = behind_key(payload); !rest.empty() && numbers < 136;) {
    if (rest[0] == 'G') {
      // The outer list and one inner list for each point so far, or these are no pairs.
      if (rest.size() < 9 || lists != numbers / 2 + 2) return std::nullopt;
      std::uint64_t bits;
      std::memcpy(&bits, rest.data() + 1, 8);
      const auto value = std::bit_cast<double>(__builtin_bswap64(bits));
      if (!std::isfinite(value)) return std::nullopt;
      (numbers % 2 == 0 ? landmarks[numbers / 2].x : landmarks[numbers / 2].y) = value;
      ++numbers;
      rest = rest.subspan(9);
      continue;
    }
    const std::size_t size = structure_size(rest[0]);
    if (size == 0 || size > rest.size()) return std::nullopt;
    lists += rest[0] == ']';
    rest = rest.subspan(size);
  }
  if (numbers < 136) return std::nullopt;
  return landmarks;
}

}  // namespace understudy
