// SPDX-License-Identifier: Apache-2.0
// Is LibTorch computing what it should on this machine? A tiny network with known weights and a known answer.
#pragma once

#include <map>
#include <string>

#include "lib/base/result.hpp"

namespace understudy {

// Forward and one training step of a 64-pixel df-ud on CPU (fp32, and bf16 where the processor has it) and GPU, against
// numbers worked out when the network was made. Returns what was checked, as one line.
Result<std::string> check_training_engine(bool allow_gpu);
std::string gpu_description(bool allow_gpu);  // "none", or its name
std::map<std::string, std::string> library_versions();

}  // namespace understudy
