// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/models.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "lib/base/hash.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/loop/opened_content.hpp"
#include "lib/training/model_list.hpp"
#include "lib/training/net_predictor.hpp"
#include "lib/xseg/generic_mask.hpp"
#include "steps/6_merge/colour_shift.hpp"

namespace understudy {
namespace {

Result<std::unique_ptr<Masker>> masker_for(const MergeOptions& options, const MergePaths& paths, FaceType type,
                                           Run& run) {
  std::vector<std::string> warnings;
  const bool generic = takes_generic_mask(options, paths);
  if (generic) run.note(why_no_masker(paths.xseg));
  if (const auto whose = whose_masker(paths.xseg); options.xseg_model.empty() && !generic && !whose.empty())
    run.note(whose);
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
  return opened;
}

}  // namespace

bool takes_generic_mask(const MergeOptions& options, const MergePaths& paths) {
  return options.xseg_model.empty() && !is_masker(paths.xseg) && has_generic_mask();
}

static std::vector<ImageF> pictures_of(PredictedFace face) {
  return std::vector{std::move(face.bgr), std::move(face.mask), std::move(face.mask_dst)};
}

void MergeModels::add(const std::string& name, std::unique_ptr<Predictor> predictor, std::uint64_t weights) {
  std::uint64_t content = xxh3(static_cast<std::uint64_t>(predictor->iteration()), weights);
  content = xxh3(static_cast<std::uint64_t>(predictor->face_type()), content);
  content = xxh3(static_cast<std::uint64_t>(predictor->resolution()), content);
  models_.emplace(name, Opened{std::move(predictor), content});
}

Result<MergeModels> MergeModels::open(OwnModel own, const MergeOptions& options, const MergePaths& paths,
                                      const Needs& needs, Run& run) {
  MergeModels models;
  constexpr double gigabyte = 1u << 30;
  const auto budget = paths.predictions.empty() ? 0 : static_cast<std::uint64_t>(options.prediction_cache * gigabyte);
  models.cache_ = std::make_unique<PredictionCache>(paths.predictions, budget);
  const FaceType type = own.predictor->face_type();
  models.add("", std::move(own.predictor), own.weights);
  for (const auto& name : needs.of_persons) {
    if (name.empty()) continue;
    TRY(const auto folder, find_model(paths.models, path_of_text(name).string()));
    std::vector<std::string> warnings;
    TRY(auto predictor, open_model_predictor(folder, {options.threads, options.gpu}, warnings));
    for (auto& w : warnings) run.warn(std::move(w));
    const auto weights = weights_checksum(folder, predictor->iteration());
    models.add(name, std::move(predictor), weights);
  }
  if (needs.enhancer) {
    TRY(models.enhancer_,
        EnhancerPool::open(options.super_resolution_model, {.range = options.super_resolution_range,
                                                            .order = options.super_resolution_order,
                                                            .threads = thread_count(options.threads)}));
  }
  if (needs.eyes) {
    TRY(models.eyes_, EyeReader::open(thread_count(options.threads)));
  }
  if (!needs.xseg) return models;
  TRY(models.masker_, masker_for(options, paths, type, run));
  return models;
}

std::optional<std::uint64_t> MergeModels::content(const PlannedFace& face) const {
  const auto model = models_.find(face.model);
  const bool masked = needs_xseg(face.settings.mask_mode), enhanced = face.settings.super_resolution_power != 0;
  if (model == models_.end() || (masked && !masker_) || (enhanced && !enhancer_)) return {};
  auto content = model->second.content;
  if (masked) content = xxh3(masker_->content(), content);
  if (enhanced) content = xxh3(enhancer_->content(), content);
  return content;
}

std::uint64_t MergeModels::network_of(const PlannedFace& face) const {
  const auto& [predictor, content] = models_.at(face.model);
  return xxh3(std::bit_cast<std::uint64_t>(predictor->morphs() ? face.settings.morph : 1.0), content);
}

MergeModel MergeModels::model_for(const PlannedFace& face) const {
  Predictor& predictor = *models_.at(face.model).predictor;
  MergeModel model;
  model.face_type = predictor.face_type();
  model.resolution = predictor.resolution();
  const auto network = network_of(face);
  model.predict = [this, &predictor, network, morph = face.settings.morph](const ImageF& crop) -> Result<Prediction> {
    TRY(auto made, answer(crop, network, [&]() -> Result<std::vector<ImageF>> {
          std::lock_guard lock(*predicting_);  // the network itself uses all threads
          TRY(auto faces, predictor.predict({&crop, 1}, morph));
          return pictures_of(std::move(faces[0]));
        }));
    if (made.size() != 3) return fail(Code::internal, "A prediction has {} pictures", made.size());
    return Prediction{std::move(made[0]), std::move(made[1]), std::move(made[2])};
  };
  if (enhancer_) {
    model.enhance = [this](const ImageF& small) -> Result<ImageF> {
      TRY(auto made, answer(small, enhancer_->content(), [&]() -> Result<std::vector<ImageF>> {
            TRY(auto larger, enhancer_->enhance(small, enlargement * small.width));
            return std::vector{std::move(larger)};
          }));
      if (made.size() != 1) return fail(Code::internal, "An enhanced face has {} pictures", made.size());
      return std::move(made[0]);
    };
  }
  if (eyes_) {
    model.eyes = [this](const ImageF& bgr, const Landmarks68& landmarks) { return eyes_->read(bgr, landmarks); };
  }
  if (!masker_) return model;
  model.xseg = [this](const ImageF& crop) -> Result<ImageF> {
    constexpr std::uint64_t of_masks = 7;  // so that a mask is never taken for a face
    TRY(auto made, answer(crop, xxh3(of_masks, masker_->content()), [&] {
          std::lock_guard lock(*predicting_);
          return masker_->masks({&crop, 1});
        }));
    if (made.size() != 1) return fail(Code::internal, "A mask has {} pictures", made.size());
    return std::move(made[0]);
  };
  return model;
}

Result<std::vector<ImageF>> MergeModels::answer(const ImageF& crop, std::uint64_t network,
                                                const std::function<Result<std::vector<ImageF>>()>& run) const {
  const auto key = PredictionCache::key_of(crop, network);
  {
    std::lock_guard lock(ahead_->mutex);
    if (auto asked = ahead_->by_key.extract(key)) return std::move(asked.mapped());
  }
  if (auto kept = cache_->find(key)) {
    ++*predictions_kept_;
    return *std::move(kept);
  }
  TRY(auto pictures, run());
  ++*network_runs_;
  cache_->keep(key, pictures);
  for (auto& picture : pictures) picture = at_sixteen_bits(std::move(picture));
  return pictures;
}

namespace {

// Faces, settings and models of a frame; FaceLook holds them by reference.
struct Looks {
  std::vector<MergeModel> models;
  std::vector<FaceLook> all;
};

Looks looks_of(const PlannedFrame& plan, const FrameColours& colours,
               const std::function<MergeModel(const PlannedFace&)>& model_for) {
  Looks looks;
  for (const auto& face : plan.faces) looks.models.push_back(model_for(face));
  for (std::size_t i = 0; i < plan.faces.size(); ++i) {
    const auto& face = plan.faces[i];
    looks.all.push_back({&face.face, &face.settings, &looks.models[i], colours.plate, {}});
    if (!colours.windows.empty()) looks.all.back().window = colours.windows[i];
  }
  return looks;
}

}  // namespace

std::size_t MergeModels::faces_at_once() const {
  int most = 1;
  for (const auto& [name, opened] : models_) most = std::max(most, opened.predictor->faces_at_once());
  return static_cast<std::size_t>(most);
}

template <class T>
std::vector<MergeModels::Question> MergeModels::open_questions(const Image<T>& frame_bgr, const PlannedFrame& plan,
                                                               const PlateColours* plate) const {
  std::vector<Question> open;
  for (const auto& face : plan.faces) {
    Predictor* predictor = models_.at(face.model).predictor.get();
    if (predictor->faces_at_once() == 1) continue;
    MergeModel model;
    model.face_type = predictor->face_type();
    model.resolution = predictor->resolution();
    Question question{predictor, network_of(face), face.settings.morph, face.settings.two_pass,
                      shown_first(frame_bgr, {&face.face, &face.settings, &model, plate, {}})};
    if (question.shown.empty()) continue;
    const auto known = [&] { return cache_->has(PredictionCache::key_of(question.shown, question.network)); };
    if (question.twice && known()) {
      const auto kept = cache_->find(PredictionCache::key_of(question.shown, question.network));
      if (!kept || kept->empty()) continue;
      question.shown = kept->front();
      question.twice = false;
    }
    if (!known()) open.push_back(std::move(question));
  }
  return open;
}
template std::vector<MergeModels::Question> MergeModels::open_questions(const ImageU8&, const PlannedFrame&,
                                                                        const PlateColours*) const;
template std::vector<MergeModels::Question> MergeModels::open_questions(const ImageU16&, const PlannedFrame&,
                                                                        const PlateColours*) const;

Result<> MergeModels::ask_ahead(std::vector<Question> questions) const {
  std::vector<Question> then;
  while (!questions.empty()) {
    // Of one network with one morph at a time, each question once.
    const Question first = questions.front();
    std::map<std::uint64_t, ImageF> shown;
    std::erase_if(questions, [&](Question& q) {
      if (q.network != first.network || q.twice != first.twice) return false;
      shown.emplace(PredictionCache::key_of(q.shown, q.network), std::move(q.shown));
      return true;
    });
    std::vector<ImageF> asked;
    for (const auto& [key, picture] : shown) asked.push_back(picture);
    std::vector<PredictedFace> faces;
    {
      std::lock_guard lock(*predicting_);  // the network itself uses all threads
      TRY(faces, first.predictor->predict(asked, first.morph));
    }
    std::size_t next = 0;
    for (const auto& [key, picture] : shown) {
      auto pictures = pictures_of(std::move(faces[next++]));
      ++*network_runs_;
      cache_->keep(key, pictures);
      for (auto& made : pictures) made = at_sixteen_bits(std::move(made));
      if (first.twice) then.push_back({first.predictor, first.network, first.morph, false, pictures[0]});
      std::lock_guard lock(ahead_->mutex);
      ahead_->by_key.insert_or_assign(key, std::move(pictures));
    }
    if (questions.empty()) questions = std::exchange(then, {});
  }
  return {};
}

template <class T>
MergedAs<T> MergeModels::merge(const Image<T>& frame_bgr, const PlannedFrame& plan, const FrameColours& colours) const {
  const Looks looks = looks_of(plan, colours, [this](const PlannedFace& face) { return model_for(face); });
  TRY(auto merged, merge_looks(frame_bgr, looks.all, plan.raw ? resolution() : 0, seeded_random(1)));
  shift_colours(merged.image_bgr, merged.mask, plan.colour_shift, colours.plate);
  return merged;
}
template Result<Merged> MergeModels::merge(const ImageU8&, const PlannedFrame&, const FrameColours&) const;
template Result<DeepMerged> MergeModels::merge(const ImageU16&, const PlannedFrame&, const FrameColours&) const;

template <class T>
Result<std::optional<ColourMeasure>> MergeModels::measure(const Image<T>& frame_bgr, const PlannedFace& face,
                                                          const PlateColours* plate) const {
  const MergeModel model = model_for(face);
  return measure_colours(frame_bgr, {&face.face, &face.settings, &model, plate, {}}, seeded_random(1));
}
template Result<std::optional<ColourMeasure>> MergeModels::measure(const ImageU8&, const PlannedFace&,
                                                                   const PlateColours*) const;
template Result<std::optional<ColourMeasure>> MergeModels::measure(const ImageU16&, const PlannedFace&,
                                                                   const PlateColours*) const;

Result<MergeModels::Layers> MergeModels::merge_layers(const ImageU16& frame_bgr, const PlannedFrame& plan,
                                                      const FrameColours& colours) const {
  Layers layers;
  layers.predictions.resize(plan.faces.size());
  std::size_t next = 0;
  const Looks looks = looks_of(plan, colours, [&](const PlannedFace& face) {
    MergeModel model = model_for(face);
    model.predict = [predict = model.predict, &kept = layers.predictions[next++]](const ImageF& crop) {
      auto made = predict(crop);
      if (made) kept = *made;
      return made;
    };
    return model;
  });
  TRY(layers.merged, merge_looks_float(frame_bgr, looks.all, plan.raw ? resolution() : 0, seeded_random(1)));
  shift_colours(layers.merged.image_bgr, layers.merged.mask, plan.colour_shift, colours.plate);
  return layers;
}

}  // namespace understudy
