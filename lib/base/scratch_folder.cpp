// SPDX-License-Identifier: Apache-2.0
#include "lib/base/scratch_folder.hpp"

#include <cerrno>
#include <cstdlib>

namespace understudy {

static fs::path new_folder() {
  std::string name = (fs::temp_directory_path() / "understudy-XXXXXX").string();
  if (!::mkdtemp(name.data()))
    throw fs::filesystem_error("no scratch folder", name, std::error_code(errno, std::generic_category()));
  return name;
}

ScratchFolder::ScratchFolder() : path(new_folder()) {}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

}  // namespace understudy
