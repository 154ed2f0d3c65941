// SPDX-License-Identifier: Apache-2.0
// What a library needs of the system and does not survive the lack of.
#pragma once

#include "lib/base/result.hpp"

namespace understudy {

// OpenVINO reads /proc/cpuinfo line by line and never ends where the file is missing (a bare chroot).
Result<> check_processor_files();

}  // namespace understudy
