// SPDX-License-Identifier: Apache-2.0
#include "lib/face/yaw_index.hpp"

#include <cstring>

#include "lib/base/hash.hpp"

namespace understudy {
namespace {

constexpr std::string_view magic = "USYAW002";
constexpr std::size_t row_size = 12;  // u64 key, f32 yaw, little-endian, without padding

template <class T>
std::span<const std::uint8_t> raw(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

void put(Bytes& out, std::span<const std::uint8_t> bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

FileStamp stamp_of(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  const auto time = fs::last_write_time(path, error);
  return error ? FileStamp{} : FileStamp{size, time.time_since_epoch().count()};
}

std::uint64_t yaw_key(std::string_view name, const FileStamp& stamp, std::uint64_t offset) {
  return xxh3(offset, xxh3(static_cast<std::uint64_t>(stamp.time), xxh3(stamp.size, xxh3(name))));
}

std::unordered_map<std::uint64_t, float> read_yaw_index(const fs::path& path) {
  const auto file = read_file(path);
  if (!file || file->size() < magic.size() + 8 || (file->size() - magic.size() - 8) % row_size != 0) return {};
  const auto content = std::span(*file).first(file->size() - 8);
  std::uint64_t sum;
  std::memcpy(&sum, file->data() + content.size(), 8);
  if (std::memcmp(content.data(), magic.data(), magic.size()) != 0 || xxh3(content) != sum) return {};
  std::unordered_map<std::uint64_t, float> rows;
  for (std::size_t at = magic.size(); at < content.size(); at += row_size) {
    std::uint64_t key;
    float yaw;
    std::memcpy(&key, content.data() + at, 8);
    std::memcpy(&yaw, content.data() + at + 8, 4);
    rows.emplace(key, yaw);
  }
  return rows;
}

Result<> write_yaw_index(const fs::path& path, std::span<const std::uint64_t> keys, std::span<const float> yaws) {
  check(keys.size() == yaws.size(), "one yaw a key");
  Bytes out;
  out.reserve(magic.size() + row_size * keys.size() + 8);
  put(out, {reinterpret_cast<const std::uint8_t*>(magic.data()), magic.size()});
  for (std::size_t i = 0; i < keys.size(); ++i) {
    put(out, raw(keys[i]));
    put(out, raw(yaws[i]));
  }
  put(out, raw(xxh3(out)));
  return write_file(path, out);
}

}  // namespace understudy
