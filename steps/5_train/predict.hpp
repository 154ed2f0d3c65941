// SPDX-License-Identifier: Apache-2.0
// Decodes aligned faces with a trained model, without merging them into frames.
#pragma once

#include <string>

#include "lib/base/files.hpp"
#include "lib/jobs/run.hpp"
#include "lib/predict/model_file_rows.hpp"

namespace understudy {

struct PredictOptions : ModelFileChoice {
  std::string model;
  fs::path input, output;
  int limit = 0;
  double morph = 1;
  int threads = 0;
  bool gpu = true;
};

// With the model of that folder, or options.model_file. Writes STEM.png (swapped face, marked as synthetic),
// STEM_mask_prd.png and STEM_mask_dst.png per face, at the model's resolution. Returns how many faces were decoded;
// unreadable ones are warnings.
Result<int> predict_faces(const fs::path& model, const PredictOptions&, Run&);

}  // namespace understudy
