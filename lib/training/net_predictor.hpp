// SPDX-License-Identifier: Apache-2.0
// A model of ours as a Predictor; no LibTorch in this header.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/predict/predictor.hpp"

namespace understudy {

struct NetPredictorOptions {
  int threads = 0;  // 0 = all
  bool allow_gpu = true;
  bool allow_bf16 = false;  // fp32 unless asked: bf16 shows as banding in smooth skin
};

// Opens a model folder's newest whole generation. Warnings tell of damaged newer ones.
Result<std::unique_ptr<Predictor>> open_model_predictor(const fs::path& model, const NetPredictorOptions&,
                                                        std::vector<std::string>& warnings);

}  // namespace understudy
