// SPDX-License-Identifier: Apache-2.0
#include "lib/face/faceset.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include "lib/base/frame_files.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/text.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"

namespace understudy {
namespace {

using pickle::Value;

constexpr std::uint64_t max_table = std::uint64_t{1} << 33;

std::uint64_t load64(std::span<const std::uint8_t> bytes, std::size_t at) {
  std::uint64_t value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The dict of one face in a pak's table, renamed to the JPEG's keys (spec pipeline.md 3.6).
Result<FacesetEntry> entry_from(const Value& config) {
  FacesetEntry entry;
  const auto text = [&config](std::string_view key) {
    const auto* value = config.find(key);
    return value && value->as_string() ? *value->as_string() : std::string();
  };
  entry.file_name = text("filename");
  entry.person = text("person_name");
  const auto plain_name = [](const std::string& name) {
    // A backslash is a letter like others here; nothing is ever read as a path of another system.
    return name.find('/') == std::string::npos && name.find('\0') == std::string::npos && name != "." && name != "..";
  };
  if (entry.file_name.empty() || !plain_name(entry.file_name) || !plain_name(entry.person)) {
    return fail(Code::bad_file, "a face in the pack has an odd name");
  }
  auto dict = Value::dict();
  for (const std::string_view key : {"landmarks", "seg_ie_polys", "eyebrows_expand_mod", "source_filename"}) {
    if (const auto* value = config.find(key)) dict.set(key, *value);
  }
  if (const auto* mask = config.find("xseg_mask_compressed")) dict.set("xseg_mask", *mask);
  TRY(entry.info, face_info_from_dict(dict));
  if (const auto* type = config.find("face_type")) {
    const auto code = type->as_int();
    const auto known = code ? face_type_from_code(*code) : std::nullopt;
    if (!known) return fail(Code::bad_file, "a face in the pack has an unknown face type");
    entry.info.face_type = *known;
  }
  return entry;
}

Result<std::vector<PackedPlace>> places_in(const fs::path& pak, std::uint64_t offsets_at, std::size_t count,
                                           std::uint64_t file_size) {
  const std::uint64_t length = 8 * (std::uint64_t{count} + 1), start = offsets_at + length;
  TRY(const auto offsets, read_range(pak, offsets_at, length));
  if (offsets.size() != length) return fail(Code::bad_file, "it is cut short");
  std::vector<PackedPlace> places(count);
  for (std::size_t i = 0; i < count; ++i) {
    // The last offset is the whole file's length, not relative to the data: so it is clamped (spec pipeline.md 3.6).
    const std::uint64_t begin = load64(offsets, 8 * i), end = std::min(load64(offsets, 8 * (i + 1)), file_size - start);
    if (begin > end) return fail(Code::bad_file, "its offsets are damaged");
    places[i] = {start + begin, end - begin};
  }
  return places;
}

Failure no_faces_in(const fs::path& folder) {
  return fail_with_hint(Code::no_faces, fmt::format("There are no extracted faces in {}", folder.string()),
                        "Run extract first.");
}

void read_loose(const fs::path& folder, const std::string& person, std::vector<FacesetEntry>& entries,
                std::vector<std::string>& skipped) {
  for (const auto& path : jpg_files(folder)) {
    auto info = read_face_info(path);
    if (info) {
      entries.push_back({path.filename().string(), person, *std::move(info)});
    } else {
      skipped.push_back((fs::path(person) / path.filename()).string());
    }
  }
}

}  // namespace

Result<std::vector<PackedPlace>> read_pak(const fs::path& pak, const std::function<Result<>(FacesetEntry)>& take) {
  std::error_code error;
  const std::uint64_t file_size = fs::file_size(pak, error);
  TRY(const auto head, read_range(pak, 0, 16));
  if (head.size() < 16) return fail(Code::bad_file, "it is cut short");
  if (load64(head, 0) != 1) return fail(Code::newer_version, "its version {} is not known", load64(head, 0));
  const std::uint64_t table_size = load64(head, 8);
  if (table_size > max_table || table_size > file_size - 16) return fail(Code::bad_file, "it is cut short");
  std::size_t count = 0;
  TRY_VOID(pickle::read_items(pak, 16, table_size, [&](const Value& key, const Value& config) -> Result<> {
    if (!key.is_none()) return fail(Code::bad_file, "its table is no list");
    TRY(auto entry, entry_from(config));
    ++count;
    return take(std::move(entry));
  }));
  return places_in(pak, 16 + table_size, count, file_size);
}

Result<Faceset> Faceset::open(const fs::path& folder) {
  Faceset set;
  set.folder_ = folder;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return fail(Code::not_found, "There is no faceset folder {}", folder.string());
  const auto pak = folder / "faceset.pak";
  if (fs::exists(pak, error)) {
    const auto places = read_pak(pak, [&set](FacesetEntry entry) -> Result<> {
      set.entries_.push_back(std::move(entry));
      return {};
    });
    if (!places) return during(places.error(), fmt::format("reading {}", pak.string()));
    for (std::size_t i = 0; i < places->size(); ++i) {
      set.entries_[i].offset = (*places)[i].offset;
      set.entries_[i].size = (*places)[i].size;
    }
    set.packed_ = true;
  } else {
    read_loose(folder, "", set.entries_, set.skipped_);
    if (set.entries_.empty()) {
      for (const auto& person : sub_folders(folder))
        read_loose(person, person.filename().string(), set.entries_, set.skipped_);
    }
  }
  if (!set.entries_.empty()) return set;
  if (set.skipped_.empty()) return no_faces_in(folder);
  return fail_with_hint(Code::no_faces,
                        fmt::format("None of the {} pictures in {} carries a face's metadata ({})", set.skipped_.size(),
                                    folder.string(), some_of(set.skipped_)),
                        "Give it back with: understudy faceset restore-metadata, or extract the faces again.");
}

Result<std::vector<std::string>> loose_names(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "faceset.pak", error)) {
    return fail_with_hint(Code::bad_option, fmt::format("The faces in {} are packed", folder.string()),
                          "Unpack them first: understudy faceset unpack");
  }
  std::vector<std::string> names;
  const auto take = [&names](const std::vector<fs::path>& files, const fs::path& person) {
    bool any_face = false;
    for (const auto& path : files) {
      names.push_back((person / path.filename()).generic_string());
      any_face = any_face || read_face_info(path);
    }
    return any_face;
  };
  if (take(jpg_files(folder), {})) return names;
  names.clear();
  bool any_face = false;
  for (const auto& person : sub_folders(folder)) any_face |= take(jpg_files(person), person.filename());
  if (any_face) return names;
  return no_faces_in(folder);
}

std::vector<std::string> Faceset::persons() const {
  std::set<std::string> names;
  for (const auto& entry : entries_) {
    if (!entry.person.empty()) names.insert(entry.person);
  }
  return {names.begin(), names.end()};
}

Result<Bytes> Faceset::jpeg(std::size_t index) const {
  const auto& entry = entries_.at(index);
  if (!packed_) return read_file(folder_ / entry.person / entry.file_name, largest_picture);
  if (entry.size > largest_picture)
    return fail(Code::bad_file, "{} in {} is too large", entry.file_name, (folder_ / "faceset.pak").string());
  return read_range(folder_ / "faceset.pak", entry.offset, entry.size);
}

Result<ImageU8> Faceset::image(std::size_t index) const {
  TRY(const auto bytes, jpeg(index));
  auto image = decode_image(bytes);
  if (!image)
    return during(image.error(), fmt::format("reading face {} of {}", entries_[index].file_name, folder_.string()));
  return normalise_channels(*std::move(image), 3);
}

Result<FaceInfo> Faceset::full_info(std::size_t index) const {
  TRY(const auto bytes, jpeg(index));
  auto info = face_info_from_jpeg(bytes);
  if (!info)
    return during(info.error(), fmt::format("reading face {} of {}", entries_[index].file_name, folder_.string()));
  return info;
}

}  // namespace understudy
