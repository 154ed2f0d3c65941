// SPDX-License-Identifier: Apache-2.0
#include "lib/base/io_failure.hpp"

#include <cerrno>
#include <cstring>

namespace understudy {

Failure io_failure(std::string_view what, const std::filesystem::path& path, int error) {
  std::string hint;
  if (error == ENOSPC || error == EDQUOT) hint = "Free some space on that disk and run the command again.";
  if (error == EACCES || error == EROFS || error == EPERM) hint = "Check that you may write there.";
  const Code code = error == ENOENT ? Code::not_found : Code::io;
  return fail_with_hint(code, fmt::format("Cannot {} {}: {}", what, path.string(), std::strerror(error)), hint);
}

}  // namespace understudy
