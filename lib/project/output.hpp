// SPDX-License-Identifier: Apache-2.0
// What --output may name: never what a verb reads, and never what the workspace itself is made from.
#pragma once

#include <span>

#include "lib/project/workspace.hpp"

namespace understudy {

// bad_option when the output is one of the inputs, by whatever name. Empty paths are passed over; neither needs to be
// there.
Result<> check_output(const fs::path& output, std::span<const fs::path> inputs);
Result<> check_output(const fs::path& output, std::initializer_list<fs::path> inputs);
// The same for an output that may not be one of the workspace's sources either: data_src.*, data_dst.*, the folders of
// those names, model.
Result<> check_output(const Workspace&, const fs::path& output, std::initializer_list<fs::path> inputs);
// bad_option when an input lies in the folder, which may be moved aside as a whole.
Result<> check_not_around(const fs::path& output_folder, std::initializer_list<fs::path> inputs);

}  // namespace understudy
