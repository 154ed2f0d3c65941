// SPDX-License-Identifier: Apache-2.0
// A trained model that another one begins from.
#pragma once

#include "lib/training/model_folder.hpp"

namespace understudy {

struct Origin {
  fs::path path;
  ModelDescription description;
  std::map<std::string, Tensor> weights;  // where the model keeps averaged ones, those
};

// The named model's newest good generation; `warnings` tells of damaged ones. A model of another class is
// Code::bad_option.
Result<Origin> open_origin(const fs::path& models, const std::string& name, ModelClass,
                           std::vector<std::string>& warnings);

// All weights of a new model: fresh ones, but in the named parts ("encoder,decoder_src"; empty: all) the origin's,
// grown where the new model differs by resolution or face type (grow.hpp). A part that is unknown or does not fit is
// Code::bad_option.
Result<std::vector<NamedTensor>> weights_from(const Origin&, const ModelDescription&, const std::string& parts);

}  // namespace understudy
