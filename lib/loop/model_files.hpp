// SPDX-License-Identifier: Apache-2.0
// Which files of a model's folder are understudy's own. All others are somebody's and stay.
#pragma once

#include <string_view>

#include "lib/base/files.hpp"

namespace understudy {

bool is_generation_file(std::string_view name);  // "weights-120.safetensors", "history-120-3.safetensors"
bool is_note_file(std::string_view name);        // "generation-120.json", "generation-120-3.json"

// Removes all that understudy wrote there, what says that there is a model first, with the backups, and the folders
// that are empty then. True when nothing else lay there, so that the model's folder is gone.
Result<bool> remove_model_files(const fs::path& model);

}  // namespace understudy
