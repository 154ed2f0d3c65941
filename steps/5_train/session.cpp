// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/session.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr int most_rollbacks = 8;              // before the learning rate has once been raised again
constexpr std::int64_t calm_again = 500;       // good iterations after which the learning rate is doubled again
constexpr std::int64_t known_iterations = 50;  // before which no loss counts as exploding
constexpr double exploding = 10;               // times the mean of those iterations
constexpr const char* sampler_state = "sampler/state";  // kept among the optimiser's tensors

}  // namespace

Session::Session(ModelFolder folder, const ModelSpec& spec, const Device& device, Precision precision,
                 std::unique_ptr<SampleSource> source)
    : folder_(std::move(folder)), trainer_(spec, device, precision), source_(std::move(source)) {}

void Session::take_over(const LoadedGeneration& saved) {
  iteration_ = saved_iteration_ = saved.iteration;
  seconds_ = saved.seconds;
  losses_.clear();
  const Tensor losses = saved.losses.contiguous();
  const auto* numbers = losses.data_ptr<float>();
  for (long i = 0; i < losses.size(0); ++i) losses_.push_back({numbers[2 * i], numbers[2 * i + 1]});
}

Result<> Session::load(Run& run) {
  std::vector<std::string> warnings, notes;
  TRY(auto saved, folder_.load(/*with_optimizer=*/true, warnings));
  for (auto& w : warnings) run.warn(w);
  if (!saved) return start_log();
  TRY_VOID(trainer_.load(saved->weights, saved->optimizer, notes));
  loaded_ = true;
  for (auto& note : notes) run.note(note);
  if (!warnings.empty()) run.note(fmt::format("Going on from iteration {}", saved->iteration));
  take_over(*saved);
  if (saved->grown_from > 0) {
    run.note(fmt::format("Grown from {} to {} pixels", saved->grown_from, trainer_.spec().shape.resolution));
    saved_iteration_ = -1;
  }
  batches_ = saved->batches;
  comparable_since_ = comparable_since(*saved);
  if (is_pretraining_over(*saved)) {
    keep_pretrained(run);
    start_count_anew();
    batches_ = 0;
  } else {
    TRY_VOID(restore_sampler(*saved, run));
  }
  return start_log();
}

// The model as it was when that was saved. Without its note, as it was before this call's options.
const ModelDescription& Session::description_of(const LoadedGeneration& saved) const {
  return saved.saved_as ? *saved.saved_as : folder_.description_on_disk();
}

// By the generation, not by what this call changes: a kill between the change and the first save must not lose it.
bool Session::is_pretraining_over(const LoadedGeneration& saved) const {
  return description_of(saved).saehd.pretrain && !folder_.description().saehd.pretrain;
}

Result<> Session::restore_sampler(const LoadedGeneration& saved, Run& run) {
  const auto it = saved.optimizer.find(sampler_state);
  if (it == saved.optimizer.end()) return {};
  const Tensor state = it->second.to(torch::kInt64).contiguous();
  const auto* numbers = state.data_ptr<std::int64_t>();
  const std::vector<std::uint64_t> plain(numbers, numbers + state.numel());
  if (!source_->restore(plain)) run.note("The faces that were to come once more are forgotten");
  return {};
}

// The first save of what comes now takes the place of all that were made while pretraining.
void Session::keep_pretrained(Run& run) {
  run.note("Pretraining is over: the inters, the iteration count and the losses start anew");
  if (auto kept = folder_.backup(); kept)
    run.note("The pretrained model is kept as its newest backup");
  else
    run.warn("The pretrained model is not kept as a backup: " + to_sentence(kept.error()));
}

// Spec 4.9: encoder and decoders stay, with all optimiser slots.
void Session::start_count_anew() {
  trainer_.renew("inter", trainer_.spec().rules.seed + 1);
  iteration_ = comparable_since_ = 0;
  saved_iteration_ = -1;
  losses_.clear();
}

// Losses under other options are of another size: what explodes is told by those since the last change.
std::int64_t Session::comparable_since(const LoadedGeneration& saved) const {
  if (!changes_between(description_of(saved), folder_.description(), 0).empty()) return saved.iteration;
  std::int64_t since = 0;
  if (const auto history = option_history(folder_.path())) {
    for (const auto& change : history->changes) {
      if (change.iteration <= saved.iteration) since = std::max(since, change.iteration);
    }
  }
  return since;
}

Result<> Session::start_from(const std::vector<NamedTensor>& weights) {
  std::map<std::string, Tensor> named;
  for (const auto& w : weights) named.emplace(w.name, w.tensor);
  std::vector<std::string> all_new;  // of course: optimiser, discriminators and averages begin here
  return trainer_.load(named, {}, all_new);
}

// Quick96 shows every third time the previous batch again, unwarped (spec 4.8).
Result<Batch> Session::next_batch() {
  const bool again = trainer_.spec().quick() && iteration_ % 3 == 0 && batches_ > 0;
  if (!again) {
    TRY(last_batch_, source_->batch(batches_));
    ++batches_;
    return last_batch_;
  }
  if (!last_batch_.src.target.defined()) {
    TRY(last_batch_, source_->batch(batches_ - 1));
  }
  Batch batch = last_batch_;
  batch.src.warped = batch.src.target;
  batch.dst.warped = batch.dst.target;
  return batch;
}

bool Session::healthy(const std::array<float, 2>& losses) const {
  const bool known = std::min(iteration_ - comparable_since_, std::ssize(losses_)) >= known_iterations;
  for (int side = 0; side < 2; ++side) {
    if (!std::isfinite(losses[side])) return false;
    if (known && losses[side] > exploding * (mean_of_last(side) + 0.1)) return false;
  }
  return true;
}

Result<> Session::roll_back(const std::array<float, 2>& losses, Run& run) {
  const std::int64_t at = iteration_ + 1;
  const std::string what = fmt::format("The loss of iteration {} is {:.4g} and {:.4g}", at, losses[0], losses[1]);
  if (++rollbacks_ > most_rollbacks) {
    return fail_with_hint(Code::device, fmt::format("{}, again after going back {} times", what, most_rollbacks),
                          "The save before it is intact. Lower --lr, switch --clipgrad on, or use --precision fp32.");
  }
  std::vector<std::string> warnings, notes;
  TRY(auto saved, folder_.load(/*with_optimizer=*/true, warnings));
  if (!saved) return fail_with_hint(Code::device, what + ", and nothing was saved yet", "Lower --lr.");
  TRY_VOID(trainer_.load(saved->weights, saved->optimizer, notes));
  const double kept_seconds = seconds_;
  take_over(*saved);
  if (is_pretraining_over(*saved)) start_count_anew();
  seconds_ = kept_seconds;  // the time was spent; the batches go on too, so that the same one does not come again
  lr_factor_ /= 2;
  trainer_.set_lr_factor(lr_factor_);
  good_since_ = iteration_;
  run.warn(
      fmt::format("{}: back to iteration {}, going on with {:g} of the learning rate", what, iteration_, lr_factor_));
  // What the views tell of the iterations that were given up is replaced, as after a resume from an older save.
  if (events_) {
    if (auto told = events_->went_back(iteration_); !told) run.warn(to_sentence(told.error()));
    TRY(validation_, ValidationLog::open(folder_.path() / "validation.csv", iteration_));
  }
  return start_log();
}

Result<> Session::iterate(Run& run) {
  TRY(const auto batch, next_batch());
  TRY(const auto losses, guard_torch("training", [&] { return trainer_.step(batch); }));
  tell_of_recorder(run);
  const std::array<float, 2> means{static_cast<float>(losses.mean_src()), static_cast<float>(losses.mean_dst())};
  if (!healthy(means)) return roll_back(means, run);
  ++iteration_;
  losses_.push_back(means);
  repeat_worst(losses);
  log_ << iteration_ << ',' << means[0] << ',' << means[1] << '\n';
  if (lr_factor_ < 1 && iteration_ >= good_since_ + calm_again) {
    lr_factor_ *= 2;
    rollbacks_ = 0;
    good_since_ = iteration_;
    trainer_.set_lr_factor(lr_factor_);
    run.note(fmt::format("The learning rate is back at {:g} of its value", lr_factor_));
  }
  return {};
}

void Session::tell_of_recorder(Run& run) {
  const auto* recorder = trainer_.recorder();
  if (recorder == nullptr || told_of_recorder_ || recorder->state() == StepRecorder::State::warming_up) return;
  told_of_recorder_ = true;
  run.note(recorder->state() == StepRecorder::State::recorded
               ? "An iteration is recorded: the GPU does it whole from now on"
               : fmt::format("Iterations are not recorded ({}): trained as without --gpu-graph", recorder->why()));
}

Result<> Session::save(Run& run) {
  if (iteration_ == saved_iteration_ || iteration_ == 0) return {};
  // The losses tell of the weights before the last step: a generation must not keep what that step spoiled.
  if (!trainer_.weights_are_finite()) return roll_back({NAN, NAN}, run);
  Generation generation;
  generation.iteration = iteration_;
  generation.batches = batches_;
  generation.seconds = seconds_;
  generation.weights = trainer_.weights();
  generation.optimizer = trainer_.optimizer_state();
  const auto sampler = source_->state();
  if (!sampler.empty()) {
    const std::vector<std::int64_t> plain(sampler.begin(), sampler.end());
    generation.optimizer.push_back({sampler_state, torch::tensor(plain)});
  }
  generation.losses = torch::from_blob(losses_.data(), {static_cast<long>(losses_.size()), 2}).clone();
  TRY_VOID(folder_.save(generation));
  saved_iteration_ = iteration_;
  log_.flush();
  run.saved(folder_.path().string(), fmt::format("model at iteration {}", iteration_));
  return {};
}

Result<> Session::backup(Run& run) {
  TRY_VOID(save(run));
  if (auto kept = folder_.backup(); !kept)
    run.warn(to_sentence(kept.error()));  // the training itself is saved
  else
    run.saved((folder_.path() / "backups").string(), fmt::format("backup of iteration {}", iteration_));
  return {};
}

Result<> Session::open_views(Run& run) {
  // Where options changed (the stages of a course): told by the model's history.
  marks_.clear();
  if (const auto history = option_history(folder_.path())) {
    for (const auto& change : history->changes) marks_.push_back(change.iteration);
  }
  TRY(events_, EventWriter::open(folder_.path() / "tensorboard", iteration_));
  TRY(validation_, ValidationLog::open(folder_.path() / "validation.csv", iteration_));
  worker_ = std::make_unique<PreviewWorker>(PreviewWorker::Places{
      folder_.path(), [&run](const std::string& slot, const fs::path& path) { run.preview(slot, path.string()); },
      events_.get()});
  return {};
}

Result<> Session::show_preview(bool history, Run& run) {
  if (!fixed_.src.target.defined()) {
    TRY(fixed_, source_->fixed_batch(validation_faces));
  }
  const bool head = folder_.description().face_type() == ModelFaceType::head;
  auto looked = guard_torch("making the preview", [&] {
    const WeightAverage::Use averaged(trainer_.average());
    PreviewJob job;
    job.iteration = iteration_;
    job.fixed = take_preview(trainer_.net(), trainer_.spec(), head, fixed_);
    if (!history && last_batch_.src.target.defined())
      job.batch =
          take_preview(trainer_.net(), trainer_.spec(), head, last_batch_, static_cast<std::uint64_t>(iteration_));
    job.losses = losses_;
    job.marks = marks_;
    job.show = !history;
    job.history = history;
    worker_->submit(std::move(job));
    if (history) return ValidationNumbers{};
    const Losses losses = trainer_.evaluate(fixed_);
    return validate(trainer_.net(), fixed_, {losses.mean_src(), losses.mean_dst()});
  });
  if (!looked) return Failure(looked.error());
  for (auto& w : worker_->take_warnings()) run.warn(std::move(w));
  if (history) return {};
  run.event(MetricEvent{static_cast<std::uint64_t>(iteration_), named_values(*looked)});
  // A view that cannot be written is no reason to end a training.
  if (auto added = validation_->add(iteration_, seconds_, *looked); !added) run.warn(to_sentence(added.error()));
  if (auto added = events_->scalars(iteration_, named_values(*looked)); !added) run.warn(to_sentence(added.error()));
  return {};
}

void Session::next_preview(Run& run) { run.note("Preview: " + worker_->next_preview()); }
void Session::next_loss_range(Run& run) { run.note("Loss graph: " + worker_->next_loss_range()); }

void Session::note_losses() {
  const auto& last = losses_.back();
  // What cannot be written is told once, by the writer's next call with a picture.
  (void)events_->scalars(iteration_, {{"loss/src", last[0]}, {"loss/dst", last[1]}});
}

void Session::finish_views(Run& run) {
  worker_->finish();
  for (auto& w : worker_->take_warnings()) run.warn(std::move(w));
}

// Every so many iterations, the faces with the largest losses since then are shown once more: a tenth of those seen.
void Session::repeat_worst(const Losses& losses) {
  const int interval = folder_.description().steering.retrain_worst;
  if (interval <= 0) return;
  const std::size_t most = (static_cast<std::size_t>(interval) * losses.src.size() + 9) / 10;
  source_->note_losses(Half::src, batches_ - 1, losses.src, most);
  source_->note_losses(Half::dst, batches_ - 1, losses.dst, most);
  if (iteration_ % interval == 0) source_->repeat_worst();
}

double Session::mean_of_last(int side) const {
  double sum = 0;
  const std::size_t n = std::min<std::size_t>(50, losses_.size());
  for (std::size_t i = losses_.size() - n; i < losses_.size(); ++i) sum += losses_[i][side];
  return n == 0 ? 0 : sum / static_cast<double>(n);
}

// loss.csv holds exactly the iterations of the saved state and is appended to from there.
Result<> Session::start_log() {
  std::string text = "iteration,src_loss,dst_loss\n";
  for (std::size_t i = 0; i < losses_.size(); ++i)
    text += fmt::format("{},{:g},{:g}\n", i + 1, losses_[i][0], losses_[i][1]);
  log_.close();
  TRY_VOID(write_text(folder_.path() / "loss.csv", text));
  log_.open(folder_.path() / "loss.csv", std::ios::app);
  return {};
}

}  // namespace understudy
