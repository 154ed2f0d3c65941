// SPDX-License-Identifier: Apache-2.0
#include "lib/media/wholeness.hpp"

#include <bit>
#include <string_view>

namespace understudy::media {
namespace {

constexpr int most_parts = 100000;  // of a file, at its outermost

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}
std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (auto c = bytes.rbegin(); c != bytes.rend(); ++c) value = value << 8 | static_cast<std::uint8_t>(*c);
  return value;
}

struct Part {
  std::uint64_t head = 0, size = 0;  // bytes; size includes the head
  bool told = false;                 // false: it goes to the end of the file
};

// One that begins with `bytes`; a head of 0 when it is none.
using ReadPart = Part (*)(std::string_view bytes);

// ISO/IEC 14496-12 4.2.
Part mp4_box(std::string_view bytes) {
  if (bytes.size() < 16) return {};
  const auto size = big_endian(bytes.substr(0, 4));
  if (size == 1) return {16, big_endian(bytes.substr(8, 8)), true};
  return {8, size, size != 0};
}

Part riff_chunk(std::string_view bytes) {
  if (bytes.size() < 12 || !bytes.starts_with("RIFF")) return {};
  const auto size = little_endian(bytes.substr(4, 4));
  // Recorders write the size when they end.
  const bool told = size != 0 && size != 0xffffffff;
  return {8, 8 + size + size % 2, told};
}

// Length in bytes of an EBML number, by the zero bits that it begins with (RFC 8794 4); 0 for none.
std::size_t ebml_length(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto zeros = static_cast<std::size_t>(std::countl_zero(static_cast<std::uint8_t>(bytes[0])));
  return zeros < 8 && bytes.size() > zeros ? zeros + 1 : 0;
}

Part ebml_element(std::string_view bytes) {
  const std::size_t id = ebml_length(bytes);
  const std::size_t length = id > 0 ? ebml_length(bytes.substr(id)) : 0;
  if (length == 0) return {};
  const std::uint64_t mask = (std::uint64_t{1} << 7 * length) - 1;
  const auto size = big_endian(bytes.substr(id, length)) & mask;
  return {id + length, id + length + size, size != mask};
}

std::uint64_t end_of_parts(const fs::path& path, std::uint64_t file_size, ReadPart read) {
  std::uint64_t at = 0;
  for (int i = 0; i < most_parts && at < file_size; ++i) {
    const auto bytes = read_range(path, at, 16);
    if (!bytes) return file_size;
    const Part part = read({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    // What follows that is no such part is of no concern.
    if (part.head == 0 || !part.told || part.size < part.head) return file_size;
    if (part.size > ~std::uint64_t{0} - at) return file_size;
    at += part.size;
  }
  return at;
}

}  // namespace

std::uint64_t announced_size(const fs::path& path) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  const auto head = error ? Result<Bytes>() : read_range(path, 0, 16);
  if (error || !head || head->size() < 16) return size;
  const std::string_view text(reinterpret_cast<const char*>(head->data()), head->size());
  ReadPart read = nullptr;
  if (text.starts_with("\x1a\x45\xdf\xa3")) read = ebml_element;
  if (text.starts_with("RIFF") && text.substr(8, 3) == "AVI") read = riff_chunk;
  if (text.substr(4, 4) == "ftyp") read = mp4_box;
  return read ? std::max(size, end_of_parts(path, size, read)) : size;
}

}  // namespace understudy::media
