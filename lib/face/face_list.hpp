// SPDX-License-Identifier: Apache-2.0
// A set of aligned faces known by name and place only, for sets that are larger than memory: it opens at once, takes a
// few dozen bytes a face, and reads metadata and pictures when they are asked for. Faceset reads all metadata instead.
#pragma once

#include <memory>
#include <span>

#include "lib/face/faceset.hpp"

namespace understudy {

class FaceList {
 public:
  // The faces of FOLDER/faceset.pak when there is one, else the .jpg files of the folder or of its sub-folders, sorted
  // by name. Files without metadata are not left out: reading such a face is an error. Not one readable face is
  // Code::no_faces.
  static Result<FaceList> open(const fs::path& folder);

  std::size_t count() const { return places_.size(); }
  std::string name(std::size_t index) const;  // for messages

  // Thread-safe. The picture is BGR with three channels.
  Result<Face> face(std::size_t index) const;
  Result<FaceInfo> info(std::size_t index) const;  // without decoding the picture
  Result<ImageU8> picture(std::size_t index) const;

  // Each face's yaw in radians as DeepFaceLab computes it (compatible_pose), NaN where it cannot be read. Worked out
  // once by that many threads and kept in FOLDER/.understudy/yaw.bin by name, size and time of each file; a folder that
  // cannot be written to costs that time at every start.
  Result<std::vector<float>> yaws(unsigned threads) const;
  // Each face's landmarks, in pixels of its picture; nothing where they cannot be read. Read anew each time.
  Result<std::vector<std::optional<Landmarks68>>> landmarks(unsigned threads) const;
  // How much of the head the face's picture covers.
  Result<FaceType> face_type(std::size_t index) const;

 private:
  struct Place {
    std::uint32_t person = 0;  // number in persons_
    std::string file_name;     // empty in a pack
    std::uint64_t offset = 0, size = 0;
  };
  struct Head {
    FaceInfo info;
    int width = 0;
  };
  bool find_in_pack(const fs::path& pak);
  void add_loose(const fs::path& folder, const std::string& person);
  fs::path path_of(std::size_t index) const;
  // The file from its start; no more than `most` bytes.
  Result<Bytes> bytes(std::size_t index, std::uint64_t most) const;
  Result<Head> head(std::size_t index) const;
  float yaw(std::size_t index) const;
  std::vector<std::uint64_t> keys() const;

  fs::path folder_;
  bool packed_ = false;
  std::vector<std::string> persons_;
  std::vector<Place> places_;
  std::shared_ptr<const Faceset> table_;  // a pack whose JPEGs carry no metadata of their own
};

}  // namespace understudy
