// SPDX-License-Identifier: Apache-2.0
// For tests: untrained models whose every number counts, to be exported and compared.
#pragma once

#include <string>
#include <vector>

#include "lib/training/build_net.hpp"
#include "lib/training/model_folder.hpp"
#include "lib/training/tiny_model.hpp"

namespace understudy {

// No bias is 0, and kernels are as large as keeps what flows through at its size: half of it is lost in a leaky ReLU,
// hardly any in x cos(x).
struct MadeModel {
  explicit MadeModel(const ModelDescription& described) : description(described), parameters(described.seed) {
    const auto spec = spec_of(description);
    if (!spec) throw std::runtime_error(to_sentence(spec.error()));
    net = build_net(*spec, parameters);
    torch::manual_seed(3);
    const double gain = spec->shape.archi.cosine && !spec->amp() ? 1 : 1.5;
    for (auto& p : parameters.all()) {
      if (p.name.ends_with("/bias")) p.master.normal_(0, 0.05);
      if (p.name.ends_with("/weight")) p.master.mul_(gain);
      generation.weights.emplace(p.name, p.master);
    }
    parameters.set_requires_grad(false);
    generation.iteration = 7;
  }
  ModelDescription description;
  Parameters parameters;
  std::unique_ptr<FaceNet> net;
  LoadedGeneration generation;
};

// df and liae with every choice of the flags u, d, t and c.
inline std::vector<std::string> every_archi() {
  std::vector<std::string> all;
  for (const char* type : {"df", "liae"}) {
    for (int flags = 0; flags < 16; ++flags) {
      std::string archi = type;
      for (int i = 0; i < 4; ++i) {
        if ((flags >> i & 1) == 0) continue;
        if (archi.find('-') == std::string::npos) archi += '-';
        archi += "udtc"[i];
      }
      all.push_back(archi);
    }
  }
  return all;
}

}  // namespace understudy
