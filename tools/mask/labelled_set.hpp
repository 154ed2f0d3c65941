// SPDX-License-Identifier: Apache-2.0
// Faces of drawn people as a user would have labelled them, for measuring how an XSeg model learns
// (bench/drawn_masks.py).
#pragma once

#include "lib/base/files.hpp"

namespace understudy::mask_bank {

struct LabelledSet {
  int first = 0, people = 40;  // one face of each of these
  int side = 256;              // of the crops, pixels
  std::uint64_t seed = 1;      // of what lies before them
};
// p00012.jpg …: with the truth as the stored mask and its outline, of at most 60 points a polygon, as the labels.
Result<> write_labelled_set(const fs::path& folder, const LabelledSet&);

}  // namespace understudy::mask_bank
