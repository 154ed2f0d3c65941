// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/models.hpp"

#include "lib/base/hash.hpp"
#include "lib/base/path_text.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/training/model_list.hpp"
#include "lib/training/net_predictor.hpp"
#include "lib/xseg/generic_mask.hpp"

namespace understudy {
namespace {

std::uint64_t weights_of(const fs::path& model, std::int64_t iteration) {
  std::uint64_t checksum = 0;
  std::error_code error;
  if (fs::is_regular_file(model, error)) return file_checksum(model).value_or(0);  // --model-file
  if (const auto list = usable_list(model)) {
    for (const auto& entry : list->entries)
      if (entry.iteration == iteration) checksum = entry.weights.checksum;
  }
  return checksum;
}

// The XSeg network and what it is.
Result<std::pair<std::unique_ptr<Masker>, std::uint64_t>> masker_for(const MergeOptions& options,
                                                                     const MergePaths& paths, FaceType type, Run& run) {
  std::vector<std::string> warnings;
  const bool generic = takes_generic_mask(options, paths);
  if (generic) run.note("There is no XSeg model: the generic mask is taken");
  const MaskerOptions how{options.threads, options.gpu};
  auto opened = generic ? open_generic_masker(how) : open_masker(paths.xseg, how, warnings);
  if (!opened) {
    return fail_with_hint(opened.error().code, "This mask needs an XSeg model: " + opened.error().message,
                          "Choose a mask without xseg, train a model (understudy mask train), or name one with "
                          "--xseg-model.");
  }
  for (auto& w : warnings) run.warn(std::move(w));
  if (const auto of = (*opened)->face_type(); of && *of != type) {
    run.warn(fmt::format("The XSeg model is one of {}s and the face model one of {}s: masks may be wrong at the border",
                         face_type_name(*of), face_type_name(type)));
  }
  TRY(const auto content, generic ? Result<std::uint64_t>(generic_mask_content()) : masker_content(paths.xseg));
  return std::pair(*std::move(opened), content);
}

}  // namespace

bool takes_generic_mask(const MergeOptions& options, const MergePaths& paths) {
  return options.xseg_model.empty() && !is_masker(paths.xseg) && has_generic_mask();
}

void MergeModels::add(const std::string& name, const fs::path& folder, std::unique_ptr<Predictor> predictor) {
  const auto iteration = predictor->iteration();
  std::uint64_t content = xxh3(static_cast<std::uint64_t>(iteration), weights_of(folder, iteration));
  content = xxh3(static_cast<std::uint64_t>(predictor->face_type()), content);
  content = xxh3(static_cast<std::uint64_t>(predictor->resolution()), content);
  models_.emplace(name, Opened{std::move(predictor), content});
}

Result<MergeModels> MergeModels::open(std::unique_ptr<Predictor> own, const MergeOptions& options,
                                      const MergePaths& paths, const std::set<std::string>& of_persons, bool with_xseg,
                                      Run& run) {
  MergeModels models;
  const FaceType type = own->face_type();
  models.add("", paths.model, std::move(own));
  for (const auto& name : of_persons) {
    if (name.empty()) continue;
    TRY(const auto folder, find_model(paths.models, path_of_text(name).string()));
    std::vector<std::string> warnings;
    TRY(auto predictor, open_model_predictor(folder, {options.threads, options.gpu}, warnings));
    for (auto& w : warnings) run.warn(std::move(w));
    models.add(name, folder, std::move(predictor));
  }
  if (!with_xseg) return models;
  TRY(auto masker, masker_for(options, paths, type, run));
  models.masker_ = std::move(masker.first);
  models.masker_content_ = masker.second;
  return models;
}

std::uint64_t MergeModels::content(const PlannedFace& face) const {
  const auto own = models_.at(face.model).content;
  return needs_xseg(face.settings.mask_mode) ? xxh3(masker_content_, own) : own;
}

MergeModel MergeModels::model_for(const PlannedFace& face) const {
  Predictor& predictor = *models_.at(face.model).predictor;
  MergeModel model;
  model.face_type = predictor.face_type();
  model.resolution = predictor.resolution();
  model.predict = [this, &predictor, morph = face.settings.morph](const ImageF& crop) -> Result<Prediction> {
    std::lock_guard lock(*predicting_);  // the network itself uses all threads
    TRY(auto faces, predictor.predict({&crop, 1}, morph));
    return Prediction{std::move(faces[0].bgr), std::move(faces[0].mask), std::move(faces[0].mask_dst)};
  };
  if (!masker_) return model;
  model.xseg = [this](const ImageF& crop) -> Result<ImageF> {
    std::lock_guard lock(*predicting_);
    TRY(auto masks, masker_->masks({&crop, 1}));
    return std::move(masks[0]);
  };
  return model;
}

Result<Merged> MergeModels::merge(const ImageU8& frame_bgr, const PlannedFrame& plan) const {
  std::vector<MergeModel> models;
  for (const auto& face : plan.faces) models.push_back(model_for(face));
  std::vector<FaceLook> looks;
  for (std::size_t i = 0; i < plan.faces.size(); ++i)
    looks.push_back({&plan.faces[i].face, &plan.faces[i].settings, &models[i]});
  return merge_looks(frame_bgr, looks, plan.raw ? resolution() : 0, seeded_random(1));
}

}  // namespace understudy
