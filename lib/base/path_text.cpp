// SPDX-License-Identifier: Apache-2.0
#include "lib/base/path_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace understudy {
namespace {

// Of objects and arrays within one another, not counting what stands in strings.
int depth_of(std::string_view json) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return {};
}

// The byte of a leading "\xe9".
std::optional<unsigned char> written_byte(std::string_view text) {
  if (text.size() < 4 || text[0] != '\\' || text[1] != 'x') return {};
  const auto high = hex_digit(text[2]), low = hex_digit(text[3]);
  if (!high || !low) return {};
  return static_cast<unsigned char>(*high << 4 | *low);
}

// Copies valid sequences and writes out every byte that is part of none or that `unwanted` asks for, given what begins
// with it.
template <class Unwanted>
std::string written_out(std::string_view text, const Unwanted& unwanted) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t length = utf8_length(text);
    if (length == 0 || unwanted(text)) {
      length = 1;
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

nlohmann::json with_valid_text(const nlohmann::json& j) {
  if (j.is_string()) return valid_text(j.get_ref<const std::string&>());
  if (!j.is_structured()) return j;
  nlohmann::json valid = j.is_object() ? nlohmann::json::object() : nlohmann::json::array();
  for (const auto& [key, item] : j.items()) {
    if (j.is_object())
      valid[valid_text(key)] = with_valid_text(item);
    else
      valid.push_back(with_valid_text(item));
  }
  return valid;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

// RFC 3629: no surrogates, nothing longer than need be, nothing above U+10FFFF.
std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const unsigned second = byte(1);
  const bool odd = (first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
                   (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90);
  return odd ? 0 : length;
}

std::string path_text(const fs::path& path) {
  return written_out(path.native(),
                     [](std::string_view rest) { return is_control(rest[0]) || written_byte(rest).has_value(); });
}

fs::path path_of_text(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  while (!text.empty()) {
    const auto byte = written_byte(text);
    bytes += byte ? static_cast<char>(*byte) : text[0];
    text.remove_prefix(byte ? 4 : 1);
  }
  return bytes;
}

std::string valid_text(std::string_view text) {
  return written_out(text, [](std::string_view) { return false; });
}

std::string terminal_text(std::string_view text) {
  return written_out(text,
                     [](std::string_view rest) { return is_control(rest[0]) && rest[0] != '\n' && rest[0] != '\t'; });
}

std::string json_text(const nlohmann::json& j, int indent) {
  try {
    return j.dump(indent);
  } catch (const nlohmann::json::type_error&) {  // the one error that dump() knows: a string is no UTF-8
    return with_valid_text(j).dump(indent);
  }
}

nlohmann::json parse_json(std::string_view text, int deepest) {
  if (depth_of(text) > deepest) return nlohmann::json::value_t::discarded;
  return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace understudy
