// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "fuzz/target.hpp"
#include "lib/base/scratch_folder.hpp"

namespace understudy::fuzz {

fs::path as_file(const std::uint8_t* data, std::size_t size, const char* name) {
  static const ScratchFolder folder;
  const fs::path path = folder.path / name;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return path;
}

}  // namespace understudy::fuzz
