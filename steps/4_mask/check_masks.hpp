// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "lib/jobs/run.hpp"
#include "steps/4_mask/options.hpp"

namespace understudy {

// What speaks against a mask, each 0 (nothing) to 1.
struct MaskDoubt {
  double hull = 0;                   // how much more of the landmarks' hull it leaves out than the folder's masks do
  double beyond = 0;                 // the same of what it has outside of the hull
  std::optional<double> neighbours;  // 1 - IoU with the likest neighbour: the two faces before and after it in the clip
  std::optional<double> labels;      // 1 - IoU with the labels drawn on the face
  std::optional<double> uncertainty;  // of the model that made the mask, where it was kept
  double total() const;               // the largest of them
};

// What is known of one face's mask, at 64 x 64.
struct MaskSketch {
  std::vector<bool> inside;  // empty: it has none
  double left_out = 0, beyond = 0;
  std::optional<double> labels, uncertainty;
  std::optional<long long> track;
  std::string frame;  // source_filename
};
// In the order of the sketches; nothing for those without a mask. Neighbours are the faces of one track in the two
// frames before and after; where no track is known, all faces of these.
std::vector<std::optional<MaskDoubt>> doubts_of(const std::vector<MaskSketch>&);

// Looks through all masks: check.json with every masked face, most doubtful first, and pages of the worst.
Result<std::string> check_masks(const std::filesystem::path& folder, const std::filesystem::path& target,
                                const MaskCheckOptions&, Run&);

}  // namespace understudy
