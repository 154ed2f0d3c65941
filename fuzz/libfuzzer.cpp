// SPDX-License-Identifier: Apache-2.0
// Hands libFuzzer the seeds, as a further folder of inputs behind those that it is called with.
#include <fstream>

#include "fuzz/target.hpp"
#include "lib/base/scratch_folder.hpp"

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  using namespace understudy;
  std::vector<char*> all(*arguments, *arguments + *count);
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (fs::is_regular_file(all[i])) return 0;  // runs that one
  }
  static const ScratchFolder seeds;
  static std::string folder = seeds.path.string();
  for (const auto& seed : fuzz::seeds()) {
    std::ofstream out(seeds.path / fmt::format("{}", std::distance(fs::directory_iterator(seeds.path), {})));
    out.write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
  }
  static std::vector<char*> with_seeds;
  with_seeds = std::move(all);
  with_seeds.insert(with_seeds.end(), {folder.data(), nullptr});
  *count = static_cast<int>(with_seeds.size()) - 1;
  *arguments = with_seeds.data();
  return 0;
}
