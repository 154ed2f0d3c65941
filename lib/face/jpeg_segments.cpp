// SPDX-License-Identifier: Apache-2.0
#include "lib/face/jpeg_segments.hpp"

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

}  // namespace understudy
