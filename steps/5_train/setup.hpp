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
// A name that leads out of the folder of models is Code::bad_option; a damaged model that may be the one is an error.
Result<fs::path> model_path(const TrainRequest&);

// Whether the model has nothing to go on from: it is not there, or nothing of it was saved yet.
Result<bool> is_untrained(const fs::path& model);
// Whether a new model begins with the pretrained start, by this call's options and where they leave it open by what was
// settled when the model was made.
bool takes_start(const TrainOptions&, const ModelDescription&);
// Settles that for a model of which nothing was saved yet, and how fast its encoder learns where nobody said it.
void settle_start(const TrainOptions&, ModelDescription&, bool encoder_lr_given);
// What was asked for, or what the model was made for; a preset is a matter of new models.
PrecisionChoice precision_choice(const TrainRequest&, const ModelDescription&);
// What the model is from now on; nothing is written yet.
Result<ModelDescription> settle_description(const fs::path& path, const TrainRequest&, Run&);

// The folders of both sides' faces: pretraining learns both from one set (spec 4.9).
Result<std::array<fs::path, 2>> facesets_of(const TrainRequest&, const ModelSpec&);
// A model that is there is only meant to be so described: nothing of it is written.
Result<ModelFolder> open_or_create(const fs::path& path, const ModelDescription&, Run&);

// A sentence for each side whose faces are cut narrower than the model's face type: what lies around them is not there.
std::vector<std::string> narrow_faces(const SampleSource&, const ModelDescription&);

// A sentence for each option that is given and does nothing beside the others.
std::vector<std::string> options_without_effect(const ModelSpec&);

// The prepared faces that will be kept: three float pictures' worth of each, up to the budget.
std::uint64_t cache_bytes_of(const SampleSource&, const ModelSpec&, const TrainRequest&);

}  // namespace understudy
