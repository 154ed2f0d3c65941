// SPDX-License-Identifier: Apache-2.0
// One of our models as the .dfm file (ONNX) that DeepFaceLive and others load (spec networks-and-training.md 6).
#pragma once

#include "lib/training/model_folder.hpp"

namespace understudy {

struct DfmTarget {
  fs::path file;
  bool averaged = true;    // the running mean of the weights (EMA) where the generation has one
  bool quantised = false;  // float16 weights and convolutions: half the size
};

struct DfmWritten {
  std::uint64_t bytes = 0;
  std::size_t tensors = 0;  // of the networks
};

// "clooney_SAEHD_model.dfm", as DeepFaceLab calls it.
std::string dfm_name(const std::string& model, ModelClass);

// Writes the file, over one that is there. A generation that lacks a tensor of the model is bad_file; a model that is
// larger than such files can be, or too large in its numbers for float16, is bad_option.
Result<DfmWritten> write_dfm(const ModelDescription&, const LoadedGeneration&, const DfmTarget&);

}  // namespace understudy
