// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <random>

#include "fuzz/target.hpp"

namespace understudy::fuzz {
namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("understudy-fuzz-{:08x}", std::random_device{}());
  Folder() { fs::create_directories(path); }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

}  // namespace

fs::path as_file(const std::uint8_t* data, std::size_t size, const char* name) {
  static const Folder folder;
  const fs::path path = folder.path / name;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return path;
}

}  // namespace understudy::fuzz
