// SPDX-License-Identifier: Apache-2.0
#include "lib/base/platform_check.hpp"

#include <fstream>
#include <string>

namespace understudy {

Result<> check_processor_files() {
#ifdef __linux__
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  if (!std::getline(file, line)) {
    return fail_with_hint(Code::device, "This system has no /proc/cpuinfo, without which faces cannot be searched",
                          "Mount it first: mount -t proc proc /proc");
  }
#endif
  return {};
}

}  // namespace understudy
