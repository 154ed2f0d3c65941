// SPDX-License-Identifier: Apache-2.0
// The faces that lie in the folder now, told by what their metadata says, whatever they are called and whether they are
// packed.
#pragma once

#include <map>
#include <span>

#include "lib/face/face_file.hpp"
#include "lib/project/extract_journal.hpp"

namespace understudy {

// The upright box of the landmarks inside the face (17 and on), in pixels of the frame: where a face is, to know it by.
Rect face_box(const Landmarks68& in_frame);
// Index of the box that shares most with the face's, and enough to be the same face; -1 for none. Those that are
// `taken` do not count.
int same_face(const Rect& face, std::span<const Rect> boxes, const std::vector<bool>& taken);

struct PresentFace {
  std::string name;  // relative to the folder; empty in a pack
  Rect box;
};

class PresentFaces {
 public:
  // Reads the metadata of every face: of the folder, its sub-folders (persons) and its faceset.pak.
  static Result<PresentFaces> read(const fs::path& folder);
  bool packed() const { return packed_; }
  // Those of a frame, by the name of its file; frames are told by their stems.
  const std::vector<PresentFace>& of_frame(const std::string& frame_name) const;
  // Whether each face that the record holds is still there.
  bool all_there(const FrameRecord&) const;

 private:
  void add(const std::string& name, const FaceInfo&);
  std::map<std::string, std::vector<PresentFace>> by_stem_;
  bool packed_ = false;
};

// How many faces there are, by their endings only: quick.
std::int64_t count_faces(const fs::path& folder);

}  // namespace understudy
