// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "lib/predict/predictor.hpp"

namespace understudy {

// No model: gives each face back as it is, with masks of 1 everywhere. What is merged by it is the frame itself, put
// through masks and colours.
std::unique_ptr<Predictor> raw_predictor(FaceType, int resolution);

}  // namespace understudy
