// SPDX-License-Identifier: Apache-2.0
// What somebody did by hand on one crop of a face, taken over to another crop of it.
#pragma once

#include "lib/face/face_file.hpp"

namespace understudy {

// Polygons, a stored mask, raised brows, keys that other programs wrote.
bool has_hand_work(const FaceInfo&);
// The stored mask as the other crop shows it; it covers what the crop covers, at a size of its own. `new_from_old`:
// pixels of the old crop (old_size a side) to those of the new one.
Result<> move_mask(FaceInfo&, const Affine& new_from_old, int old_size, int new_size);
// Puts the hand work of `from` into `to`: points and mask mapped by the two alignments (image_to_face_mat). Keys of our
// own stay those of `to`.
Result<> carry_hand_work(const FaceInfo& from, int from_size, FaceInfo& to, int to_size);

}  // namespace understudy
