// SPDX-License-Identifier: Apache-2.0
// What changes labels and masks, each as one change that `mask label --undo` takes back. The functions take the faces'
// folder as they begin and give it back when they return; packed facesets are refused.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lib/face/labels/label_book.hpp"
#include "lib/jobs/run.hpp"
#include "lib/jobs/tally.hpp"
#include "steps/4_mask/options.hpp"

namespace understudy {

Result<std::string> remove_labels(const fs::path& folder, const MaskRemoveOptions&, Run&);
Result<std::string> remove_masks(const fs::path& folder, const MaskRemoveOptions&, Run&);
Result<std::string> label_faces(const fs::path& folder, const MaskLabelOptions&, Run&);

// {"format": "understudy.labels", "version": 1, "what": "…", "faces": {"a.jpg": [operation, …]}}: what a studio sends
// when somebody draws. Everything is tried out before the first face is changed. Returns the report of the verb.
Result<std::string> apply_labels(const fs::path& folder, const nlohmann::json& document, Run&);
// The labels of one face: {"face", "width", "height", "polygons": […], "open": polygon or null, "mask": true or false}.
Result<nlohmann::json> labels_of_face(const fs::path& folder, const std::string& face);

// Faces made anew by `make`, which returns nothing for one that stays as it is; by several threads. What could not be
// read or changed is told of by the tally, "changed" counts.
using MakeOperations =
    std::function<Result<std::optional<std::vector<LabelOperation>>>(const std::string& name, const FaceInfo&)>;
Result<> change_faces(const fs::path& folder, LabelBook&, const LabelChange&, const std::vector<std::string>& names,
                      int threads, Tally&, Run&, const MakeOperations& make);

}  // namespace understudy
