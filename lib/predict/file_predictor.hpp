// SPDX-License-Identifier: Apache-2.0
// A face model in a file that DeepFaceLab, `model export --to dfm` or another program exported (.dfm or .onnx; spec
// networks-and-training.md 6), run by lib/infer. docs/export.md tells what such a file must have.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "lib/predict/predictor.hpp"

namespace understudy {

struct ModelFileOptions {
  int threads = 0;                    // 0 = all
  std::optional<FaceType> face_type;  // where the file does not tell; one that says otherwise is refused
  int resolution = 0;                 // likewise; 0 = the file tells
  FaceType guess = FaceType::whole;   // of the face type, where neither does
};

// Opens the file; it has a morph where it has that input. bad_file when it is no face model, bad_option when it needs
// an option or contradicts one.
Result<std::unique_ptr<Predictor>> open_model_file(const std::filesystem::path&, const ModelFileOptions&);

}  // namespace understudy
