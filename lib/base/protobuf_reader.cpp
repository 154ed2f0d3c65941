// SPDX-License-Identifier: Apache-2.0
#include "lib/base/protobuf_reader.hpp"

#include <algorithm>

namespace understudy::protobuf {

namespace {
constexpr std::uint64_t window_size = 4096;
}

Result<Input> Input::open(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return fail(Code::not_found, "There is no file {}", path.string());
  const auto size = fs::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return fail(Code::io, "{} cannot be read", path.string());
  return Input(std::move(file), size);
}

bool Input::load(std::uint64_t at) {
  if (at >= window_at_ && at - window_at_ < window_.size()) return true;
  if (at >= size_) return false;
  window_.resize(std::min(window_size, size_ - at));
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(at));
  file_.read(window_.data(), static_cast<std::streamsize>(window_.size()));
  window_.resize(static_cast<std::size_t>(std::max<std::streamsize>(file_.gcount(), 0)));
  window_at_ = at;
  return !window_.empty();
}

std::optional<std::uint8_t> Input::byte(std::uint64_t at) {
  if (!load(at)) return {};
  return static_cast<std::uint8_t>(window_[at - window_at_]);
}

std::optional<std::string> Input::bytes(std::uint64_t at, std::uint64_t count) {
  if (at > size_ || count > size_ - at) return {};
  std::string all;
  while (all.size() < count) {
    if (!load(at + all.size())) return {};
    const auto from = at + all.size() - window_at_;
    all += window_.substr(from, count - all.size());
  }
  return all;
}

std::optional<std::uint64_t> Fields::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && at_ < end_; shift += 7) {
    const auto byte = input_.byte(at_++);
    if (!byte) return {};
    value |= static_cast<std::uint64_t>(*byte & 0x7f) << shift;
    if (*byte < 0x80) return value;
  }
  return {};
}

std::optional<ReadField> Fields::broken() {
  damaged_ = true;
  at_ = end_;
  return {};
}

std::optional<ReadField> Fields::next() {
  if (at_ >= end_) return {};
  const auto key = varint();
  if (!key || *key >> 3 == 0 || *key >> 3 > (1u << 29) - 1) return broken();
  ReadField field;
  field.number = static_cast<int>(*key >> 3);
  std::uint64_t size = 0;
  switch (*key & 7) {
    case 0:
      field.value = varint();
      return field.value ? std::optional(field) : broken();
    case 1:
      size = 8;
      break;
    case 2: {
      const auto length = varint();
      if (!length) return broken();
      size = *length;
      break;
    }
    case 5:
      size = 4;
      break;
    default:  // groups, which no format here has
      return broken();
  }
  if (size > end_ - at_) return broken();
  field.begin = at_;
  field.end = at_ += size;
  return field;
}

}  // namespace understudy::protobuf
