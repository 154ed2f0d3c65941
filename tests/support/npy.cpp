// SPDX-License-Identifier: Apache-2.0
#include "tests/support/npy.hpp"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace understudy {
namespace {

template <class T>
T load(std::span<const std::uint8_t> bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The text behind 'key': in the header dict, which numpy writes as a Python literal with single quotes.
std::optional<std::string_view> header_entry(std::string_view header, std::string_view key) {
  const auto at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) return std::nullopt;
  auto rest = header.substr(at + key.size() + 3);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

Result<std::vector<std::int64_t>> parse_shape(std::string_view text) {
  std::vector<std::int64_t> shape;
  const auto close = text.find(')');
  if (text.empty() || text[0] != '(' || close == std::string_view::npos)
    return fail(Code::bad_file, "an .npy header has no shape");
  for (std::size_t at = 1; at < close;) {
    if (text[at] < '0' || text[at] > '9') {
      ++at;
      continue;
    }
    std::int64_t extent = 0;
    const auto parsed = std::from_chars(text.data() + at, text.data() + close, extent);
    if (parsed.ec != std::errc{}) return fail(Code::bad_file, "an .npy header has an odd shape");
    shape.push_back(extent);
    at = static_cast<std::size_t>(parsed.ptr - text.data());
  }
  return shape;
}

Result<Bytes> inflate_raw(std::span<const std::uint8_t> packed, std::size_t size) {
  // Deflate cannot shrink more than 1032-fold, so a larger claim is a lie that must not be allocated.
  if (size / 1040 > packed.size()) return fail(Code::bad_file, "a zip entry claims an impossible size");
  Bytes out(size);
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return fail(Code::internal, "zlib does not start");
  std::size_t in_at = 0, out_at = 0;
  int status = Z_OK;
  Bytes spare(1);  // zlib wants room to write to even for empty entries
  while (status == Z_OK) {
    const auto in_part = static_cast<uInt>(std::min<std::size_t>(packed.size() - in_at, 1u << 30));
    const auto out_part = static_cast<uInt>(std::min<std::size_t>(size - out_at, 1u << 30));
    stream.next_in = const_cast<Bytef*>(packed.data() + in_at);
    stream.avail_in = in_part;
    stream.next_out = out_part ? out.data() + out_at : spare.data();
    stream.avail_out = out_part ? out_part : 1;
    status = inflate(&stream, Z_NO_FLUSH);
    const auto eaten = in_part - stream.avail_in;
    const auto made = (out_part ? out_part : 1) - stream.avail_out;
    if (!out_part && made) status = Z_DATA_ERROR;
    in_at += eaten;
    out_at += out_part ? made : 0;
    if (status == Z_OK && eaten == 0 && made == 0) status = Z_BUF_ERROR;
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || out_at != size) return fail(Code::bad_file, "a zip entry is damaged");
  return out;
}

struct ZipEntry {
  std::string name;
  int method = 0;
  std::uint32_t checksum = 0;
  std::uint64_t packed = 0, size = 0, offset = 0;
};

// Sizes of 0xffffffff stand in the zip64 extra field (numpy writes it for every streamed entry).
void read_zip64(std::span<const std::uint8_t> extra, ZipEntry& entry) {
  while (extra.size() >= 4) {
    const auto id = load<std::uint16_t>(extra, 0);
    const std::size_t length = load<std::uint16_t>(extra, 2);
    if (length > extra.size() - 4) return;
    auto field = extra.subspan(4, length);
    extra = extra.subspan(4 + length);
    if (id != 1) continue;
    for (auto* value : {&entry.size, &entry.packed, &entry.offset}) {
      if (*value != 0xffffffffu || field.size() < 8) continue;
      *value = load<std::uint64_t>(field, 0);
      field = field.subspan(8);
    }
  }
}

Result<std::vector<ZipEntry>> zip_directory(std::span<const std::uint8_t> zip) {
  constexpr std::size_t end_size = 22;
  if (zip.size() < end_size) return fail(Code::bad_file, "it is no zip file");
  std::size_t end = zip.size() - end_size;
  const std::size_t lowest = end > 65535 ? end - 65535 : 0;
  while (load<std::uint32_t>(zip, end) != 0x06054b50u) {
    if (end == lowest) return fail(Code::bad_file, "it is no zip file, or it is cut short");
    --end;
  }
  const std::size_t count = load<std::uint16_t>(zip, end + 10);
  std::size_t at = load<std::uint32_t>(zip, end + 16);
  std::vector<ZipEntry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    if (at > zip.size() || zip.size() - at < 46 || load<std::uint32_t>(zip, at) != 0x02014b50u) {
      return fail(Code::bad_file, "its zip directory is damaged");
    }
    const std::size_t name = load<std::uint16_t>(zip, at + 28), extra = load<std::uint16_t>(zip, at + 30);
    const std::size_t comment = load<std::uint16_t>(zip, at + 32);
    if (zip.size() - at - 46 < name + extra + comment) return fail(Code::bad_file, "its zip directory is damaged");
    ZipEntry entry;
    entry.name.assign(reinterpret_cast<const char*>(zip.data() + at + 46), name);
    entry.method = load<std::uint16_t>(zip, at + 10);
    entry.checksum = load<std::uint32_t>(zip, at + 16);
    entry.packed = load<std::uint32_t>(zip, at + 20);
    entry.size = load<std::uint32_t>(zip, at + 24);
    entry.offset = load<std::uint32_t>(zip, at + 42);
    read_zip64(zip.subspan(at + 46 + name, extra), entry);
    entries.push_back(std::move(entry));
    at += 46 + name + extra + comment;
  }
  return entries;
}

Result<Blob> zip_content(const Blob& zip, const ZipEntry& entry) {
  const auto bytes = zip.span();
  if (entry.offset > bytes.size() || bytes.size() - entry.offset < 30)
    return fail(Code::bad_file, "a zip entry is damaged");
  const auto at = static_cast<std::size_t>(entry.offset);
  const std::size_t head = 30u + load<std::uint16_t>(bytes, at + 26) + load<std::uint16_t>(bytes, at + 28);
  if (bytes.size() - at < head || entry.packed > bytes.size() - at - head)
    return fail(Code::bad_file, "a zip entry is cut short");
  const Blob packed = zip.slice(at + head, static_cast<std::size_t>(entry.packed));
  Blob content;
  if (entry.method == 0) {
    content = packed;
  } else if (entry.method == Z_DEFLATED) {
    TRY(auto unpacked, inflate_raw(packed.span(), static_cast<std::size_t>(entry.size)));
    content = Blob(std::move(unpacked));
  } else {
    return fail(Code::bad_file, "a zip entry is packed in a way that is not read");
  }
  if (::crc32_z(0, content.data(), content.size()) != entry.checksum)
    return fail(Code::bad_file, "a zip entry is damaged");
  return content;
}

}  // namespace

Result<NdArray> parse_npy(Blob file) {
  const auto bytes = file.span();
  static constexpr std::uint8_t magic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
  if (bytes.size() < 12 || !std::equal(std::begin(magic), std::end(magic), bytes.begin())) {
    return fail(Code::bad_file, "it is no .npy file");
  }
  const bool old = bytes[6] == 1;
  const std::size_t start = old ? 10 : 12;
  const std::size_t length = old ? load<std::uint16_t>(bytes, 8) : load<std::uint32_t>(bytes, 8);
  if (length > bytes.size() - start) return fail(Code::bad_file, "its .npy header is cut short");
  const std::string_view header(reinterpret_cast<const char*>(bytes.data()) + start, length);
  const auto descr = header_entry(header, "descr");
  const auto order = header_entry(header, "fortran_order");
  const auto shape = header_entry(header, "shape");
  if (!descr || !order || !shape || descr->size() < 5 || (*descr)[0] != '\'')
    return fail(Code::bad_file, "its .npy header is odd");
  if ((*descr)[1] == '>') return fail(Code::bad_file, "big-endian arrays are not read");
  NdArray array;
  array.dtype = descr->substr(2, descr->find('\'', 1) - 2);
  array.fortran = order->starts_with("True");
  TRY(array.shape, parse_shape(*shape));
  TRY(const auto size, byte_size(array.dtype, array.shape));
  if (size > bytes.size() - start - length) return fail(Code::bad_file, "its array is cut short");
  array.data = file.slice(start + length, size);
  return array;
}

Result<NdArray> read_npy(const fs::path& path) {
  TRY(auto bytes, read_file(path, std::uint64_t{1} << 36));
  auto array = parse_npy(Blob(std::move(bytes)));
  if (!array) return during(array.error(), fmt::format("reading {}", path.string()));
  return array;
}

Result<> write_npy(const fs::path& path, const NdArray& array) {
  std::string shape;
  for (const auto extent : array.shape) shape += fmt::format("{},", extent);
  std::string header =
      fmt::format("{{'descr': '{}{}', 'fortran_order': {}, 'shape': ({}), }}", array.dtype[1] == '1' ? '|' : '<',
                  array.dtype, array.fortran ? "True" : "False", shape);
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  Bytes file = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  file.push_back(static_cast<std::uint8_t>(header.size() & 255));
  file.push_back(static_cast<std::uint8_t>(header.size() >> 8));
  file.insert(file.end(), header.begin(), header.end());
  const auto data = array.data.span();
  file.insert(file.end(), data.begin(), data.end());
  return write_file(path, file);
}

Result<std::map<std::string, NdArray>> read_npz(const fs::path& path) {
  TRY(auto bytes, read_file(path, std::uint64_t{1} << 36));
  const Blob zip(std::move(bytes));
  const auto doing = fmt::format("reading {}", path.string());
  const auto entries = zip_directory(zip.span());
  if (!entries) return during(entries.error(), doing);
  std::map<std::string, NdArray> arrays;
  for (const auto& entry : *entries) {
    if (!entry.name.ends_with(".npy")) continue;
    auto content = zip_content(zip, entry);
    if (!content) return during(content.error(), doing);
    auto array = parse_npy(*std::move(content));
    if (!array) return during(array.error(), doing);
    arrays.emplace(entry.name.substr(0, entry.name.size() - 4), *std::move(array));
  }
  return arrays;
}

}  // namespace understudy
