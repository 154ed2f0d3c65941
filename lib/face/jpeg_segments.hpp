// SPDX-License-Identifier: Apache-2.0
// Walks the header segments of a JPEG, for face_file.cpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/base/result.hpp"

namespace understudy {

struct JpegSegment {
  std::uint8_t marker = 0;  // 0xe0 for APP0
  std::size_t offset = 0;   // of the FF
  std::size_t size = 0;     // marker, length and payload
  std::size_t payload = 0;  // offset of the payload
};
constexpr std::uint8_t metadata_marker = 0xef;  // APP15
constexpr std::uint8_t scan_marker = 0xda;
constexpr std::size_t max_segment_payload = 65533;

// Every segment up to and with the start of the scan. Code::io when the bytes end before it (so that a caller who read
// only the beginning of a file can read on), Code::bad_file when it is no JPEG.
Result<std::vector<JpegSegment>> jpeg_segments(std::span<const std::uint8_t> jpeg);

// Whether the picture's data is followed by its end marker; a file that was cut short has none.
bool has_end(std::span<const std::uint8_t> jpeg, const std::vector<JpegSegment>&);
// Why DeepFaceLab's parser, stricter than the standard, refuses a JPEG (spec pipeline.md 3.1); empty when it takes it.
std::string deepfacelab_objection(std::span<const std::uint8_t> jpeg);

}  // namespace understudy
