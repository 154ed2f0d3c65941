// SPDX-License-Identifier: Apache-2.0
// Finding models and what they have behind them, without LibTorch.
#pragma once

#include <string>

#include "lib/base/files.hpp"

namespace understudy {

// The model folder a verb means: MODELS/NAME when a name is given, else the most recently saved one.
Result<fs::path> find_model(const fs::path& models, const std::string& name);
// Seconds of training behind the newest generation; 0 when there is none or no model.
double trained_seconds(const fs::path& model);
std::int64_t trained_iterations(const fs::path& model);

}  // namespace understudy
