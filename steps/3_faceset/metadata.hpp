// SPDX-License-Identifier: Apache-2.0
// meta.dat: the faces' metadata apart from the pictures, for editing these in programs that drop it (spec
// pipeline.md 4.1).
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/3_faceset/options.hpp"

namespace understudy {

// What an earlier meta.dat says of pictures that have lost their metadata since is taken over.
Result<std::string> save_metadata(const std::filesystem::path& folder, Run&);
// Pictures of another size than they had are brought back to it, so that the landmarks fit. The file is removed when
// every picture that it names and that is there has got its metadata back.
Result<std::string> restore_metadata(const std::filesystem::path& folder, const PackOptions&, Run&);

}  // namespace understudy
