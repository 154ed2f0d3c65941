// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/train.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/image/draw.hpp"
#include "lib/options/options.hpp"
#include "lib/tensor/tensor.hpp"
#include "lib/training/origin.hpp"
#include "lib/training/planner.hpp"
#include "steps/5_train/session.hpp"

namespace understudy {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

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
  if (model.quick()) return rules;
  rules.uniform_yaw = model.shared.uniform_yaw || pretrain;
  rules.warp = spec.rules.random_warp;
  rules.eyes_mouth = spec.rules.eyes_mouth;
  if (src && !pretrain) {
    rules.hsv_power = spec.amp() ? 0 : model.saehd.random_hsv_power;
    rules.transfer = model.shared.ct_mode;
  }
  return rules;
}

// An existing model keeps what was fixed at its creation; other values that the user gave are taken over and told.
Result<ModelDescription> merged_description(const ModelDescription& saved, const TrainRequest& request, Run& run) {
  ModelDescription merged = saved;
  auto rows = model_rows(merged);
  for (const auto& given : request.wanted_rows) {
    if (!given.given) continue;
    for (auto& row : rows) {
      if (row.key != given.key || row.get() == given.get()) continue;
      if (row.when == When::creation) {
        run.note(fmt::format("'{}' is fixed for this model: it stays {}, not {}", row.key, row.get(), given.get()));
      } else {
        run.note(fmt::format("'{}' changes from {} to {}", row.key, row.get(), given.get()));
        TRY_VOID(row.set(given.get()));
      }
    }
  }
  return merged;
}

// The folder of the model that is meant: the named one, else the newest of that class, else one named after the class.
fs::path model_path(const TrainRequest& request) {
  const auto& name = request.options.model;
  if (!name.empty()) return request.models / name;
  if (const auto newest = find_model(request.models, ""); newest) {
    const auto folder = ModelFolder::open(*newest);
    if (folder && folder->description().model_class == request.wanted.model_class) return *newest;
  }
  return request.models / std::string(class_name(request.wanted.model_class));
}

struct Settled {
  ModelDescription description;
  bool leave_pretrain = false;
};

// What the model is from now on; nothing is written yet.
Result<Settled> settle_description(const fs::path& path, const TrainRequest& request, Run& run) {
  if (!ModelFolder::exists(path)) return Settled{request.wanted};
  TRY(const auto folder, ModelFolder::open(path));
  if (folder.description().model_class != request.wanted.model_class) {
    return fail_with_hint(
        Code::bad_option,
        fmt::format("The model in {} is a {} model, not {}", path.string(),
                    class_name(folder.description().model_class), class_name(request.wanted.model_class)),
        fmt::format("Go on with: understudy train {}; or name another model with --model.",
                    class_name(folder.description().model_class)));
  }
  Settled settled;
  TRY(settled.description, merged_description(folder.description(), request, run));
  settled.leave_pretrain = folder.description().saehd.pretrain && !settled.description.saehd.pretrain;
  return settled;
}

// Pretraining learns both sides from one set (spec 4.9).
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
  TRY_VOID(folder.change_description(description));
  return folder;
}

// The prepared faces that will be kept: three float pictures' worth of each, up to the budget.
std::uint64_t cache_bytes_of(const SampleSource& source, const ModelSpec& spec, const TrainRequest& request) {
  const auto side = static_cast<std::uint64_t>(spec.shape.resolution);
  const std::uint64_t per_face = side * side * sizeof(float) * (spec.rules.eyes_mouth ? 5 : 4);
  const auto budget = static_cast<std::uint64_t>(request.options.cache_gb * (1 << 30));
  return std::min<std::uint64_t>(budget, per_face * (source.src_count() + source.dst_count()));
}

struct Limits {
  double seconds = 0;  // 0 = none
  std::int64_t iteration = 0;
};

// {"command":"set","key":"save-every","value":"5"}: options whose row says that they are live.
void set_live(TrainOptions& options, const Command& command, Run& run) {
  auto rows = rows_of(options);
  for (const auto& row : rows) {
    if (row.key == command.key && row.when != When::live) {
      return run.warn(fmt::format("'{}' cannot change while training", command.key));
    }
  }
  const auto set = set_option(rows, command.key, command.value);
  if (!set) return run.warn(to_sentence(set.error()));
  run.note(fmt::format("'{}' is {} now", command.key, command.value));
}

// What the commands that came in ask for.
struct Wishes {
  bool save = false, preview = false, backup = false;
};
Wishes take_wishes(bool& paused, TrainOptions& options, Session& session, Run& run) {
  Wishes wishes;
  for (const auto& command : run.take_commands()) {
    if (command.name == "pause") paused = true;
    if (command.name == "resume") paused = false;
    if (command.name == "set") set_live(options, command, run);
    wishes.save |= command.name == "save";
    wishes.preview |= command.name == "preview";
    wishes.backup |= command.name == "backup";
    if (command.name == "next-preview") session.next_preview(run);
    if (command.name == "loss-range") session.next_loss_range(run);
  }
  return wishes;
}

double median(std::deque<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<long>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// The loop: one place where commands are taken, one where it ends.
Result<> iterate_until(Session& session, const Limits& limits, TrainOptions options, std::deque<double>& durations,
                       Run& run) {
  const auto start = Clock::now();
  auto last_iteration = start, last_metric = start, last_save = start, last_preview = start, last_backup = start;
  bool paused = false;
  while (!run.stopping()) {
    if (limits.iteration > 0 && session.iteration() >= limits.iteration) break;
    if (limits.seconds > 0 && seconds_since(start) >= limits.seconds) break;
    const Wishes wishes = take_wishes(paused, options, session, run);
    if (wishes.save || seconds_since(last_save) >= 60 * options.save_every) {
      TRY_VOID(session.save(run));
      last_save = Clock::now();
    }
    if (wishes.preview || seconds_since(last_preview) >= 60 * options.preview_every) {
      TRY_VOID(session.show_preview(/*history=*/false, run));
      last_preview = Clock::now();
    }
    const bool backup_due = options.autobackup_hour > 0 && seconds_since(last_backup) >= 3600 * options.autobackup_hour;
    if (wishes.backup || backup_due) {
      TRY_VOID(session.backup(run));
      last_backup = Clock::now();
    }
    if (paused) {
      sleep_seconds(0.05);
      last_iteration = Clock::now();
      continue;
    }
    const auto begun = Clock::now();
    TRY_VOID(session.iterate(run));
    durations.push_back(seconds_since(begun));
    if (durations.size() > 1000) durations.pop_front();
    // From the first iteration on there is a generation to go back to.
    if (session.iteration() == 1) {
      TRY_VOID(session.save(run));
    }
    const auto now = Clock::now();
    session.add_seconds(std::chrono::duration<double>(now - last_iteration).count());
    last_iteration = now;
    if (options.preview_history && session.iteration() % history_interval(session.trainer().spec()) == 0) {
      TRY_VOID(session.show_preview(/*history=*/true, run));
    }
    for (auto& w : session.source().take_warnings()) run.warn(std::move(w));
    run.progress(static_cast<std::uint64_t>(session.iteration()), static_cast<std::uint64_t>(limits.iteration),
                 "iterations");
    if (seconds_since(last_metric) >= 1) {
      run.event(MetricEvent{static_cast<std::uint64_t>(session.iteration()),
                            {{"src_loss", session.mean_of_last(0)}, {"dst_loss", session.mean_of_last(1)}}});
      session.note_losses();
      last_metric = now;
    }
  }
  return {};
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
  return nlohmann::json{{"model", report.model},
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
                        {"preview", report.preview.string()}}
      .dump();
}

Result<TrainReport> train(const TrainRequest& request, Run& run) {
  Limits limits{0, request.options.target_iter};
  if (!request.options.time.empty()) {
    TRY(limits.seconds, parse_duration(request.options.time));
  }
  run.stage("open");
  const auto path = model_path(request);
  TRY(const auto settled, settle_description(path, request, run));
  const ModelDescription& description = settled.description;
  TRY(const auto spec, spec_of(description));
  const Device device = open_device(request.options.threads, request.options.gpu);
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
  // The faces first: a wrong folder must leave no new, empty model behind.
  TRY(auto source, SampleSource::open(sides[0], sides[1], samples));
  TRY(const auto lock, FileLock::take(path / "lock"));
  remove_temporaries(path);
  TRY(auto folder, open_or_create(path, description, run));
  const bool bf16 = request.options.precision == PrecisionChoice::bf16 ||
                    (request.options.precision == PrecisionChoice::automatic && device.has_bf16);
  run.note(fmt::format("{} src and {} dst faces; {} on {}", source->src_count(), source->dst_count(),
                       bf16 ? "bf16" : "fp32", device.name));

  Plan plan;
  if (request.options.plan && device.device.is_cpu()) {
    run.stage("plan");
    std::int64_t k = 0;
    auto planned = guard_torch("planning", [&] {
      return plan_training(spec, device, bf16 ? Precision::bf16 : Precision::fp32,
                           cache_bytes_of(*source, spec, request), [&] { return source->batch(k++); });
    });
    if (!planned) return Failure(planned.error());
    TRY(plan, std::move(*planned));
    source->start_over();
    run.note(fmt::format("This training {}", to_text(plan)));
    if (!plan.fits())
      return fail_with_hint(Code::out_of_memory, fmt::format("This training {}", to_text(plan)),
                            "Change one of these, or try all the same with --no-plan.");
  }
  auto made = guard_torch("making the network", [&] {
    return std::make_unique<Session>(std::move(folder), spec, device, bf16 ? Precision::bf16 : Precision::fp32,
                                     std::move(source));
  });
  if (!made) return Failure(made.error());
  Session& session = **made;
  if (request.options.gpu_graph) session.trainer().record_steps(make_recorded_work(device));
  TRY_VOID(session.load(settled.leave_pretrain, run));
  if (!request.options.start_from.empty() && session.iteration() == 0) {
    std::vector<std::string> warnings;
    TRY(const auto origin, open_origin(request.models, request.options.start_from, description.model_class, warnings));
    for (auto& w : warnings) run.warn(std::move(w));
    TRY(const auto weights, weights_from(origin, description, request.options.start_parts));
    TRY_VOID(session.start_from(weights));
    run.note(fmt::format("Starts from {}", origin.path.filename().string()));
  }
  TRY_VOID(session.open_views(run));
  // What there is now, to look at from the first moment on.
  TRY_VOID(session.show_preview(/*history=*/false, run));
  run.stage("train");
  const auto start = Clock::now();
  const std::int64_t first = session.iteration();
  std::deque<double> durations;
  auto ended = iterate_until(session, limits, request.options, durations, run);
  if (!ended) return Failure(std::move(ended).error());
  const double seconds = seconds_since(start);
  TRY_VOID(session.save(run));
  TRY_VOID(session.show_preview(/*history=*/false, run));
  session.finish_views(run);
  if (run.stopping()) return Run::cancelled();
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

}  // namespace understudy
