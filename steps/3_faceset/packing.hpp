// SPDX-License-Identifier: Apache-2.0
// A folder of faces into one faceset.pak and back. At any moment every face is in the pack or beside it, whole.
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/3_faceset/options.hpp"

namespace understudy {

// The faces are removed once the pack has been read back and compared, unless they are to be kept. What is no face
// stays. Goes on where a killed run stopped. bad_option when faces lie beside a pack that does not hold them.
Result<std::string> pack_faceset(const std::filesystem::path& folder, const PackOptions&, Run&);
// Writes every face back under its name ("a~2.jpg" where another picture has that name) and removes the pack when all
// are there. What bears no face's name (StoredFaces::of_pack) is told and stays in the pack, which stays with it.
Result<std::string> unpack_faceset(const std::filesystem::path& folder, const PackOptions&, Run&);

}  // namespace understudy
