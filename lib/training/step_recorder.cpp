// SPDX-License-Identifier: Apache-2.0
#include "lib/training/step_recorder.hpp"

#include <array>
#include <cmath>

namespace understudy {
namespace {

constexpr int warm_ups = 3;             // plain steps in which libraries choose their kernels and caches are filled
constexpr double same_loss = 0.01;      // of the loss; a GPU's sums are not the same twice
constexpr double same_change = 0.05;    // of all that a step changes; with lr dropout two steps draw differently
constexpr std::int64_t telling = 1000;  // numbers in a tensor that cannot all miss a step by chance

std::array<Tensor*, 10> parts_of(StepInputs& in) {
  auto& [src, dst] = in.batch;
  return {&src.warped, &src.target, &src.mask,       &src.eyes_mouth, &dst.warped,
          &dst.target, &dst.mask,   &dst.eyes_mouth, &in.channels,    &in.fresh_channels};
}

StepInputs cloned(StepInputs inputs) {
  for (Tensor* part : parts_of(inputs)) {
    if (part->defined()) *part = part->clone();
  }
  return inputs;
}

// False when the shapes are others, or something is there on one side only.
bool copy_into(StepInputs& kept, StepInputs inputs) {
  const auto to = parts_of(kept), from = parts_of(inputs);
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i]->defined() != from[i]->defined()) return false;
    if (to[i]->defined() && to[i]->sizes() != from[i]->sizes()) return false;
  }
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i]->defined()) to[i]->copy_(*from[i]);
  }
  return true;
}

std::vector<Tensor> cloned(const std::vector<Tensor>& all) {
  std::vector<Tensor> copies;
  for (const auto& t : all) copies.push_back(t.detach().clone());
  return copies;
}

void restore(const std::vector<Tensor>& kept, const std::vector<Tensor>& state) {
  for (std::size_t i = 0; i < state.size(); ++i) state[i].detach().copy_(kept[i]);
}

// What a step did: its losses, and how much it moved each tensor of the state.
struct Effect {
  double src = 0, dst = 0;
  std::vector<double> moved;
};
Effect effect_of(const StepLosses& losses, const std::vector<Tensor>& before, const std::vector<Tensor>& after) {
  Effect effect{losses.src.sum().item<double>(), losses.dst.sum().item<double>(), {}};
  for (std::size_t i = 0; i < before.size(); ++i)
    effect.moved.push_back((after[i].detach() - before[i]).abs().sum(torch::kFloat64).item<double>());
  return effect;
}

bool close(double a, double b, double part) { return std::abs(a - b) <= part * std::abs(b); }  // false for NaN

bool same(const Effect& recorded, const Effect& plain, const std::vector<Tensor>& state) {
  double all_recorded = 0, all_plain = 0;
  for (std::size_t i = 0; i < state.size(); ++i) {
    all_recorded += recorded.moved[i];
    all_plain += plain.moved[i];
    if (state[i].numel() >= telling && (recorded.moved[i] > 0) != (plain.moved[i] > 0)) return false;
  }
  return close(recorded.src, plain.src, same_loss) && close(recorded.dst, plain.dst, same_loss) &&
         close(all_recorded, all_plain, same_change);
}

}  // namespace

StepRecorder::StepRecorder(std::unique_ptr<RecordedWork> work, Subject subject)
    : work_(std::move(work)), subject_(std::move(subject)) {}

StepLosses StepRecorder::step(const StepInputs& inputs) {
  if (state_ == State::warming_up && warm_ups_++ == warm_ups) return try_recording(inputs);
  if (state_ == State::recorded && copy_into(inputs_, inputs)) {
    work_->replay();
    return losses_;
  }
  return subject_.step(inputs);
}

void StepRecorder::give_up(std::string why) {
  state_ = State::given_up;
  why_ = std::move(why);
  inputs_ = {};
  losses_ = {};
}

void StepRecorder::record(const StepInputs& inputs) {
  inputs_ = cloned(inputs);
  work_->record([this] { losses_ = subject_.step(inputs_); });
  work_->replay();
}

// The recorded step first, then the plain one from the same state, which also is what this step leaves.
StepLosses StepRecorder::try_recording(const StepInputs& inputs) {
  torch::NoGradGuard no_grad;
  auto plain_step = [&] {
    const torch::AutoGradMode grad(true);
    return subject_.step(inputs);
  };
  const auto state = subject_.state();
  const auto before = cloned(state);
  Effect recorded;
  try {
    const torch::AutoGradMode grad(true);
    record(inputs);
    const torch::NoGradGuard compared;
    recorded = effect_of(losses_, before, state);
  } catch (const std::exception& error) {
    const std::string what = error.what();
    give_up(what.substr(0, what.find('\n')));
    subject_.abandon();
    restore(before, state);
    return plain_step();
  }
  restore(before, state);
  const StepLosses losses = plain_step();
  if (same(recorded, effect_of(losses, before, state), state))
    state_ = State::recorded;
  else
    give_up("it does something else than a plain one");
  return losses;
}

}  // namespace understudy
