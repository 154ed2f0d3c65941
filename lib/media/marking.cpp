// SPDX-License-Identifier: Apache-2.0
#include "lib/media/marking.hpp"

#include <algorithm>
#include <array>
#include <fstream>

#include "lib/image/codec.hpp"

namespace understudy::media {
namespace {

// Adobe XMP specification part 3, ISO base media: uuid box of this type, holding the packet.
constexpr std::array<std::uint8_t, 16> xmp_uuid{0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
                                                0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};
constexpr std::string_view jpeg_xmp_head{"http://ns.adobe.com/xap/1.0/\0", 29};
constexpr std::string_view png_xmp_key{"XML:com.adobe.xmp\0", 18};
constexpr std::uint64_t most_xmp = 1 << 20;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::string source_type_in(std::string_view xmp) {
  constexpr std::string_view key = "DigitalSourceType";
  const auto at = xmp.find(key);
  if (at == std::string_view::npos) return {};
  // As an attribute (…="value") or an element (…>value<).
  const auto begin = xmp.find_first_of("\"'>", at + key.size());
  if (begin == std::string_view::npos) return {};
  const auto end = xmp.find_first_of("\"'<", begin + 1);
  if (end == std::string_view::npos) return {};
  return std::string(xmp.substr(begin + 1, end - begin - 1));
}

std::string xmp_of_boxes(std::istream& in, std::uint64_t file_size) {
  std::uint64_t at = 0;
  while (at + 8 <= file_size) {
    std::array<char, 32> head{};
    in.clear();
    in.seekg(static_cast<std::streamoff>(at));
    in.read(head.data(), head.size());
    const std::string_view text(head.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() < 16) return {};
    std::uint64_t size = big_endian(text.substr(0, 4)), header = 8;
    if (size == 1) {
      size = big_endian(text.substr(8, 8));
      header = 16;
    } else if (size == 0) {
      size = file_size - at;
    }
    if (size < header || size > file_size - at) return {};
    const bool is_xmp = text.substr(4, 4) == "uuid" && text.size() >= header + 16 && size >= header + 16 &&
                        std::equal(xmp_uuid.begin(), xmp_uuid.end(), text.begin() + static_cast<std::ptrdiff_t>(header),
                                   [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
    if (is_xmp) {
      std::string xmp(std::min(size - header - 16, most_xmp), '\0');
      in.clear();
      in.seekg(static_cast<std::streamoff>(at + header + 16));
      in.read(xmp.data(), static_cast<std::streamsize>(xmp.size()));
      return xmp;
    }
    at += size;
  }
  return {};
}

std::string xmp_of_png(std::string_view file) {
  for (std::size_t at = 8; at + 12 <= file.size();) {
    const auto size = big_endian(file.substr(at, 4));
    if (size > file.size() - at - 12) return {};
    const auto body = file.substr(at + 8, size);
    if (file.substr(at + 4, 4) == "iTXt" && body.starts_with(png_xmp_key)) return std::string(body);
    at += 12 + size;
  }
  return {};
}

std::string xmp_of_jpeg(std::string_view file) {
  for (std::size_t at = 2; at + 4 <= file.size() && file[at] == '\xFF';) {
    const auto size = big_endian(file.substr(at + 2, 2));
    if (file[at + 1] == '\xDA' || size < 2 || size > file.size() - at - 2) return {};
    const auto body = file.substr(at + 4, size - 2);
    if (file[at + 1] == '\xE1' && body.starts_with(jpeg_xmp_head)) return std::string(body);
    at += 2 + size;
  }
  return {};
}

}  // namespace

Result<> append_xmp_box(const fs::path& path) {
  char head[8] = {};
  std::ifstream(path, std::ios::binary).read(head, sizeof head);
  if (std::string_view(head + 4, 4) != "ftyp") return {};
  const std::string_view xmp = composite_marking_xmp;
  const auto size = static_cast<std::uint32_t>(8 + xmp_uuid.size() + xmp.size());
  std::string box;
  for (int shift = 24; shift >= 0; shift -= 8) box += static_cast<char>(size >> shift & 255);
  box += "uuid";
  box.append(reinterpret_cast<const char*>(xmp_uuid.data()), xmp_uuid.size());
  box += xmp;
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out.write(box.data(), static_cast<std::streamsize>(box.size()));
  out.flush();
  if (!out)
    return fail_with_hint(Code::io, fmt::format("Cannot write {}", path.string()),
                          "Check the space left on that disk.");
  return {};
}

Result<std::optional<std::string>> read_digital_source_type(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Code::not_found, "Cannot read {}", path.string());
  char head[8] = {};
  in.read(head, sizeof head);
  const std::string_view start(head, static_cast<std::size_t>(in.gcount()));
  std::string xmp;
  if (start.size() == 8 && start.substr(4) == "ftyp") {
    xmp = xmp_of_boxes(in, fs::file_size(path));
  } else if (start == "\x89PNG\r\n\x1A\n" || start.starts_with("\xFF\xD8")) {
    TRY(const std::string file, read_text(path));
    xmp = start[0] == '\x89' ? xmp_of_png(file) : xmp_of_jpeg(file);
  }
  auto type = source_type_in(xmp);
  if (type.empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(type));
}

}  // namespace understudy::media
