// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/session.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "lib/jobs/training_notes.hpp"
#include "lib/loop/model_restore.hpp"
#include "lib/loop/option_history.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy {
namespace {

constexpr int most_rollbacks = 8;              // before the learning rate has once been raised again
constexpr std::int64_t calm_again = 500;       // good iterations after which the learning rate is doubled again
constexpr std::int64_t known_iterations = 50;  // before which no loss counts as exploding
constexpr double exploding = 10;               // times the mean of those iterations
constexpr const char* sampler_state = "sampler/state";  // kept among the optimiser's tensors

void warn_all(std::vector<std::string> warnings, Run& run) {
  for (auto& w : warnings) run.warn(std::move(w));
}

NamedValues with_prefix(std::string_view prefix, NamedValues values) {
  for (auto& [name, value] : values) name.insert(0, prefix);
  return values;
}

}  // namespace

Session::Session(ModelStore store, Learner& learner) : store_(std::move(store)), learner_(learner) {
  losses_.names = learner_.loss_names();
}

void Session::take_over(const LoadedGeneration& saved) {
  iteration_ = saved_iteration_ = saved.iteration;
  seconds_ = saved.seconds;
  const Tensor losses = saved.losses.to(torch::kFloat32).contiguous();
  losses_.values.assign(losses.data_ptr<float>(), losses.data_ptr<float>() + losses.numel());
}

Result<std::optional<LoadedGeneration>> Session::load_newest(std::vector<std::string>& warnings) {
  TRY(auto saved, store_.load(/*with_optimizer=*/true, warnings));
  if (saved) TRY_VOID(learner_.adapt(*saved));
  return saved;
}

Result<> Session::load(Run& run) {
  std::vector<std::string> warnings, notes;
  TRY_VOID(complete_restore(store_.path(), store_.kind()));
  TRY(auto saved, load_newest(warnings));
  const bool told = !warnings.empty();
  warn_all(std::move(warnings), run);
  if (!saved) return start_log();
  TRY_VOID(learner_.load(saved->weights, saved->optimizer, notes));
  loaded_ = true;
  for (auto& note : notes) run.note(note);
  if (told) run.note(fmt::format("Going on from iteration {}", saved->iteration));
  take_over(*saved);
  if (!saved->adapted.empty()) {
    run.note(saved->adapted);
    saved_iteration_ = -1;
  }
  batches_ = saved->batches;
  comparable_since_ = comparable_since(*saved);
  if (begins_anew(*saved)) {
    TRY_VOID(keep_what_was(run));
    start_count_anew();
    batches_ = 0;
  } else {
    TRY_VOID(restore_sampler(*saved, run));
  }
  return start_log();
}

// The model as it was when that was saved. Without its note, as it was before this call's options.
const nlohmann::json& Session::description_of(const LoadedGeneration& saved) const {
  return saved.saved_as ? *saved.saved_as : store_.description_on_disk();
}

// By the generation, not by what this call changes: a kill between the change and the first save must not lose it.
bool Session::begins_anew(const LoadedGeneration& saved) const {
  return learner_.begins_anew(description_of(saved), store_.description());
}

Result<> Session::restore_sampler(const LoadedGeneration& saved, Run& run) {
  const auto it = saved.optimizer.find(sampler_state);
  if (it == saved.optimizer.end()) return {};
  const Tensor state = it->second.to(torch::kInt64).contiguous();
  const auto* numbers = state.data_ptr<std::int64_t>();
  const std::vector<std::uint64_t> plain(numbers, numbers + state.numel());
  if (!learner_.restore_sampler(plain)) run.note("The faces that were to come once more are forgotten");
  return {};
}

// The first save of what comes now takes the place of all that were made before, so without a backup of what was loaded
// nothing may begin.
Result<> Session::keep_what_was(Run& run) {
  run.note(learner_.anew_note());
  if (auto kept = store_.backup(); !kept) {
    return fail_with_hint(
        kept.error().code, fmt::format("The pretrained model cannot be kept as a backup: {}", kept.error().message),
        "Make room for it, or copy the model's folder elsewhere and look what is wrong; nothing was changed.");
  }
  run.note("The pretrained model is kept as its newest backup");
  return {};
}

void Session::start_count_anew() {
  learner_.begin_anew();
  iteration_ = comparable_since_ = 0;
  saved_iteration_ = -1;
  seconds_ = 0;
  losses_.values.clear();
}

// Losses under other options are of another size: what explodes is told by those since the last change.
std::int64_t Session::comparable_since(const LoadedGeneration& saved) const {
  if (!changes_between(description_of(saved), store_.description(), 0).empty()) return saved.iteration;
  std::int64_t since = 0;
  if (const auto history = option_history(path())) {
    for (const auto& change : history->changes) {
      if (change.iteration <= saved.iteration) since = std::max(since, change.iteration);
    }
  }
  return since;
}

bool Session::healthy(std::span<const float> losses) const {
  const bool known =
      std::min(iteration_ - comparable_since_, static_cast<std::int64_t>(losses_.size())) >= known_iterations;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (!std::isfinite(losses[i])) return false;
    if (known && losses[i] > exploding * (mean_of_last(i) + 0.1)) return false;
  }
  return true;
}

Result<> Session::roll_back(std::span<const float> losses, Run& run) {
  spoiled_ = true;
  const std::int64_t at = iteration_ + 1;
  std::string values;
  for (const float loss : losses) values += fmt::format("{}{:.4g}", values.empty() ? "" : " and ", loss);
  const std::string what = losses.empty() ? fmt::format("The weights after iteration {} are not finite", iteration_)
                                          : fmt::format("The loss of iteration {} is {}", at, values);
  if (++rollbacks_ > most_rollbacks) {
    return fail_with_hint(Code::device, fmt::format("{}, again after going back {} times", what, most_rollbacks),
                          "The save before it is intact. Lower --lr, switch --clipgrad on, or use --precision fp32.");
  }
  std::vector<std::string> warnings, notes;
  TRY(auto saved, load_newest(warnings));
  if (!saved) return fail_with_hint(Code::device, what + ", and nothing was saved yet", "Lower --lr.");
  TRY_VOID(learner_.load(saved->weights, saved->optimizer, notes));
  spoiled_ = false;
  const double kept_seconds = seconds_;
  take_over(*saved);
  if (begins_anew(*saved)) start_count_anew();
  seconds_ = kept_seconds;  // the time was spent; the batches go on too, so that the same one does not come again
  lr_factor_ /= 2;
  learner_.set_lr_factor(lr_factor_);
  good_since_ = iteration_;
  run.warn(fmt::format("{}{}{}, going on with {:g} of the learning rate", what, training_notes::went_back, iteration_,
                       lr_factor_));
  // What the views tell of the iterations that were given up is replaced, as after a resume from an older save.
  if (events_) {
    if (auto told = events_->went_back(iteration_); !told) run.warn(to_sentence(told.error()));
    if (auto opened = open_validation(); opened)
      validation_ = *std::move(opened);
    else
      run.warn(to_sentence(opened.error()));  // a view that cannot be written is no reason to end a training
  }
  if (auto begun = start_log(); !begun) run.warn(to_sentence(begun.error()));
  return {};
}

Result<> Session::iterate(Run& run) {
  TRY(const auto losses, learner_.step(iteration_, batches_));
  for (auto& note : learner_.take_notes()) run.note(std::move(note));
  if (!healthy(losses)) return roll_back(losses, run);
  ++iteration_;
  losses_.add(losses);
  learner_.accepted(iteration_, batches_);
  log_ << iteration_;
  for (const float loss : losses) log_ << ',' << loss;
  log_ << '\n';
  if (lr_factor_ < 1 && iteration_ >= good_since_ + calm_again) {
    lr_factor_ *= 2;
    rollbacks_ = 0;
    good_since_ = iteration_;
    learner_.set_lr_factor(lr_factor_);
    run.note(fmt::format("The learning rate is back at {:g} of its value", lr_factor_));
  }
  return {};
}

Result<> Session::save(Run& run) {
  if (iteration_ == saved_iteration_ || iteration_ == 0) return {};
  // The losses tell of the weights before the last step: a generation must not keep what that step spoiled.
  if (!learner_.weights_are_finite()) return roll_back({}, run);
  Generation generation;
  generation.iteration = iteration_;
  generation.batches = batches_;
  generation.seconds = seconds_;
  generation.weights = learner_.weights();
  generation.optimizer = learner_.optimizer_state();
  const auto sampler = learner_.sampler_state();
  if (!sampler.empty()) {
    const std::vector<std::int64_t> plain(sampler.begin(), sampler.end());
    generation.optimizer.push_back({sampler_state, torch::tensor(plain)});
  }
  const auto columns = static_cast<long>(losses_.names.size());
  generation.losses = torch::from_blob(losses_.values.data(), {static_cast<long>(losses_.size()), columns}).clone();
  TRY_VOID(store_.save(generation));
  saved_iteration_ = iteration_;
  log_.flush();
  run.saved(path().string(), fmt::format("model at iteration {}", iteration_));
  return {};
}

void Session::save_what_is_sound(Run& run) {
  if (spoiled_) return;
  // The device may be what failed.
  Result<> kept;
  const auto guarded = guard_torch("saving the model", [&] {
    if (learner_.weights_are_finite()) kept = save(run);
  });
  if (!guarded) kept = Failure(guarded.error());
  if (!kept) run.warn("What was learned since the last save is lost: " + to_sentence(kept.error()));
}

Result<> Session::backup(Run& run) {
  TRY_VOID(save(run));
  if (auto kept = store_.backup(); !kept)
    run.warn(to_sentence(kept.error()));  // the training itself is saved
  else
    run.saved((path() / "backups").string(), fmt::format("backup of iteration {}", iteration_));
  return {};
}

Result<ValidationLog> Session::open_validation() const {
  return ValidationLog::open(path() / "validation.csv", learner_.validation_names(), iteration_);
}

Result<> Session::open_views(Run& run) {
  // Where options changed (the stages of a course): told by the model's history.
  marks_.clear();
  if (const auto history = option_history(path())) {
    for (const auto& change : history->changes) marks_.push_back(change.iteration);
  }
  TRY(events_, EventWriter::open(path() / "tensorboard", iteration_));
  TRY(validation_, open_validation());
  worker_ = std::make_unique<PreviewWorker>(PreviewWorker::Places{
      path(), [&run](const std::string& slot, const fs::path& file) { run.preview(slot, file.string()); },
      events_.get()});
  return {};
}

Result<> Session::show_preview(bool history, Run& run) {
  TRY(auto look, learner_.look(iteration_, history));
  worker_->submit({iteration_, std::move(look.fixed), std::move(look.batch), losses_, marks_, !history, history});
  warn_all(worker_->take_warnings(), run);
  if (history) return {};
  const auto values = with_prefix("validation/", look.validation);
  run.event(MetricEvent{static_cast<std::uint64_t>(iteration_), values});
  // A view that cannot be written is no reason to end a training.
  if (auto added = validation_->add(iteration_, seconds_, look.validation); !added)
    run.warn(to_sentence(added.error()));
  if (auto added = events_->scalars(iteration_, values); !added) run.warn(to_sentence(added.error()));
  return {};
}

void Session::next_preview(Run& run) { run.note("Preview: " + worker_->next_preview()); }
void Session::next_loss_range(Run& run) { run.note("Loss graph: " + worker_->next_loss_range()); }

void Session::note_losses() {
  NamedValues values;
  const auto last = losses_.at(losses_.size() - 1);
  for (std::size_t i = 0; i < last.size(); ++i) values.emplace_back("loss/" + losses_.names[i], last[i]);
  log_.flush();  // whoever watches reads the table
  // What cannot be written is told once, by the writer's next call with a picture.
  (void)events_->scalars(iteration_, values);
}

void Session::finish_views(Run& run) {
  worker_->finish();
  warn_all(worker_->take_warnings(), run);
}

NamedValues Session::recent_losses() const {
  NamedValues values;
  for (std::size_t i = 0; i < losses_.names.size(); ++i)
    values.emplace_back(losses_.names[i] + "_loss", mean_of_last(i));
  return values;
}

double Session::mean_of_last(std::size_t loss) const { return losses_.mean_of_last(loss, 50); }

// loss.csv holds exactly the iterations of the saved state and is appended to from there.
Result<> Session::start_log() {
  std::string text = fmt::format("iteration,{}_loss\n", fmt::join(losses_.names, "_loss,"));
  for (std::size_t i = 0; i < losses_.size(); ++i)
    text += fmt::format("{},{:g}\n", i + 1, fmt::join(losses_.at(i), ","));
  log_.close();
  TRY_VOID(write_text(path() / "loss.csv", text));
  log_.open(path() / "loss.csv", std::ios::app);
  return {};
}

}  // namespace understudy
