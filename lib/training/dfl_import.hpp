// SPDX-License-Identifier: Apache-2.0
// DeepFaceLab's model files (spec networks-and-training.md 2, formats.md 4) as one of ours. The pickles are read by the
// restricted reader; a tensor that is missing or does not fit is refused, never re-initialised.
#pragma once

#include "lib/training/model_folder.hpp"

namespace understudy {

struct DflModel {
  std::string name;  // the user's name of it
  ModelDescription description;
  std::vector<std::string> not_taken;  // its options that are set and have no counterpart in a model here
  std::vector<std::string> remarks;    // sentences worth telling
  std::string other_options = "{}";    // JSON object, for an export (dfl_options.hpp)
  LoadedGeneration generation;         // optimizer empty when the folder has no optimiser file
};

struct DflImportOptions {
  bool optimizer = true;       // off: its memory is left behind
  bool discriminators = true;  // off: they and their optimisers are left behind
};

// Reads NAME_SAEHD_*, NAME_AMP_* or NAME_Quick96_* from a folder; with an empty name the only or newest one in it.
// Discriminators come along when their files are there, and must be there when the options switch them on.
Result<DflModel> read_dfl_model(const fs::path& folder, const std::string& name, const DflImportOptions& = {});

// One of its weight files (a pickled dict of "path:0" -> array) as tensors in LibTorch's layouts, names prefixed by the
// part: "encoder/down1/downs_0/conv1/weight". For XSeg and tests as well.
Result<std::map<std::string, Tensor>> read_dfl_weights(const fs::path& file, std::string_view part);

}  // namespace understudy
