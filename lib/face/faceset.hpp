// SPDX-License-Identifier: Apache-2.0
// A set of aligned faces: the .jpg files of a folder, or its faceset.pak (spec pipeline.md 3.6).
#pragma once

#include <functional>
#include <memory>

#include "lib/face/face_file.hpp"

namespace understudy {

struct FacesetEntry {
  std::string file_name;     // without folder
  std::string person;        // sub-folder of a person faceset, else empty
  FaceInfo info;             // from the pak's table for a pak: source_rect, source_landmarks and image_to_face_mat are
                             // only in the JPEG itself there, see Faceset::full_info()
  std::uint64_t offset = 0;  // in the pak
  std::uint64_t size = 0;
};

struct PackedPlace {
  std::uint64_t offset = 0, size = 0;  // in the file
};
// Hands over what the table of a faceset.pak says of each face, in order, without its place; the places are what comes
// back. Memory holds few entries at a time, where Faceset keeps all.
Result<std::vector<PackedPlace>> read_pak(const fs::path& pak, const std::function<Result<>(FacesetEntry)>& take);

class Faceset {
 public:
  // Opens FOLDER/faceset.pak when there is one, else reads the metadata of the .jpg files in the folder, sorted by
  // name. A folder whose only faces lie in sub-folders is read as a person faceset. Files without metadata are left out
  // and named in skipped(). No face at all is Code::no_faces.
  static Result<Faceset> open(const fs::path& folder);

  const std::vector<FacesetEntry>& entries() const { return entries_; }
  const std::vector<std::string>& skipped() const { return skipped_; }
  bool packed() const { return packed_; }
  std::vector<std::string> persons() const;  // sorted, without the empty one

  // Thread-safe.
  Result<Bytes> jpeg(std::size_t index) const;
  Result<ImageU8> image(std::size_t index) const;       // BGR, three channels
  Result<FaceInfo> full_info(std::size_t index) const;  // from the JPEG

 private:
  fs::path folder_;
  bool packed_ = false;
  std::vector<FacesetEntry> entries_;
  std::vector<std::string> skipped_;
};

// The .jpg files of a folder by name, sorted: faces and whatever else is called so. Where none of them is a face, those
// of its sub-folders (a person faceset) as "person/a.jpg". Code::bad_option for a packed folder, no_faces for none.
Result<std::vector<std::string>> loose_names(const fs::path& folder);

}  // namespace understudy
