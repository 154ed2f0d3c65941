// SPDX-License-Identifier: Apache-2.0
// Faces of drawn people as a user would have labelled them, for measuring how an XSeg model learns
// (bench/drawn_masks.py).
#pragma once

#include "lib/base/files.hpp"

namespace understudy::mask_bank {

struct LabelledSet {
  int first = 0, people = 40;        // so many from that one on, of those whose hairline can be seen
  int first_play = 0, pictures = 1;  // of each of them: other expressions, poses, light; below 64 plays
  bool world = false;                // see put_in_the_world(); else something in the scene is before each face
  int side = 256;                    // of the crops, pixels
  std::uint64_t seed = 1;            // of what lies before them
};
// p00012_03.jpg …: person 12 in play 3, with the truth as the stored mask and its outline, of at most 60 points a
// polygon, as the labels.
Result<> write_labelled_set(const fs::path& folder, const LabelledSet&);

}  // namespace understudy::mask_bank
