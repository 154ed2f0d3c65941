// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/train.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/image/draw.hpp"
#include "lib/options/options.hpp"
#include "lib/start/start.hpp"
#include "lib/tensor/tensor.hpp"
#include "lib/training/origin.hpp"
#include "lib/training/planner.hpp"
#include "steps/5_train/loop.hpp"
#include "steps/5_train/setup.hpp"

namespace understudy {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double median(std::deque<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<long>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

Result<double> parse_duration(std::string_view text) {
  double factor = 60;
  std::string_view digits = text;
  if (!text.empty()) {
    const char unit = text.back();
    if (unit == 's' || unit == 'm' || unit == 'h') {
      factor = unit == 's' ? 1 : unit == 'm' ? 60 : 3600;
      digits.remove_suffix(1);
    }
  }
  const auto number = detail::parse_number("time", digits, 0.0, 1e6);
  if (!number) return fail_with_hint(Code::bad_option, fmt::format("'{}' is no time", text), "Write 90s, 10m or 2h.");
  return *number * factor;
}

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

namespace {

Result<Limits> limits_of(const TrainRequest& request) {
  Limits limits{0, request.options.target_iter};
  if (!request.options.time.empty()) {
    TRY(limits.seconds, parse_duration(request.options.time));
  }
  return limits;
}

Result<std::unique_ptr<SampleSource>> open_samples(const TrainRequest& request, const ModelDescription& description,
                                                   const ModelSpec& spec, const Device& device) {
  SampleSettings samples{sample_rules(description, spec, Side::src),
                         sample_rules(description, spec, Side::dst),
                         spec.rules.batch_size,
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

Result<> begin_with(Session& session, const Origin& origin, const ModelDescription& model, const std::string& parts,
                    Run& run) {
  TRY(const auto weights, weights_from(origin, model, parts));
  TRY_VOID(session.start_from(weights));
  run.note(fmt::format("Starts from {}", origin.path.filename().string()));
  return {};
}

// A start that was asked for and does not fit is told before anything is made.
Result<> check_start(const TrainRequest& request, const ModelDescription& model, const fs::path& path) {
  if (request.options.start != StartChoice::pretrained || ModelFolder::exists(path)) return {};
  const auto misfit = start_misfit(model);
  if (misfit.empty()) return {};
  return fail_with_hint(Code::bad_option, fmt::format("The pretrained start does not fit this model: {}", misfit),
                        "Give the new model these options, or leave --start away.");
}

// The pretrained start where it is wanted and fits; else the fresh weights stay.
Result<> begin_pretrained(Session& session, const TrainOptions& options, const ModelDescription& model, Run& run) {
  if (!takes_start(options, model)) return {};
  constexpr int faces = 32;
  TRY(const auto start, built_in_start());
  TRY(const auto batch, session.source().fixed_batch(faces));
  TRY(const auto origin, start_for(start, batch.src.target, batch.dst.target, model.face_type()));
  return begin_with(session, origin, model, "", run);
}

// How a new model begins: with another model's weights, with the pretrained start, or from nothing.
Result<> begin_new(Session& session, const TrainRequest& request, const ModelDescription& model, Run& run) {
  if (request.options.start_from.empty()) return begin_pretrained(session, request.options, model, run);
  std::vector<std::string> warnings;
  TRY(const auto origin, open_origin(request.models, request.options.start_from, model.model_class, warnings));
  for (auto& w : warnings) run.warn(std::move(w));
  return begin_with(session, origin, model, request.options.start_parts, run);
}

TrainReport report_of(Session& session, std::int64_t first, double seconds, const Plan& plan,
                      const std::deque<double>& durations) {
  TrainReport report{.model = session.path().filename().string(),
                     .iteration = session.iteration(),
                     .iterations_done = session.iteration() - first,
                     .seconds = seconds,
                     .peak_memory = memory_peak(),
                     .planned_memory = plan.memory,
                     .planned_seconds = plan.seconds,
                     .src_loss = session.mean_of_last(0),
                     .dst_loss = session.mean_of_last(1),
                     .preview = session.preview_path()};
  if (report.iterations_done > 0) {
    report.seconds_per_iteration = seconds / static_cast<double>(report.iterations_done);
    report.waited_part = session.source().seconds_waited() / seconds;
    report.iteration_seconds = median(durations);
  }
  return report;
}

}  // namespace

Result<TrainReport> train(const TrainRequest& request, Run& run) {
  TRY(const Limits limits, limits_of(request));
  run.stage("open");
  const auto path = model_path(request);
  TRY(const auto settled, settle_description(path, request, run));
  const ModelDescription& description = settled.description;
  TRY(const auto spec, spec_of(description));
  const Device device = open_device(request.options.threads, request.options.gpu);
  TRY_VOID(check_start(request, description, path));
  // The faces first: a wrong folder must leave no new, empty model behind.
  TRY(auto source, open_samples(request, description, spec, device));
  TRY(const auto lock, FileLock::take(path / "lock"));
  remove_temporaries(path);
  TRY(auto folder, open_or_create(path, description, run));
  const Precision precision = precision_of(request.options, device);
  run.note(fmt::format("{} src and {} dst faces; {} on {}", source->src_count(), source->dst_count(),
                       precision == Precision::bf16 ? "bf16" : "fp32", device.name));
  TRY(const Plan plan, plan_of(request, spec, device, precision, *source, run));
  auto made = guard_torch("making the network", [&] {
    return std::make_unique<Session>(std::move(folder), spec, device, precision, std::move(source));
  });
  if (!made) return Failure(made.error());
  Session& session = **made;
  if (request.options.gpu_graph) session.trainer().record_steps(make_recorded_work(device));
  TRY_VOID(session.load(settled.leave_pretrain, run));
  if (session.iteration() == 0 && !settled.leave_pretrain) TRY_VOID(begin_new(session, request, description, run));
  TRY_VOID(session.open_views(run));
  // What there is now, to look at from the first moment on.
  TRY_VOID(session.show_preview(/*history=*/false, run));
  run.stage("train");
  const auto start = Clock::now();
  const std::int64_t first = session.iteration();
  std::deque<double> durations;
  TRY_VOID(iterate_until(session, limits, request.options, durations, run));
  const double seconds = seconds_since(start);
  TRY_VOID(session.save(run));
  TRY_VOID(session.show_preview(/*history=*/false, run));
  session.finish_views(run);
  if (run.stopping()) return Run::cancelled();
  return report_of(session, first, seconds, plan, durations);
}

}  // namespace understudy
