// SPDX-License-Identifier: Apache-2.0
// DeepFaceLab's model files (spec networks-and-training.md 2, formats.md 4) as one of ours. The pickles are read by the
// restricted reader; a tensor that is missing or does not fit is refused, never re-initialised.
#pragma once

#include "lib/training/model_folder.hpp"

namespace understudy {

struct DflModel {
  std::string name;  // the user's name of it
  ModelDescription description;
  std::vector<std::string> not_taken;  // its options that are set and that we do not have (yet)
  LoadedGeneration generation;         // optimizer empty when the folder has no optimiser file
};

// Reads NAME_SAEHD_* or NAME_Quick96_* from a folder; with an empty name the only or newest one in it.
Result<DflModel> read_dfl_model(const fs::path& folder, const std::string& name);

// One of its weight files (a pickled dict of "path:0" -> array) as tensors in LibTorch's layouts, names prefixed by the
// part: "encoder/down1/downs_0/conv1/weight". For AMP, XSeg and tests as well.
Result<std::map<std::string, Tensor>> read_dfl_weights(const fs::path& file, std::string_view part);

}  // namespace understudy
