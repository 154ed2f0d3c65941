// SPDX-License-Identifier: Apache-2.0
// Faces of another folder or pack copied into a side's faceset.
#pragma once

#include "lib/jobs/run.hpp"
#include "lib/project/workspace.hpp"
#include "steps/3_faceset/options.hpp"

namespace understudy {

// Copies every whole face of options.from (a folder of faces, one with `aligned` in it, or a faceset.pak) into
// `folder`, which is made where it is missing. No file is written over: faces that are there byte for byte are counted
// as such, and "a.jpg" becomes "a~2.jpg" where another picture has that name. A rerun copies what is missing.
// bad_option where the two cannot lie in one folder: one is packed, or persons have folders of their own in one alone.
Result<std::string> import_faces(const Workspace&, Side, const std::filesystem::path& folder, const FaceImportOptions&,
                                 Run&);

}  // namespace understudy
