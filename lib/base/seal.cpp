// SPDX-License-Identifier: Apache-2.0
#include "lib/base/seal.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "lib/base/child.hpp"
#include "lib/base/file_identity.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

std::uint64_t little_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) number |= std::uint64_t{bytes[i]} << (8 * i);
  return number;
}

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
    }
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  std::uint64_t end(std::uint64_t& word, std::uint64_t mark) {
    word ^= mark;
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

fs::path key_file() {
  const auto own = own_folder();
  return own.empty() ? own : own / "seal-key";
}

std::optional<SealKey> key_in(const Bytes& text) {
  SealKey key{};
  if (text.size() != 2 * key.size()) return std::nullopt;
  const std::string_view digits(reinterpret_cast<const char*>(text.data()), text.size());
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char* first = digits.data() + 2 * i;
    const auto read = std::from_chars(first, first + 2, key[i], 16);
    if (read.ec != std::errc() || read.ptr != first + 2) return std::nullopt;
  }
  return key;
}

// As much of the file as a key has, and a byte more.
Result<Bytes> key_text(const fs::path& file) { return read_range(file, 0, 2 * std::tuple_size_v<SealKey> + 1); }

std::optional<SealKey> kept_key(const fs::path& file) {
  const auto text = key_text(file);
  return text ? key_in(*text) : std::nullopt;
}

// Only what was read and is no key. One that cannot be read now (a home that is not mounted, too many open files) may
// be as good as ever, and all that was sealed with it.
bool is_damaged(const fs::path& file) {
  const auto text = key_text(file);
  return text && !key_in(*text);
}

// For this user's eyes alone. Of two that make one at a time, the first one's stays.
Result<> keep_key(const fs::path& file) {
  TRY_VOID(make_folders(file.parent_path()));
  const auto fresh = temporary_name(file);
  std::error_code error;
  Result<> written;
  {
    std::ofstream out(fresh, std::ios::binary);
    fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, error);
    if (error) return io_failure("write", fresh, error.value());
    out << random_hex(std::tuple_size_v<SealKey>);
    out.close();
    if (!out) written = io_failure("write", fresh, errno);
  }
  if (written) written = sync_file(fresh);
  const auto kept = written ? rename_without_replacing(fresh, file) : written;
  fs::remove(fresh, error);
  return kept;
}

// The user's key; a new one where there is none, or what is there has been damaged and can seal nothing: that is kept
// under another name.
std::optional<SealKey> own_key(const fs::path& file) {
  static std::mutex one;
  const std::lock_guard lock(one);
  if (const auto key = kept_key(file)) return key;
  if (is_damaged(file)) {
    // Another run may have put a good one there meanwhile, or be about to: it is left to that run then.
    const auto alone = lock_file(file);
    if (alone && is_damaged(file)) static_cast<void>(rename_without_replacing(file, free_name(file, {})));
  }
  static_cast<void>(keep_key(file));  // it may be there meanwhile, by another run
  return kept_key(file);
}

}  // namespace

fs::path own_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (state && *state == '/') return fs::path(state) / "understudy";
  if (home && *home == '/') return fs::path(home) / ".local" / "state" / "understudy";
  return {};
}

std::array<std::uint8_t, 16> siphash(const SealKey& key, std::string_view text) {
  const std::uint64_t k0 = little_endian(key.data(), 8), k1 = little_endian(key.data() + 8, 8);
  SipState state{k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU ^ 0xee, k0 ^ 0x6c7967656e657261U,
                 k1 ^ 0x7465646279746573U};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) state.take(little_endian(bytes + at, 8));
  state.take(little_endian(bytes + at, text.size() - at) | std::uint64_t{text.size() & 0xff} << 56);
  const std::uint64_t halves[2] = {state.end(state.v2, 0xee), state.end(state.v1, 0xdd)};
  std::array<std::uint8_t, 16> hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<std::uint8_t>(halves[i / 8] >> (8 * (i % 8)));
  return hash;
}

Seal::Seal(const fs::path& folder) {
  std::error_code error;
  const auto real = fs::weakly_canonical(folder, error);
  if (!error) places_.push_back("path " + real.native());
  if (const auto identity = file_identity(folder)) places_.push_back(fmt::format("identity {}", identity));
}

std::vector<std::string> Seal::seals_of(const SealKey& key, const nlohmann::json& document) const {
  auto bare = document;
  bare.erase("seals");
  const auto text = json_text(bare);
  std::vector<std::string> seals;
  for (const auto& place : places_)
    seals.push_back(fmt::format("{:02x}", fmt::join(siphash(key, place + '\n' + text), "")));
  return seals;
}

void Seal::put_on(nlohmann::json& document) const {
  const auto file = key_file();
  document.erase("seals");
  if (file.empty()) return;
  if (const auto key = own_key(file)) document["seals"] = seals_of(*key, document);
}

bool Seal::is_on(const nlohmann::json& document) const {
  if (!document.is_object() || !document.contains("seals") || !document["seals"].is_array()) return false;
  const auto file = key_file();
  const auto key = file.empty() ? std::nullopt : kept_key(file);
  if (!key) return false;
  const auto right = seals_of(*key, document);
  return std::ranges::any_of(document["seals"], [&](const nlohmann::json& seal) {
    return seal.is_string() && std::ranges::count(right, seal.get_ref<const std::string&>()) > 0;
  });
}

}  // namespace understudy
