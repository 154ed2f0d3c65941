// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/4_mask/options.hpp"

namespace understudy {

// Masks as <stem>_mask.png at the size of the face, polygons as <stem>.json (LabelMe) and all in coco.json, into
// `target`. What stands there and was not made here, or was worked on since, is put aside.
Result<std::string> export_labels(const std::filesystem::path& folder, const std::filesystem::path& target,
                                  const MaskExportOptions&, Run&);
// What labelling programs made of that, back into the faces: one change that `mask label --undo` takes back. Files that
// say what the face says already change nothing. `from`: a folder, or a COCO file.
Result<std::string> import_labels(const std::filesystem::path& folder, const std::filesystem::path& from,
                                  const MaskImportOptions&, Run&);

}  // namespace understudy
