// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/stored_faces.hpp"

#include <set>

#include "lib/base/frame_files.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/moves.hpp"
#include "lib/face/jpeg_segments.hpp"
#include "lib/image/codec.hpp"
#include "lib/jobs/each.hpp"

namespace understudy {
namespace {

FacePlace place_for(std::size_t source, const fs::path& wanted, const Bytes& jpeg, const std::set<fs::path>& given) {
  fs::path path = wanted;
  for (int n = 2;; ++n) {
    if (!given.contains(path)) {
      if (!is_there(path)) return FacePlace{source, path, false};
      // What cannot be read (a folder, a link to a disk that is not mounted) has the name all the same.
      const auto present = read_file(path, largest_picture);
      if (present && *present == jpeg) return FacePlace{source, path, true};
    }
    path = numbered_name(wanted, n);
  }
}

// What is read as a face in a folder of faces, or of one person, and is nothing that belongs to the folder itself.
bool may_be_a_face(const StoredFaces::Named& named) {
  const bool own = named.person.starts_with('.') || named.person == "faceset.pak" || named.person == "meta.dat";
  return !own && !named.file_name.starts_with('.') && fs::path(named.file_name).extension() == ".jpg";
}

}  // namespace

Result<StoredFaces> StoredFaces::of_pack(const fs::path& pak) {
  StoredFaces source;
  source.from_ = pak;
  source.packed_ = true;
  std::vector<bool> taken;
  auto places = read_pak(pak, [&](const FacesetEntry& entry) -> Result<> {
    Named named{entry.file_name, entry.person};
    taken.push_back(may_be_a_face(named));
    if (taken.back()) {
      source.names_.push_back(std::move(named));
    } else {
      source.passed_over_.push_back((fs::path(named.person) / named.file_name).string());
    }
    return {};
  });
  if (!places) return during(places.error(), fmt::format("reading {}", pak.string()));
  for (std::size_t i = 0; i < taken.size(); ++i)
    if (taken[i]) source.places_.push_back((*places)[i]);
  return source;
}

Result<StoredFaces> StoredFaces::of_folder(const fs::path& folder) {
  StoredFaces source;
  source.from_ = folder;
  TRY(const auto names, loose_names(folder));
  for (const fs::path name : names) source.names_.push_back({name.filename().string(), name.parent_path().string()});
  return source;
}

Result<Bytes> StoredFaces::jpeg(std::size_t i) const {
  if (!packed_) return read_file(from_ / names_[i].person / names_[i].file_name, largest_picture);
  if (places_[i].size > largest_picture)
    return fail(Code::bad_file, "{} in {} is too large", names_[i].file_name, from_.string());
  return read_range(from_, places_[i].offset, places_[i].size);
}

Result<> check_whole_face(std::span<const std::uint8_t> jpeg) {
  TRY_VOID(face_info_from_jpeg(jpeg));
  TRY_VOID(image_size(jpeg));
  TRY(const auto segments, jpeg_segments(jpeg));
  if (!has_end(jpeg, segments)) return fail(Code::bad_file, "the picture is cut short");
  return {};
}

Result<std::vector<FacePlace>> places_for(const fs::path& folder, const StoredFaces& source, Run& run,
                                          const WantFace& wanted) {
  std::vector<FacePlace> places;
  std::set<fs::path> given;
  for (std::size_t i = 0; i < source.names().size(); ++i) {
    if (run.stopping()) return Run::cancelled();
    const auto& named = source.names()[i];
    const auto jpeg = source.jpeg(i);
    if (wanted && !wanted(named, jpeg)) continue;
    if (!jpeg) return Failure(jpeg.error());
    const auto name = folder / named.person / named.file_name;
    auto place = place_for(i, name, *jpeg, given);
    given.insert(place.path);
    if (place.path != name)
      run.warn(fmt::format("{} becomes {}: its name is taken", named.file_name, place.path.filename().string()));
    places.push_back(std::move(place));
  }
  return places;
}

Result<> write_faces(const StoredFaces& source, const std::vector<FacePlace>& places, Run& run) {
  return for_each_index(places.size(), 0, run, "faces", [&](std::size_t i, unsigned) -> Result<> {
    const auto& place = places[i];
    if (place.there) return {};
    TRY(const Bytes jpeg, source.jpeg(place.source));
    TRY_VOID(write_file(place.path, jpeg));
    TRY(const Bytes back, read_file(place.path, largest_picture));
    if (back != jpeg) return fail(Code::io, "{} is not what was written", place.path.string());
    return {};
  });
}

}  // namespace understudy
