// SPDX-License-Identifier: Apache-2.0
#include "lib/face/jpeg_segments.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace understudy {

Result<std::vector<JpegSegment>> jpeg_segments(std::span<const std::uint8_t> jpeg) {
  if (jpeg.size() < 2 || jpeg[0] != 0xff || jpeg[1] != 0xd8) return fail(Code::bad_file, "it is no JPEG");
  std::vector<JpegSegment> segments;
  std::size_t at = 2;
  while (true) {
    const std::size_t start = at;
    if (at >= jpeg.size()) return fail(Code::io, "the JPEG is cut short");
    if (jpeg[at] != 0xff) return fail(Code::bad_file, "the JPEG's segments are damaged");
    while (at < jpeg.size() && jpeg[at] == 0xff) ++at;  // fill bytes are allowed
    if (at + 3 > jpeg.size()) return fail(Code::io, "the JPEG is cut short");
    const std::uint8_t marker = jpeg[at++];
    if (marker == 0xd9) return fail(Code::bad_file, "the JPEG has no picture");
    const std::size_t length = static_cast<std::size_t>(jpeg[at]) << 8 | jpeg[at + 1];
    if (marker < 0xc0 || length < 2) return fail(Code::bad_file, "the JPEG's segments are damaged");
    if (length > jpeg.size() - at) return fail(Code::io, "the JPEG is cut short");
    segments.push_back({marker, start, at + length - start, at + 2});
    if (marker == scan_marker) return segments;
    at += length;
  }
}

namespace {

// Offset behind the first end marker in the picture's data, or 0.
std::size_t end_of_picture(std::span<const std::uint8_t> jpeg, const std::vector<JpegSegment>& segments) {
  constexpr std::array<std::uint8_t, 2> end = {0xff, 0xd9};
  const auto data = jpeg.subspan(segments.back().offset + segments.back().size);
  const auto at = std::ranges::search(data, end);
  return at.empty() ? 0 : static_cast<std::size_t>(&*at.begin() - jpeg.data()) + end.size();
}

}  // namespace

bool has_end(std::span<const std::uint8_t> jpeg, const std::vector<JpegSegment>& segments) {
  return end_of_picture(jpeg, segments) != 0;
}

std::string deepfacelab_objection(std::span<const std::uint8_t> jpeg) {
  constexpr std::uint8_t app0 = 0xe0, restart_interval = 0xdd;
  const auto segments = jpeg_segments(jpeg);
  if (!segments) return segments.error().message;
  for (const auto& segment : *segments) {
    const auto payload = jpeg.subspan(segment.payload, segment.offset + segment.size - segment.payload);
    const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
    if (segment.marker == app0 && !text.starts_with("JFIF")) return "its first application segment is not JFIF";
    if (segment.marker == restart_interval) return "it has restart markers";
    if (segment.payload - segment.offset != 4) return "it has fill bytes between segments";
  }
  const auto end = end_of_picture(jpeg, *segments);
  if (end == 0) return "it is cut short";
  return end == jpeg.size() ? "" : "something follows the picture's end";
}

}  // namespace understudy
