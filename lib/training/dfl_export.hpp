// SPDX-License-Identifier: Apache-2.0
// One of our models as DeepFaceLab's files, so that the original opens it (spec networks-and-training.md 2).
#pragma once

#include <functional>

#include "lib/training/model_folder.hpp"

namespace understudy {

struct DflTarget {
  fs::path folder;       // made when missing
  std::string name;      // the user's name there; underscores become spaces, as DeepFaceLab cuts names at them
  bool averaged = true;  // the running mean of the weights (EMA) where the generation has one
  bool replace = false;  // an existing model of that name and class; else it is refused
  std::string other_options = "{}";  // as an import left them (DflModel::other_options)
  // Gets a sentence when something of that name was not made here, or was changed since, and is put aside.
  std::function<void(std::string)> tell;
};

struct DflWritten {
  std::string name;  // with the class: "clooney_SAEHD"
  std::vector<fs::path> files;
  std::size_t tensors = 0;            // of the networks
  std::vector<std::string> left_out;  // our options that DeepFaceLab does not have
};

// Writes the parts, the optimisers' files, the summary and last NAME_CLASS_data.dat, by which DeepFaceLab finds a
// model. Takes the folder meanwhile. What is replaced goes when all is written: when anything fails before, the folder
// is as it was. A generation without the tensors that its options ask for is refused; a missing optimiser is left out,
// as the original starts it anew then.
Result<DflWritten> write_dfl_model(const ModelDescription&, const LoadedGeneration&, const DflTarget&);

}  // namespace understudy
