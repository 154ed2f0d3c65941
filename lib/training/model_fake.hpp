// SPDX-License-Identifier: Apache-2.0
// For tests: small generations whose numbers follow from their iteration.
#pragma once

#include <algorithm>
#include <fstream>

#include "lib/base/scratch_folder.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {

inline ModelDescription described() {
  ModelDescription d;
  d.saehd.archi = "df-ud";
  d.saehd.batch_size = 6;
  d.seed = 77;
  return d;
}

// A generation whose every number follows from its iteration. The three files differ in size.
inline Generation made(std::int64_t iteration) {
  const auto i = static_cast<double>(iteration);
  Generation g{iteration, iteration * 2, i * 0.5, {}, {}, {}};
  g.weights = {{"encoder/weight", torch::arange(300, torch::kFloat32) + i}, {"D_src/weight", torch::full({7}, i)}};
  g.optimizer = {{"iters", torch::tensor({iteration})}, {"ms/encoder/weight", torch::arange(900, torch::kFloat32) * i}};
  g.losses = torch::arange(2 * iteration, torch::kFloat32).reshape({iteration, 2});
  return g;
}

inline bool is_as_made(const LoadedGeneration& loaded) {
  const auto wanted = made(loaded.iteration);
  auto same = [](const std::vector<NamedTensor>& all, const std::map<std::string, Tensor>& got) {
    return all.size() == got.size() && std::ranges::all_of(all, [&](const NamedTensor& t) {
             return got.contains(t.name) && torch::equal(t.tensor, got.at(t.name));
           });
  };
  return same(wanted.weights, loaded.weights) && same(wanted.optimizer, loaded.optimizer) &&
         torch::equal(wanted.losses, loaded.losses) && loaded.batches == wanted.batches &&
         loaded.seconds == wanted.seconds;
}

inline std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

inline void spit(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

}  // namespace understudy
