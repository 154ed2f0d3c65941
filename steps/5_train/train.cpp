// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/train.hpp"

#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/system.hpp"
#include "lib/image/codec.hpp"
#include "lib/options/options.hpp"
#include "lib/tensor/tensor.hpp"
#include "lib/training/face_trainer.hpp"
#include "lib/training/model_folder.hpp"
#include "lib/training/preview.hpp"
#include "lib/training/sample_source.hpp"

namespace understudy {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

SampleRules sample_rules(const ModelDescription& model, const ModelSpec& spec, Side side) {
  SampleRules rules;
  rules.resolution = spec.shape.resolution;
  rules.face_type = *face_type_from_key(Names<ModelFaceType>::all[static_cast<std::size_t>(model.face_type())]);
  const bool src = side == Side::src, pretrain = spec.rules.pretrain;
  bool flip = src ? model.shared.random_src_flip : model.shared.random_dst_flip;
  if (model.quick()) flip = src ? model.quick96.random_src_flip : model.quick96.random_dst_flip;
  rules.flip_probability = flip || pretrain ? 0.4 : 0;  // spec 3.3, 4.9
  rules.scale = model.quick() ? 0.05 : 0.15;
  rules.move = model.steering.random_move;
  if (model.quick()) return rules;
  rules.warp = spec.rules.random_warp;
  rules.eyes_mouth = spec.rules.eyes_mouth;
  if (src && !pretrain) {
    rules.hsv_power = spec.amp() ? 0 : model.saehd.random_hsv_power;
    rules.colour_transfer = model.shared.ct_mode == SampleTransfer::rct;
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

// What the model is from now on; nothing is written yet.
Result<ModelDescription> settle_description(const fs::path& path, const TrainRequest& request, Run& run) {
  if (!ModelFolder::exists(path)) return request.wanted;
  TRY(const auto folder, ModelFolder::open(path));
  if (folder.description().model_class != request.wanted.model_class) {
    return fail_with_hint(
        Code::bad_option,
        fmt::format("The model in {} is a {} model, not {}", path.string(),
                    class_name(folder.description().model_class), class_name(request.wanted.model_class)),
        fmt::format("Go on with: understudy train {}; or name another model with --model.",
                    class_name(folder.description().model_class)));
  }
  return merged_description(folder.description(), request, run);
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

// The whole state of a running training.
class Session {
 public:
  Session(ModelFolder folder, const ModelSpec& spec, const Device& device, Precision precision,
          std::unique_ptr<SampleSource> source)
      : folder_(std::move(folder)), trainer_(spec, device, precision), source_(std::move(source)) {}

  Result<> load(Run& run) {
    std::vector<std::string> warnings;
    TRY(auto saved, folder_.load(/*with_optimizer=*/true, warnings));
    for (auto& w : warnings) run.warn(w);
    if (saved) {
      TRY_VOID(load_weights(trainer_.parameters().all(), saved->weights));
      trainer_.parameters().refresh_values();
      if (auto loaded = trainer_.optimizer().load_state(saved->optimizer); !loaded) {
        // Another optimiser than it was saved with, or an import without one: its memory starts anew, the weights stay.
        run.note(fmt::format("The optimiser starts anew: {}", loaded.error().message));
      }
      if (!warnings.empty()) run.note(fmt::format("Going on from iteration {}", saved->iteration));
      iteration_ = saved->iteration;
      batches_ = saved->batches;
      seconds_ = saved->seconds;
      const Tensor losses = saved->losses.contiguous();
      for (long i = 0; i < losses.size(0); ++i)
        losses_.push_back({losses[i][0].item<float>(), losses[i][1].item<float>()});
      saved_iteration_ = iteration_;
    }
    return start_log();
  }

  // One iteration; Quick96 shows every third time the previous batch again, unwarped (spec 4.8).
  Result<> iterate() {
    const bool again = trainer_.spec().model_class == ModelClass::quick96 && iteration_ % 3 == 0 && batches_ > 0;
    Batch batch;
    if (again) {
      if (!last_batch_.src.target.defined()) {
        TRY(last_batch_, source_->batch(batches_ - 1));
      }
      batch = last_batch_;
      batch.src.warped = batch.src.target;
      batch.dst.warped = batch.dst.target;
    } else {
      TRY(batch, source_->batch(batches_));
      ++batches_;
      last_batch_ = batch;
    }
    TRY(const auto losses, guard_torch("training", [&] { return trainer_.step(batch); }));
    const std::array<float, 2> means{static_cast<float>(losses.mean_src()), static_cast<float>(losses.mean_dst())};
    if (!std::isfinite(means[0]) || !std::isfinite(means[1])) {
      return fail_with_hint(Code::device,
                            fmt::format("The loss of iteration {} is not a number; the save of iteration {} is intact",
                                        iteration_ + 1, saved_iteration_),
                            "Run again to go on from that save, with --clipgrad if it comes back.");
    }
    ++iteration_;
    losses_.push_back(means);
    log_ << iteration_ << ',' << means[0] << ',' << means[1] << '\n';
    return {};
  }

  Result<> save(Run& run) {
    if (iteration_ == saved_iteration_ || iteration_ == 0) return {};
    Generation generation;
    generation.iteration = iteration_;
    generation.batches = batches_;
    generation.seconds = seconds_;
    for (const auto& p : trainer_.parameters().all()) generation.weights.push_back({p.name, p.master});
    generation.optimizer = trainer_.optimizer().state();
    generation.losses = torch::from_blob(losses_.data(), {static_cast<long>(losses_.size()), 2}).clone();
    TRY_VOID(folder_.save(generation));
    saved_iteration_ = iteration_;
    log_.flush();
    run.saved(folder_.path().string(), fmt::format("model at iteration {}", iteration_));
    return {};
  }

  Result<> write_preview(Run& run) {
    if (!fixed_.src.target.defined()) {
      const int rows = std::min({4, trainer_.spec().rules.batch_size, 800 / trainer_.spec().shape.resolution});
      TRY(fixed_, source_->fixed_batch(std::max(1, rows)));
    }
    TRY(const auto preview,
        guard_torch("making the preview", [&] { return make_preview(trainer_.net(), fixed_, losses_); }));
    TRY_VOID(write_image(folder_.path() / "preview_masked.png", preview.masked_bgr, 95, composite_marking_xmp));
    TRY_VOID(write_image(preview_path(), preview.plain_bgr, 95, composite_marking_xmp));
    run.saved(preview_path().string(), "preview");
    return {};
  }

  double mean_of_last(int side) const {
    double sum = 0;
    const std::size_t n = std::min<std::size_t>(50, losses_.size());
    for (std::size_t i = losses_.size() - n; i < losses_.size(); ++i) sum += losses_[i][side];
    return n == 0 ? 0 : sum / static_cast<double>(n);
  }

  fs::path preview_path() const { return folder_.path() / "preview.png"; }
  const fs::path& path() const { return folder_.path(); }
  std::int64_t iteration() const { return iteration_; }
  void add_seconds(double s) { seconds_ += s; }
  SampleSource& source() { return *source_; }

 private:
  // loss.csv holds exactly the iterations of the saved state and is appended to from there.
  Result<> start_log() {
    std::string text = "iteration,src_loss,dst_loss\n";
    for (std::size_t i = 0; i < losses_.size(); ++i)
      text += fmt::format("{},{:g},{:g}\n", i + 1, losses_[i][0], losses_[i][1]);
    TRY_VOID(write_text(folder_.path() / "loss.csv", text));
    log_.open(folder_.path() / "loss.csv", std::ios::app);
    return {};
  }

  ModelFolder folder_;
  FaceTrainer trainer_;
  std::unique_ptr<SampleSource> source_;
  Batch last_batch_, fixed_;
  LossHistory losses_;
  std::ofstream log_;
  std::int64_t iteration_ = 0, batches_ = 0, saved_iteration_ = -1;
  double seconds_ = 0;
};

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
  bool save = false, preview = false;
};
Wishes take_wishes(bool& paused, TrainOptions& options, Run& run) {
  Wishes wishes;
  for (const auto& command : run.take_commands()) {
    if (command.name == "pause") paused = true;
    if (command.name == "resume") paused = false;
    if (command.name == "set") set_live(options, command, run);
    wishes.save |= command.name == "save";
    wishes.preview |= command.name == "preview";
  }
  return wishes;
}

// The loop: one place where commands are taken, one where it ends.
Result<> iterate_until(Session& session, const Limits& limits, TrainOptions options, Run& run) {
  const auto start = Clock::now();
  auto last_iteration = start, last_metric = start, last_save = start, last_preview = start;
  bool paused = false;
  while (!run.stopping()) {
    if (limits.iteration > 0 && session.iteration() >= limits.iteration) break;
    if (limits.seconds > 0 && seconds_since(start) >= limits.seconds) break;
    const Wishes wishes = take_wishes(paused, options, run);
    if (wishes.save || seconds_since(last_save) >= 60 * options.save_every) {
      TRY_VOID(session.save(run));
      last_save = Clock::now();
    }
    if (wishes.preview || seconds_since(last_preview) >= 60 * options.preview_every) {
      TRY_VOID(session.write_preview(run));
      last_preview = Clock::now();
    }
    if (paused) {
      sleep_seconds(0.05);
      last_iteration = Clock::now();
      continue;
    }
    TRY_VOID(session.iterate());
    const auto now = Clock::now();
    session.add_seconds(std::chrono::duration<double>(now - last_iteration).count());
    last_iteration = now;
    for (auto& w : session.source().take_warnings()) run.warn(std::move(w));
    run.progress(static_cast<std::uint64_t>(session.iteration()), static_cast<std::uint64_t>(limits.iteration),
                 "iterations");
    if (seconds_since(last_metric) >= 1) {
      run.event(MetricEvent{static_cast<std::uint64_t>(session.iteration()),
                            {{"src_loss", session.mean_of_last(0)}, {"dst_loss", session.mean_of_last(1)}}});
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
  TRY(const auto description, settle_description(path, request, run));
  TRY(const auto spec, spec_of(description));
  SampleSettings samples{sample_rules(description, spec, Side::src),
                         sample_rules(description, spec, Side::dst),
                         spec.rules.batch_size,
                         description.steering.move_ramp,
                         description.seed,
                         static_cast<std::uint64_t>(request.options.cache_gb * (1 << 30))};
  // The faces first: a wrong folder must leave no new, empty model behind.
  TRY(auto source, SampleSource::open(request.src, request.dst, samples));
  TRY(const auto lock, FileLock::take(path / "lock"));
  remove_temporaries(path);
  TRY(auto folder, open_or_create(path, description, run));
  const Device device = open_device(request.options.threads, request.options.gpu);
  const bool bf16 = request.options.precision == PrecisionChoice::bf16 ||
                    (request.options.precision == PrecisionChoice::automatic && device.has_bf16);
  run.note(fmt::format("{} src and {} dst faces; {} on {}", source->src_count(), source->dst_count(),
                       bf16 ? "bf16" : "fp32", device.name));

  auto made = guard_torch("making the network", [&] {
    return std::make_unique<Session>(std::move(folder), spec, device, bf16 ? Precision::bf16 : Precision::fp32,
                                     std::move(source));
  });
  if (!made) return Failure(made.error());
  Session& session = **made;
  TRY_VOID(session.load(run));
  run.stage("train");
  const auto start = Clock::now();
  const std::int64_t first = session.iteration();
  auto ended = iterate_until(session, limits, request.options, run);
  if (!ended) return Failure(std::move(ended).error());
  const double seconds = seconds_since(start);
  TRY_VOID(session.save(run));
  TRY_VOID(session.write_preview(run));
  if (run.stopping()) return Run::cancelled();
  TrainReport report{session.path().filename().string(),
                     session.iteration(),
                     session.iteration() - first,
                     seconds,
                     0,
                     0,
                     session.mean_of_last(0),
                     session.mean_of_last(1),
                     session.preview_path()};
  if (report.iterations_done > 0) {
    report.seconds_per_iteration = seconds / static_cast<double>(report.iterations_done);
    report.waited_part = session.source().seconds_waited() / seconds;
  }
  return report;
}

}  // namespace understudy
