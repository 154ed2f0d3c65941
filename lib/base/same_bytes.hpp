// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace understudy {

// Whether both files can be read and hold the same. A part of files.hpp.
bool same_bytes(const std::filesystem::path&, const std::filesystem::path&);

}  // namespace understudy
