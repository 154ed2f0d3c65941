// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/setup.hpp"

#include <algorithm>

#include "lib/loop/given_options.hpp"
#include "lib/start/start.hpp"
#include "lib/training/grow.hpp"

namespace understudy {
namespace {

Result<ModelDescription> merged_description(const ModelDescription& saved, const TrainRequest& request, Run& run) {
  ModelDescription merged = saved;
  auto rows = model_rows(merged);
  const auto grows = [&](const Row& row, const std::string& value) {
    return request.grow && row.key == "resolution" && std::stoi(value) > std::stoi(row.get());
  };
  TRY_VOID(take_given(rows, request.wanted_rows, grows, run));
  return merged;
}

// What the start's encoder knows of faces it knows of all of them; two of them alone would soon unteach it that
// (docs/pretrained-start.md).
constexpr double start_encoder_lr = 0.2;

bool is_given(const TrainRequest& request, std::string_view key) {
  return std::ranges::any_of(request.wanted_rows, [&](const Row& r) { return r.given && r.key == key; });
}

ModelDescription new_description(const TrainRequest& request) {
  ModelDescription model = request.wanted;
  model.fp32 = request.options.preset == Preset::compatible && !request.precision_given;
  settle_start(request.options, model, is_given(request, "encoder-lr"));
  return model;
}

}  // namespace

Result<bool> is_untrained(const fs::path& path) {
  if (!ModelFolder::exists(path)) return true;
  TRY(const auto folder, ModelFolder::open(path));
  TRY(const auto saved, folder.generations());
  return saved.empty();
}

bool takes_start(const TrainOptions& options, const ModelDescription& model) {
  if (!options.start_from.empty() || model.saehd.pretrain || options.start == StartChoice::none) return false;
  if (options.start == StartChoice::automatic) {
    if (model.start != ModelStart::unsettled) return model.start == ModelStart::pretrained;
    if (options.preset != Preset::recommended) return false;
  }
  return start_misfit(model).empty();
}

void settle_start(const TrainOptions& options, ModelDescription& model, bool encoder_lr_given) {
  const auto usual = [&] { return model.start == ModelStart::pretrained ? start_encoder_lr : 1.0; };
  const bool untouched = !encoder_lr_given && model.steering.encoder_lr == usual();
  // Which other model it begins with is not kept: until something is saved, nothing is settled.
  const auto otherwise = options.start_from.empty() ? ModelStart::none : ModelStart::unsettled;
  model.start = takes_start(options, model) ? ModelStart::pretrained : otherwise;
  if (untouched) model.steering.encoder_lr = usual();
}

PrecisionChoice precision_choice(const TrainRequest& request, const ModelDescription& model) {
  const auto asked = request.options.precision;
  if (request.precision_given || asked != PrecisionChoice::automatic) return asked;
  return model.fp32 ? PrecisionChoice::fp32 : PrecisionChoice::automatic;
}

SampleRules sample_rules(const ModelDescription& model, const ModelSpec& spec, Side side) {
  SampleRules rules;
  rules.resolution = spec.shape.resolution;
  rules.face_type = face_type_of(model.face_type());
  const bool src = side == Side::src, pretrain = spec.rules.pretrain;
  bool flip = src ? model.shared.random_src_flip : model.shared.random_dst_flip;
  if (model.quick()) flip = src ? model.quick96.random_src_flip : model.quick96.random_dst_flip;
  rules.flip_probability = flip || pretrain ? 0.4 : 0;  // spec 3.3, 4.9
  rules.scale = model.quick() ? 0.05 : 0.15;
  rules.move = model.steering.random_move;
  rules.augment = {.downscale = model.steering.random_downscale,
                   .blur = model.steering.random_blur,
                   .noise = model.steering.random_noise,
                   .jpeg = model.steering.random_jpeg};
  rules.by_worth = model.steering.by_worth;
  if (model.quick()) return rules;
  rules.uniform_yaw = model.shared.uniform_yaw || pretrain;
  rules.warp = spec.rules.random_warp;
  rules.warp_share = model.steering.warp_share;
  rules.eyes_mouth = spec.rules.eyes_mouth;
  if (src && !pretrain) {
    rules.hsv_power = spec.amp() ? 0 : model.saehd.random_hsv_power;
    rules.transfer = model.shared.ct_mode;
  }
  return rules;
}

Result<fs::path> model_path(const TrainRequest& request) {
  const auto& name = request.options.model;
  if (!name.empty()) return named_path(request.models, name);
  TRY(const auto newest, newest_of_class(request.models, request.wanted.model_class));
  if (newest) return *newest;
  return request.models / std::string(class_name(request.wanted.model_class));
}

Result<ModelDescription> settle_description(const fs::path& path, const TrainRequest& request, Run& run) {
  if (!ModelFolder::exists(path)) return new_description(request);
  TRY(const auto folder, ModelFolder::open(path));
  if (folder.description().model_class != request.wanted.model_class) {
    return fail_with_hint(
        Code::bad_option,
        fmt::format("The model in {} is a {} model, not {}", path.string(),
                    class_name(folder.description().model_class), class_name(request.wanted.model_class)),
        fmt::format("Go on with: understudy train {}; or name another model with --model.",
                    class_name(folder.description().model_class)));
  }
  TRY(auto merged, merged_description(folder.description(), request, run));
  TRY(const auto saved, folder.generations());
  if (!saved.empty()) return merged;
  settle_start(request.options, merged, is_given(request, "encoder-lr"));
  if (request.options.preset == Preset::compatible && !request.precision_given) merged.fp32 = true;
  return merged;
}

Result<std::array<fs::path, 2>> facesets_of(const TrainRequest& request, const ModelSpec& spec) {
  if (!spec.rules.pretrain) return std::array{request.src, request.dst};
  const auto& set = request.options.pretrain_set;
  if (!set.empty()) return std::array{set, set};
  return fail_with_hint(Code::bad_option, "Pretraining needs a faceset of its own",
                        "Name a folder of aligned faces, or one with a faceset.pak, with --pretrain-set.");
}

Result<ModelFolder> open_or_create(const fs::path& path, const ModelDescription& description, Run& run) {
  if (!ModelFolder::exists(path)) {
    run.note(fmt::format("New model {} ({})", path.filename().string(), class_name(description.model_class)));
    return ModelFolder::create(path, description);
  }
  TRY(auto folder, ModelFolder::open(path));
  folder.intend(description);
  return folder;
}

std::vector<std::string> narrow_faces(const SampleSource& source, const ModelDescription& model) {
  std::vector<std::string> told;
  const FaceType wanted = face_type_of(model.face_type());
  for (const Half half : {Half::src, Half::dst}) {
    const auto found = source.narrower_than(half, wanted);
    if (found.narrower == 0) continue;
    told.push_back(
        fmt::format("{} of {} {} faces looked at are cut narrower ({}) than this model's {}: what is missing around "
                    "them is made up "
                    "from their borders. Extract them with --face-type {}, or train a model of their type",
                    found.narrower, found.looked_at, half == Half::src ? "src" : "dst", face_type_name(found.narrowest),
                    face_type_name(wanted), face_type_key(wanted)));
  }
  return told;
}

std::vector<std::string> options_without_effect(const ModelSpec& spec) {
  // Of parts that are not all of one size the larger ones hold more than one face.
  if (spec.rules.expression_power <= 0 || spec.rules.batch_size > spec.rules.micro_batches) return {};
  return {"'expression-power' compares the faces of a batch with each other: with one at a time it does nothing"};
}

std::uint64_t cache_bytes_of(const SampleSource& source, const ModelSpec& spec, const TrainRequest& request) {
  const auto side = static_cast<std::uint64_t>(spec.shape.resolution);
  const std::uint64_t per_face = side * side * sizeof(float) * (spec.rules.eyes_mouth ? 5 : 4);
  const auto budget = static_cast<std::uint64_t>(request.options.cache_gb * (1 << 30));
  return std::min<std::uint64_t>(budget, per_face * (source.src_count() + source.dst_count()));
}

}  // namespace understudy
