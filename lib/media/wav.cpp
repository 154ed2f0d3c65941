// SPDX-License-Identifier: Apache-2.0
#include "lib/media/wav.hpp"

namespace understudy::media {
namespace {

void put(Bytes& bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
void put(Bytes& bytes, std::string_view tag) {
  for (const char c : tag) bytes.push_back(static_cast<std::uint8_t>(c));
}

}  // namespace

Bytes wav_file(std::span<const std::int16_t> samples, int rate) {
  const auto size = static_cast<std::uint32_t>(samples.size() * 2), per_second = static_cast<std::uint32_t>(rate);
  Bytes bytes;
  bytes.reserve(44 + size);
  put(bytes, "RIFF");
  put(bytes, 36 + size, 4);
  put(bytes, "WAVEfmt ");
  put(bytes, 16, 4);
  put(bytes, 1, 2);  // PCM
  put(bytes, 1, 2);  // mono
  put(bytes, per_second, 4);
  put(bytes, per_second * 2, 4);
  put(bytes, 2, 2);
  put(bytes, 16, 2);
  put(bytes, "data");
  put(bytes, size, 4);
  for (const auto sample : samples) put(bytes, static_cast<std::uint16_t>(sample), 2);
  return bytes;
}

}  // namespace understudy::media
