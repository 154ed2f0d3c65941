// SPDX-License-Identifier: Apache-2.0
// What the system would not do with a file, in one wording for all rooms.
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/base/result.hpp"

namespace understudy {

// "Cannot remove data_dst/aligned/a.jpg: Permission denied", for an errno value (that of a std::error_code too), with
// what the user can do about a full disk or missing rights. Code::not_found where the file is not there, else Code::io.
[[nodiscard]] Failure io_failure(std::string_view what, const std::filesystem::path&, int error);

}  // namespace understudy
