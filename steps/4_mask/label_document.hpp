// SPDX-License-Identifier: Apache-2.0
// Documents of labels (labelling.hpp): what a studio or somebody's program asks to be done in each face.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lib/face/labels/operations.hpp"

namespace understudy {

struct FaceWork {
  std::string face;
  std::vector<LabelOperation> operations;
};
// Each face once; bad_file in one sentence for anything that is no such document, newer_version for a later one.
Result<std::vector<FaceWork>> work_of(const nlohmann::json& document);

}  // namespace understudy
