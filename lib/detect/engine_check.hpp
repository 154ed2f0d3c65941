// SPDX-License-Identifier: Apache-2.0
// Does OpenVINO compute on this machine what it should? The landmark network on a known pattern.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace understudy {

Result<std::string> check_detection_engine();
std::vector<std::string> embedded_models();  // names and sizes of the networks inside the program

}  // namespace understudy
