// SPDX-License-Identifier: Apache-2.0
// Tools that move files and touch no picture: original names, delete, restore, undo.
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/3_faceset/options.hpp"

namespace understudy {

// <frame>_<index>.jpg again, as extraction named them (spec pipeline.md 4.2). The faces of a frame are numbered from
// the largest in the frame, as extractors do, where their rectangles are known. A name that another file has is passed
// over.
Result<std::string> recover_names(const std::filesystem::path& folder, const RecoverOptions&, Run&);

// Into <folder>_trash; names that are not there are reported.
Result<std::string> delete_faces(const std::filesystem::path& folder, const ChooseOptions&, Run&);
// Back from it: those named, or all. A face whose place is taken stays in the trash.
Result<std::string> restore_faces(const std::filesystem::path& folder, const ChooseOptions&, Run&);

// Takes back the last change of the faces by hand, here or in the studio, or does it again: see FaceHistory.
Result<std::string> undo_change(const std::filesystem::path& folder, const FolderOptions&, Run&);
Result<std::string> redo_change(const std::filesystem::path& folder, const FolderOptions&, Run&);

}  // namespace understudy
