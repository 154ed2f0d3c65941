// SPDX-License-Identifier: Apache-2.0
// What was measured of each merged frame, on disk, so that only frames that changed are measured again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "steps/6_merge/reasons.hpp"

namespace understudy {

struct MeasuredPicture {
  std::string of;      // the recipe of the picture that was measured, without a fallback
  std::string before;  // that of the frame before, where the change from it was measured
  FrameFacts facts;    // those that are measured
};
struct CheckRecords {
  std::uint64_t src = 0;                          // the faceset that src_distance was measured against
  std::map<std::string, MeasuredPicture> frames;  // by the frame's name
  // Whether pictures in a plate's own colours were measured in SDR; earlier programs took their codes as they are.
  bool in_sdr = true;
};

// None where the file is missing, of a newer version or damaged: all is then measured again.
CheckRecords read_records(const fs::path&);
Result<> write_records(const fs::path&, const CheckRecords&);

// What was measured of a picture, put beside what is known before; false where it was another picture. The change from
// the frame before counts only when that too is still what it was.
bool take_over(const MeasuredPicture&, const std::string& recipe, const std::string& recipe_before, FrameFacts& into);

}  // namespace understudy
