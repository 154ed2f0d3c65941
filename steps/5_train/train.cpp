// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/train.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/image/draw.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/loop.hpp"
#include "lib/loop/model_restore.hpp"
#include "lib/start/start.hpp"
#include "lib/tensor/tensor.hpp"
#include "lib/training/face_pair.hpp"
#include "lib/training/origin.hpp"
#include "steps/5_train/setup.hpp"

namespace understudy {
std::string to_json_text(const TrainReport& report) {
  return json_text(nlohmann::json{{"model", report.model},
                                  {"iteration", report.iteration},
                                  {"iterations_done", report.iterations_done},
                                  {"seconds", report.seconds},
                                  {"seconds_per_iteration", report.seconds_per_iteration},
                                  {"waited_for_samples", report.waited_part},
                                  {"iteration_seconds", report.iteration_seconds},
                                  {"peak_memory", report.peak_memory},
                                  {"planned_memory", report.planned_memory},
                                  {"planned_seconds", report.planned_seconds},
                                  {"src_loss", report.src_loss},
                                  {"dst_loss", report.dst_loss},
                                  {"preview", report.preview.string()}});
}

TrainReport report_of_saved(const fs::path& model) {
  TrainReport report{.model = model.filename().string(), .preview = model / "preview.png"};
  const auto list = usable_list(model);
  if (!list || list->entries.empty()) return report;
  const auto& newest = list->entries.back();
  report.iteration = newest.iteration;
  // A history that cannot be read is told by the next training.
  const auto history = read_safetensors(model / newest.history.name, newest.history.checksum);
  if (!history || !history->contains("losses") || history->at("losses").dim() != 2) return report;
  const Tensor losses = history->at("losses").to(torch::kFloat64);
  if (losses.size(0) == 0 || losses.size(1) != 2) return report;
  const auto last = std::min<std::int64_t>(50, losses.size(0));
  const Tensor means = losses.narrow(0, losses.size(0) - last, last).mean(0);
  report.src_loss = means[0].item<double>();
  report.dst_loss = means[1].item<double>();
  return report;
}

namespace {

Result<std::unique_ptr<SampleSource>> open_samples(const TrainRequest& request, const ModelDescription& description,
                                                   const ModelSpec& spec, const Device& device) {
  SampleSettings samples{sample_rules(description, spec, Side::src),
                         sample_rules(description, spec, Side::dst),
                         spec.rules.batch_size,
                         spec.rules.dst_every,
                         description.steering.move_ramp,
                         description.seed,
                         static_cast<std::uint64_t>(request.options.cache_gb * (1 << 30))};
  samples.device = device;
  TRY(const auto sides, facesets_of(request, spec));
  // Whole samples are made side by side: splitting single pictures too would only get in the network's way.
  set_image_threads(1);
  return SampleSource::open(sides[0], sides[1], samples);
}

Result<Plan> plan_of(const TrainRequest& request, const ModelSpec& spec, const Device& device, Precision precision,
                     SampleSource& source, Run& run) {
  if (!request.options.plan || !device.device.is_cpu()) return Plan{};
  run.stage("plan");
  std::int64_t k = 0;
  auto planned = guard_torch("planning", [&] {
    return plan_training(spec, device, precision, cache_bytes_of(source, spec, request),
                         [&] { return source.batch(k++); });
  });
  if (!planned) return Failure(planned.error());
  TRY(auto plan, std::move(*planned));
  source.start_over();
  run.note(fmt::format("This training {}", to_text(plan)));
  if (!plan.fits())
    return fail_with_hint(Code::out_of_memory, fmt::format("This training {}", to_text(plan)),
                          "Change one of these, or try all the same with --no-plan.");
  return plan;
}

// A start that was asked for and does not fit is told before anything is made.
Result<> check_start(const TrainRequest& request, const ModelDescription& model, const fs::path& path) {
  if (request.options.start != StartChoice::pretrained) return {};
  TRY(const bool untrained, is_untrained(path));
  if (!untrained) return {};
  const auto misfit = start_misfit(model);
  if (misfit.empty()) return {};
  return fail_with_hint(Code::bad_option, fmt::format("The pretrained start does not fit this model: {}", misfit),
                        "Give the new model these options, or leave --start away.");
}

// The weights that a new model begins with, where they are not the fresh ones.
struct Start {
  std::string from;
  std::vector<NamedTensor> weights;
};

Result<std::optional<Start>> start_of(const Origin& origin, const ModelDescription& model, const std::string& parts) {
  TRY(auto weights, weights_from(origin, model, parts));
  return std::optional(Start{origin.path.filename().string(), std::move(weights)});
}

// The pretrained start where that is what the model begins with.
Result<std::optional<Start>> pretrained(const ModelDescription& model, SampleSource& source) {
  if (model.start != ModelStart::pretrained) return std::optional<Start>{};
  constexpr int faces = 32;
  TRY(const auto start, built_in_start());
  TRY(const auto batch, source.fixed_batch(faces));
  TRY(const auto origin, start_for(start, batch.src.target, batch.dst.target, model.face_type()));
  return start_of(origin, model, "");
}

// How a model begins of which nothing was saved yet: with another model's weights, with the pretrained start, or from
// nothing.
Result<std::optional<Start>> start_of_new(const TrainRequest& request, const fs::path& path,
                                          const ModelDescription& model, SampleSource& source, Run& run) {
  TRY(const bool untrained, is_untrained(path));
  if (!untrained) return std::optional<Start>{};
  if (request.options.start_from.empty()) return pretrained(model, source);
  std::vector<std::string> warnings;
  TRY(const auto origin, open_origin(request.models, request.options.start_from, model.model_class, warnings));
  for (auto& w : warnings) run.warn(std::move(w));
  return start_of(origin, model, request.options.start_parts);
}

// What learns, and the session it learns in.
struct Training {
  std::unique_ptr<FacePair> pair;
  std::unique_ptr<Session> session;
};

TrainReport report_of(Training& training, const Trained& trained, const Plan& plan) {
  Session& session = *training.session;
  TrainReport report{.model = session.path().filename().string(),
                     .iteration = session.iteration(),
                     .iterations_done = trained.iterations,
                     .seconds = trained.seconds,
                     .peak_memory = memory_peak(),
                     .planned_memory = plan.memory,
                     .planned_seconds = plan.seconds,
                     .src_loss = session.mean_of_last(0),
                     .dst_loss = session.mean_of_last(1),
                     .preview = session.preview_path()};
  if (report.iterations_done > 0) {
    report.seconds_per_iteration = trained.seconds / static_cast<double>(report.iterations_done);
    report.waited_part = training.pair->source().seconds_waited() / trained.seconds;
    report.iteration_seconds = trained.iteration_seconds;
  }
  return report;
}

// What was worked out and checked before anything is written.
struct Prepared {
  fs::path path;
  ModelDescription description;
  ModelSpec spec;
  Device device;
  Precision precision = Precision::fp32;
  std::unique_ptr<SampleSource> source;
  std::optional<FileLock> lock;  // of a model that is there
  Plan plan;
  std::optional<Start> start;
};

// `only_looks`: nothing is written.
Result<Prepared> prepare(const TrainRequest& request, bool only_looks, Run& run) {
  Prepared p;
  TRY(p.path, model_path(request));
  if (!only_looks) {
    TRY(p.lock, take_model(p.path, face_model_kind()));
  }
  TRY(p.description, settle_description(p.path, request, run));
  TRY(p.spec, spec_of(p.description));
  p.device = open_device(request.options.threads, request.options.gpu);
  p.precision = precision_of(precision_choice(request, p.description), p.device, p.spec.rules.winograd);
  TRY_VOID(check_start(request, p.description, p.path));
  TRY(p.source, open_samples(request, p.description, p.spec, p.device));
  if (!p.lock && ModelFolder::exists(p.path)) {
    if (!only_looks) return made_meanwhile(p.path);
    TRY(p.lock, FileLock::take(p.path / "lock"));
  }
  run.note(fmt::format("{} src and {} dst faces; {} on {}", p.source->src_count(), p.source->dst_count(),
                       p.precision == Precision::bf16 ? "bf16" : "fp32", p.device.name));
  for (auto& w : narrow_faces(*p.source, p.description)) run.warn(std::move(w));
  for (auto& w : options_without_effect(p.spec)) run.warn(std::move(w));
  TRY(p.start, start_of_new(request, p.path, p.description, *p.source, run));
  TRY(p.plan, plan_of(request, p.spec, p.device, p.precision, *p.source, run));
  return p;
}

// The training with the model's newest state, or as it begins.
Result<Training> open_training(Prepared& p, const TrainRequest& request, Run& run) {
  TRY(auto folder, open_or_create(p.path, p.description, run));
  Training training;
  TRY(training.pair, guard_torch("making the network", [&] {
        return std::make_unique<FacePair>(p.description, p.spec, p.device, p.precision, std::move(p.source));
      }));
  auto& session = training.session =
      std::make_unique<Session>(std::move(folder.store()), static_cast<Learner&>(*training.pair));
  // A recorded iteration is always the same one.
  if (request.options.gpu_graph && p.spec.rules.dst_every == 1)
    training.pair->trainer().record_steps(make_recorded_work(p.device));
  TRY_VOID(session->load(run));
  TRY_VOID(session->store().commit_description());
  if (p.start && session->is_new()) {
    TRY_VOID(training.pair->start_from(p.start->weights));
    run.note(fmt::format("Starts from {}", p.start->from));
    p.start.reset();
  }
  TRY_VOID(session->open_views(run));
  // What there is now, to look at from the first moment on.
  TRY_VOID(session->show_preview(/*history=*/false, run));
  return training;
}

}  // namespace

Result<PlannedTraining> plan_only(TrainRequest request, Run& run) {
  request.options.plan = true;
  run.stage("open");
  TRY(const auto prepared, prepare(request, /*only_looks=*/true, run));
  return PlannedTraining{prepared.path, !ModelFolder::exists(prepared.path), prepared.description,
                         prepared.spec.shape.resolution, prepared.plan};
}

Result<TrainReport> train(const TrainRequest& request, Run& run) {
  TRY(const Limits limits, limits_of(request.loop));
  run.stage("open");
  TRY(auto prepared, prepare(request, /*only_looks=*/false, run));
  if (!prepared.lock) {
    TRY(prepared.lock, FileLock::take(prepared.path / "lock"));
    if (ModelFolder::exists(prepared.path)) return made_meanwhile(prepared.path);
  }
  remove_temporaries(prepared.path);
  TRY(auto training, open_training(prepared, request, run));
  TrainOptions options = request.options;
  TRY(const Trained trained, train_until(*training.session, limits, request.loop, rows_of(options), run));
  return report_of(training, trained, prepared.plan);
}

}  // namespace understudy
