// SPDX-License-Identifier: Apache-2.0
// Faces that somebody placed: the list that the studio and scripts hand over (docs/2-extract.md has the format).
#pragma once

#include <map>

#include "lib/base/files.hpp"
#include "lib/detect/face_finder.hpp"

namespace understudy {

struct HandFrame {
  struct Box {
    Rect rect;
    double angle = 0;  // radians, clockwise: how far the head is turned
  };
  bool replace = true;                 // what was found in the frame does not count
  std::vector<Box> boxes;              // the mesh network places the landmarks
  std::vector<Landmarks68> landmarks;  // complete as they are
  std::string text;                    // the entry itself: another for other faces
};

// By frame name; a name may come without its ending.
Result<std::map<std::string, HandFrame>> read_manual(const fs::path&);
// The entry for a frame, or null.
const HandFrame* hand_frame(const std::map<std::string, HandFrame>&, const std::string& frame_name);

Result<std::vector<FoundFace>> faces_by_hand(FaceFinder&, const ImageU8& frame_bgr, const HandFrame&);

}  // namespace understudy
