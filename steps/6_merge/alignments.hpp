// SPDX-License-Identifier: Apache-2.0
// Which faces each frame has, and how they move (spec pipeline.md 7.1).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/face/faceset.hpp"
#include "steps/6_merge/compose.hpp"

namespace understudy {

struct AlignedFace {
  Landmarks68 landmarks{};      // in the frame
  std::optional<int> person;    // whose track it belongs to, where extraction said so
  std::optional<double> score;  // of detector and landmarks, 0..1, where extraction said it
  std::size_t entry = 0;        // its place in the faceset
};
struct Alignments {
  std::map<std::string, std::vector<AlignedFace>> by_frame;  // frame file's stem -> its faces, in aligned-file order
  std::vector<std::string> without_source;                   // aligned files that do not say which frame they are from
  std::vector<std::string> crowded;                          // stems of frames with several faces, sorted
};
// Reads source_filename, source_landmarks, person and score of every face of the set.
Result<Alignments> read_alignments(const Faceset&);

// From the full-face centres in the frame before and after; whole pixels, as DeepFaceLab rounds them.
FaceMotion motion_between(const Landmarks68& before, const Landmarks68& after);
// The faces of each frame, given the frames' stems in order. Motion is set where a frame and both its neighbours have a
// face (the ends are their own neighbours); with any crowded frame it stays 0 everywhere.
std::vector<std::vector<MergeFace>> faces_by_frame(const Alignments&, std::span<const std::string> stems);

}  // namespace understudy
