// SPDX-License-Identifier: Apache-2.0
// What a training is made of, worked out before anything is written. Inner part of the step.
#pragma once

#include <array>

#include "lib/training/model_folder.hpp"
#include "lib/training/sample_source.hpp"
#include "steps/5_train/train.hpp"

namespace understudy {

SampleRules sample_rules(const ModelDescription&, const ModelSpec&, Side);

// The folder of the model that is meant: the named one, else the newest of that class, else one named after the class.
// A name that leads out of the folder of models is Code::bad_option.
Result<fs::path> model_path(const TrainRequest&);

// Whether a new model begins with the pretrained start.
bool takes_start(const TrainOptions&, const ModelDescription&);
// What the model is from now on; nothing is written yet.
Result<ModelDescription> settle_description(const fs::path& path, const TrainRequest&, Run&);

// The folders of both sides' faces: pretraining learns both from one set (spec 4.9).
Result<std::array<fs::path, 2>> facesets_of(const TrainRequest&, const ModelSpec&);
// A model that is there is only meant to be so described: nothing of it is written.
Result<ModelFolder> open_or_create(const fs::path& path, const ModelDescription&, Run&);

// A sentence for each side whose faces are cut narrower than the model's face type: what lies around them is not there.
std::vector<std::string> narrow_faces(const SampleSource&, const ModelDescription&);

// The prepared faces that will be kept: three float pictures' worth of each, up to the budget.
std::uint64_t cache_bytes_of(const SampleSource&, const ModelSpec&, const TrainRequest&);

}  // namespace understudy
