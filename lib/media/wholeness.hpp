// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: whether a file is as long as it says it is.
#pragma once

#include "lib/base/files.hpp"

namespace understudy::media {

// How many bytes the file ought to have by what its containers say: Matroska's segment, AVI's RIFF chunks, MP4's boxes.
// Not more than it has when it does not tell (a recording that was never finished, a transport stream).
std::uint64_t announced_size(const fs::path&);

}  // namespace understudy::media
