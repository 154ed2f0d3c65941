// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/prediction_cache.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <span>

#include "lib/base/hash.hpp"
#include "lib/image/convert.hpp"

namespace understudy {
namespace {

// Head of a file: mark and version, checksum of the rest, then for each picture its sizes and its values.
constexpr char mark[8] = {'U', 'S', 'P', 'R', 'E', 'D', '0', '1'};
constexpr std::size_t head_bytes = sizeof mark + sizeof(std::uint64_t);
constexpr std::uint64_t most_bytes = std::uint64_t{64} << 20;  // of one file
constexpr int most_side = 4096, most_channels = 4;
constexpr const char* ending = ".prediction";

struct Sizes {
  std::int32_t width = 0, height = 0, channels = 0;
};

template <class T>
void append(Bytes& bytes, const T* values, std::size_t count) {
  const auto* from = reinterpret_cast<const std::uint8_t*>(values);
  bytes.insert(bytes.end(), from, from + count * sizeof(T));
}

Bytes packed(const std::vector<ImageF>& pictures) {
  Bytes body;
  for (const auto& picture : pictures) {
    const Sizes sizes{picture.width, picture.height, picture.channels};
    append(body, &sizes, 1);
    const ImageU16 deep = to_u16_rounded(picture);
    append(body, deep.data.data(), deep.data.size());
  }
  Bytes file;
  const std::uint64_t sum = xxh3(std::span<const std::uint8_t>(body));
  append(file, mark, sizeof mark);
  append(file, &sum, 1);
  file.insert(file.end(), body.begin(), body.end());
  return file;
}

std::optional<std::vector<ImageF>> unpacked(std::span<const std::uint8_t> file) {
  if (file.size() < head_bytes || std::memcmp(file.data(), mark, sizeof mark) != 0) return {};
  std::uint64_t sum = 0;
  std::memcpy(&sum, file.data() + sizeof mark, sizeof sum);
  file = file.subspan(head_bytes);
  if (xxh3(file) != sum) return {};
  std::vector<ImageF> pictures;
  while (!file.empty()) {
    Sizes sizes;
    if (file.size() < sizeof sizes) return {};
    std::memcpy(&sizes, file.data(), sizeof sizes);
    file = file.subspan(sizeof sizes);
    if (sizes.width < 0 || sizes.height < 0 || sizes.channels < 0 || sizes.width > most_side ||
        sizes.height > most_side || sizes.channels > most_channels)
      return {};
    ImageU16 deep(sizes.width, sizes.height, sizes.channels);
    const std::size_t bytes = deep.data.size() * sizeof(std::uint16_t);
    if (file.size() < bytes) return {};
    std::memcpy(deep.data.data(), file.data(), bytes);
    file = file.subspan(bytes);
    pictures.push_back(to_float(deep));
  }
  return pictures;
}

std::optional<std::uint64_t> key_in(const std::string& name) {
  constexpr std::size_t digits = 16;
  if (name.size() != digits + std::strlen(ending) || !name.ends_with(ending)) return {};
  std::uint64_t key = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + digits, key, 16);
  return error == std::errc() && end == name.data() + digits ? std::optional(key) : std::nullopt;
}

}  // namespace

ImageF at_sixteen_bits(ImageF image) { return to_float(to_u16_rounded(image)); }

PredictionCache::PredictionCache(fs::path folder, std::uint64_t bytes) : folder_(std::move(folder)), budget_(bytes) {
  if (!folder_.empty()) remove_temporaries(folder_);
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, std::uint64_t>> found;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const auto key = key_in(entry->path().filename().string());
    std::error_code ignored;
    if (!key || !entry->is_regular_file(ignored)) continue;
    kept_[*key] = {entry->file_size(ignored), 0};
    bytes_ += kept_[*key].bytes;
    found.emplace_back(entry->last_write_time(ignored), *key);
  }
  std::ranges::sort(found);
  for (const auto& [time, key] : found) kept_[key].used = ++uses_;
  make_room();
}

std::uint64_t PredictionCache::key_of(const ImageF& question, std::uint64_t network) {
  const auto bytes = std::as_bytes(std::span(question.data));
  const std::uint64_t key = xxh3(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), network);
  return xxh3(static_cast<std::uint64_t>(question.width), key);
}

fs::path PredictionCache::file_of(std::uint64_t key) const { return folder_ / fmt::format("{:016x}{}", key, ending); }

bool PredictionCache::has(std::uint64_t key) const {
  std::lock_guard lock(mutex_);
  return kept_.contains(key);
}

std::optional<std::vector<ImageF>> PredictionCache::find(std::uint64_t key) {
  {
    std::lock_guard lock(mutex_);
    const auto kept = kept_.find(key);
    if (kept == kept_.end()) return {};
    kept->second.used = ++uses_;
  }
  const auto file = read_file(file_of(key), most_bytes);
  auto pictures = file ? unpacked(*file) : std::nullopt;
  std::lock_guard lock(mutex_);
  found_ += pictures.has_value();
  return pictures;
}

// No sync: a torn file is told by its checksum, and what it held is made again.
void PredictionCache::keep(std::uint64_t key, const std::vector<ImageF>& pictures) {
  if (budget_ == 0) return;
  const Bytes bytes = packed(pictures);
  std::error_code error;
  fs::create_directories(folder_, error);
  const fs::path file = file_of(key), temporary = temporary_name(file);
  std::ofstream out(temporary, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) fs::rename(temporary, file, error);
  if (!out || error) {
    fs::remove(temporary, error);
    return;
  }
  std::lock_guard lock(mutex_);
  Kept& kept = kept_[key];
  bytes_ += bytes.size() - kept.bytes;
  kept = {bytes.size(), ++uses_};
  make_room();
}

// Only files that bear the names of this cache are counted and removed.
void PredictionCache::make_room() {
  while (bytes_ > budget_ && !kept_.empty()) {
    const auto oldest = std::ranges::min_element(kept_, {}, [](const auto& k) { return k.second.used; });
    std::error_code ignored;
    fs::remove(file_of(oldest->first), ignored);
    bytes_ -= oldest->second.bytes;
    kept_.erase(oldest);
  }
}

}  // namespace understudy
