// SPDX-License-Identifier: Apache-2.0
#include "lib/face/face_list.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "lib/base/frame_files.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/workers.hpp"
#include "lib/face/quick_landmarks.hpp"
#include "lib/face/yaw_index.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"

namespace understudy {
namespace {

constexpr std::uint64_t beginning = 32 * 1024;                          // metadata and tables fit, but for large masks
constexpr std::uint64_t largest_offset_table = std::uint64_t{1} << 26;  // 8 million faces

// The offsets of a pack, read without its table of faces, which for a large set takes gigabytes to unpickle: they end
// with the length of the whole file (spec pipeline.md 3.6). Empty when they are not as DeepFaceLab writes them.
std::vector<std::uint64_t> pack_offsets(const fs::path& pak) {
  std::error_code error;
  const std::uint64_t file_size = fs::file_size(pak, error);
  const auto head = read_range(pak, 0, 16);
  if (error || !head || head->size() < 16) return {};
  std::uint64_t version = 0, table_size = 0;
  std::memcpy(&version, head->data(), 8);
  std::memcpy(&table_size, head->data() + 8, 8);
  if (version != 1 || table_size > file_size - 16) return {};
  std::vector<std::uint64_t> offsets;
  for (std::uint64_t at = 0; at < largest_offset_table;) {
    const auto part = read_range(pak, 16 + table_size + at, 1 << 20);
    if (!part || part->size() < 8) return {};
    for (std::size_t i = 0; i + 8 <= part->size(); i += 8, at += 8) {
      std::uint64_t offset;
      std::memcpy(&offset, part->data() + i, 8);
      if (offsets.empty() ? offset != 0 : offset < offsets.back()) return {};
      offsets.push_back(offset);
      if (offset != file_size) continue;
      const std::uint64_t data = 16 + table_size + at + 8;
      for (auto& o : offsets) o = std::min(o + data, file_size);
      return offsets;
    }
  }
  return {};
}

Failure named(Error error, const std::string& name) {
  return during(std::move(error), fmt::format("reading face {}", name));
}

}  // namespace

bool FaceList::find_in_pack(const fs::path& pak) {
  const auto offsets = pack_offsets(pak);
  if (offsets.size() < 2) return false;
  persons_ = {""};
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
    places_.push_back({0, {}, offsets[i], offsets[i + 1] - offsets[i]});
  return head(0).has_value();
}

void FaceList::add_loose(const fs::path& folder, const std::string& person) {
  for (const auto& path : jpg_files(folder))
    places_.push_back({static_cast<std::uint32_t>(persons_.size()), path.filename().string()});
  persons_.push_back(person);
}

Result<FaceList> FaceList::open(const fs::path& folder) {
  FaceList list;
  list.folder_ = folder;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return fail(Code::not_found, "There is no faceset folder {}", folder.string());
  if (fs::exists(folder / "faceset.pak", error)) {
    list.packed_ = true;
    if (list.find_in_pack(folder / "faceset.pak")) return list;
    TRY(auto set, Faceset::open(folder));
    list.table_ = std::make_shared<const Faceset>(std::move(set));
    list.places_.clear();
    for (const auto& entry : list.table_->entries()) list.places_.push_back({0, {}, entry.offset, entry.size});
    return list;
  }
  const auto any_readable = [&list] {
    for (std::size_t i = 0; i < list.count(); ++i) {
      if (list.head(i)) return true;
    }
    return false;
  };
  list.add_loose(folder, "");
  if (any_readable()) return list;
  list.persons_.clear();
  list.places_.clear();
  for (const auto& person : sub_folders(folder)) list.add_loose(person, person.filename().string());
  if (any_readable()) return list;
  return fail_with_hint(Code::no_faces, fmt::format("There are no extracted faces in {}", folder.string()),
                        "Run extract first.");
}

std::string FaceList::name(std::size_t index) const {
  if (table_) return table_->entries()[index].file_name + " of " + folder_.string();
  if (packed_) return fmt::format("{} of {}", index + 1, (folder_ / "faceset.pak").string());
  return path_of(index).string();
}

fs::path FaceList::path_of(std::size_t index) const {
  const Place& place = places_.at(index);
  return packed_ ? folder_ / "faceset.pak" : folder_ / persons_[place.person] / place.file_name;
}

Result<Bytes> FaceList::bytes(std::size_t index, std::uint64_t most) const {
  const Place& place = places_.at(index);
  if (packed_) return read_range(path_of(index), place.offset, std::min(place.size, most));
  return most < largest_picture ? read_range(path_of(index), 0, most) : read_file(path_of(index), largest_picture);
}

Result<FaceList::Head> FaceList::head(std::size_t index) const {
  TRY(auto file, bytes(index, beginning));
  auto info = table_ ? Result<FaceInfo>(table_->entries()[index].info) : face_info_from_jpeg(file);
  auto size = image_size(file);
  if (!info || !size) {  // the metadata may be longer than the beginning
    TRY(file, bytes(index, largest_picture));
    if (!table_) info = face_info_from_jpeg(file);
    size = image_size(file);
  }
  if (!info) return named(info.error(), name(index));
  if (!size) return named(size.error(), name(index));
  return Head{*std::move(info), size->width};
}

Result<Face> FaceList::face(std::size_t index) const {
  TRY(const auto file, bytes(index, largest_picture));
  auto info = table_ ? Result<FaceInfo>(table_->entries()[index].info) : face_info_from_jpeg(file);
  if (!info) return named(info.error(), name(index));
  auto image = decode_image(file);
  if (!image) return named(image.error(), name(index));
  return Face{normalise_channels(*std::move(image), 3), *std::move(info)};
}

Result<ImageU8> FaceList::picture(std::size_t index) const {
  TRY(const auto file, bytes(index, largest_picture));
  auto image = decode_image(file);
  if (!image) return named(image.error(), name(index));
  return normalise_channels(*std::move(image), 3);
}

// --- yaw
// ---------------------------------------------------------------------------------------------------------------

float FaceList::yaw(std::size_t index) const {
  constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
  try {
    if (!table_) {
      const auto file = bytes(index, beginning);
      const auto landmarks = file ? quick_landmarks(*file) : std::nullopt;
      const auto size = landmarks ? image_size(*file) : Result<ImageSize>(ImageSize{});
      if (landmarks && size) return static_cast<float>(compatible_pose(*landmarks, size->width).yaw);
    }
    const auto known = head(index);
    return known ? static_cast<float>(compatible_pose(known->info.landmarks, known->width).yaw) : unknown;
  } catch (const std::exception&) {  // OpenCV's solver finds no pose in such points
    return unknown;
  }
}

std::vector<std::uint64_t> FaceList::keys() const {
  std::vector<std::uint64_t> keys(count());
  FileStamp stamp = packed_ ? stamp_of(path_of(0)) : FileStamp{};
  for (std::size_t i = 0; i < count(); ++i) {
    const Place& place = places_[i];
    if (!packed_) stamp = stamp_of(path_of(i));
    const std::string person = packed_ ? std::string() : persons_[place.person];
    keys[i] = yaw_key(person + "/" + place.file_name, stamp, place.offset);
  }
  return keys;
}

namespace {

template <class Work>
Result<> for_each(unsigned threads, std::size_t count, const Work& work) {
  std::atomic<std::size_t> next = 0;
  return on_threads(threads, [&](unsigned) -> Result<> {
    for (std::size_t k; (k = next++) < count;) work(k);
    return {};
  });
}

}  // namespace

Result<FaceInfo> FaceList::info(std::size_t index) const {
  TRY(auto known, head(index));
  return std::move(known.info);
}

Result<FaceType> FaceList::face_type(std::size_t index) const {
  TRY(const auto known, head(index));
  return known.info.face_type;
}

Result<std::vector<std::optional<Landmarks68>>> FaceList::landmarks(unsigned threads) const {
  std::vector<std::optional<Landmarks68>> all(count());
  TRY_VOID(for_each(threads, count(), [&](std::size_t i) {
    if (!table_) {
      if (const auto file = bytes(i, beginning)) all[i] = quick_landmarks(*file);
    }
    if (all[i]) return;
    if (const auto known = head(i)) all[i] = known->info.landmarks;
  }));
  return all;
}

Result<std::vector<float>> FaceList::yaws(unsigned threads) const {
  const fs::path file = folder_ / ".understudy" / "yaw.bin";
  const auto wanted = keys();
  const auto known = read_yaw_index(file);
  std::vector<float> yaws(count());
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < count(); ++i) {
    if (const auto found = known.find(wanted[i]); found != known.end())
      yaws[i] = found->second;
    else
      missing.push_back(i);
  }
  if (missing.empty()) return yaws;
  TRY_VOID(for_each(threads, missing.size(), [&](std::size_t k) { yaws[missing[k]] = yaw(missing[k]); }));
  // Only a cache: where it cannot be written, the next start works it out again.
  [[maybe_unused]] const auto kept = write_yaw_index(file, wanted, yaws);
  return yaws;
}

}  // namespace understudy
