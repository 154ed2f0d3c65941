// SPDX-License-Identifier: Apache-2.0
// The faces of a pack or a folder as bytes, and the names that they get in a folder where others may lie already.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "lib/face/faceset.hpp"
#include "lib/jobs/run.hpp"

namespace understudy {

// Known by name and place only; a face is read when it is asked for.
class StoredFaces {
 public:
  struct Named {
    std::string file_name, person;  // the sub-folder of a faceset of persons, else empty
  };
  // Without what no folder of faces may hold: a pack from anybody must not write its state (".understudy/moves.json"),
  // or another pack. It is in passed_over().
  static Result<StoredFaces> of_pack(const fs::path& pak);
  // The .jpg files of a folder, or of its sub-folders where they are persons. Which of them are faces is not asked.
  static Result<StoredFaces> of_folder(const fs::path& folder);

  const std::vector<Named>& names() const { return names_; }
  const std::vector<std::string>& passed_over() const { return passed_over_; }  // "person/a.png"
  bool packed() const { return packed_; }
  Result<Bytes> jpeg(std::size_t i) const;

 private:
  fs::path from_;
  bool packed_ = false;
  std::vector<Named> names_;
  std::vector<std::string> passed_over_;
  std::vector<PackedPlace> places_;  // none for a folder
};

// To tell why something is in passed_over().
constexpr const char* no_name_of_a_face = "it is not a face's name";

// bad_file where these bytes are no face, or not a whole one.
Result<> check_whole_face(std::span<const std::uint8_t> jpeg);

// Where a face goes: a free name, or the name under which the same bytes are there already.
struct FacePlace {
  std::size_t source = 0;  // its number in the StoredFaces
  fs::path path;
  bool there = false;
};
// "a~2.jpg" where something else has a face's name, told. Faces that `wanted` refuses get no place; one that it wants
// though it cannot be read is the failure of all.
using WantFace = std::function<bool(const StoredFaces::Named&, const Result<Bytes>& jpeg)>;
Result<std::vector<FacePlace>> places_for(const fs::path& folder, const StoredFaces&, Run&,
                                          const WantFace& wanted = {});
// Writes those that are not there, and reads each back.
Result<> write_faces(const StoredFaces&, const std::vector<FacePlace>&, Run&);

}  // namespace understudy
