// SPDX-License-Identifier: Apache-2.0
// Writes protobuf messages (protobuf.dev, "Encoding") for the few formats that want them, without the library: a field
// is its number and wire type, then the value. Who writes a format names its fields beside the calls.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::protobuf {

template <class T>
void put_little_endian(std::string& out, T value) {  // T: an unsigned integer
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
}

// Fields stand in the order in which they are added; the same number again makes the field repeated.
class Message {
 public:
  // int32, int64, uint64, bool and enum fields; a negative number as its two's complement of 64 bits.
  Message& varint(int field, std::uint64_t value) {
    key(field, 0);
    put_varint(value);
    return *this;
  }
  Message& fixed64(int field, double value) {  // double
    key(field, 1);
    put_little_endian(bytes_, std::bit_cast<std::uint64_t>(value));
    return *this;
  }
  Message& fixed32(int field, float value) {  // float
    key(field, 5);
    put_little_endian(bytes_, std::bit_cast<std::uint32_t>(value));
    return *this;
  }
  Message& text(int field, std::string_view value) {  // string and bytes
    head(field, value.size());
    bytes_ += value;
    return *this;
  }
  // What stands before a text, bytes or message of that size: the content follows by other means.
  Message& head(int field, std::uint64_t size) {
    key(field, 2);
    put_varint(size);
    return *this;
  }
  Message& message(int field, const Message& inner) { return text(field, inner.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void key(int field, int wire_type) {
    put_varint(static_cast<std::uint64_t>(field) << 3 | static_cast<unsigned>(wire_type));
  }
  void put_varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

}  // namespace understudy::protobuf
