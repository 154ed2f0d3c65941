// SPDX-License-Identifier: Apache-2.0
// What of a trainer is saved, and how it comes back.
#include <algorithm>
#include <cmath>

#include "lib/training/build_net.hpp"
#include "lib/training/face_trainer.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {
namespace {

constexpr const char* updates_name = "ema/updates";  // of the average, kept among the optimiser's tensors
constexpr std::int64_t long_ago = 1'000'000;         // updates of an average that nobody has counted

// The tensors of `saved` that belong to these parameters; nothing when one is missing or misfits.
std::optional<std::map<std::string, Tensor>> fitting(const Parameters& parameters,
                                                     const std::map<std::string, Tensor>& saved) {
  std::map<std::string, Tensor> found;
  for (const auto& p : parameters.all()) {
    const auto it = saved.find(p.name);
    if (it == saved.end() || it->second.sizes() != p.master.sizes()) return std::nullopt;
    found.emplace(p.name, it->second);
  }
  return found;
}

std::map<std::string, Tensor> behind(const std::map<std::string, Tensor>& all, const std::string& prefix) {
  std::map<std::string, Tensor> found;
  for (const auto& [name, tensor] : all) {
    if (name.starts_with(prefix)) found.emplace(name.substr(prefix.size()), tensor);
  }
  return found;
}

bool all_finite(const Parameters& parameters) {
  torch::NoGradGuard no_grad;
  for (const auto& p : parameters.all()) {
    // A sum is finite only if all of it is (weights are far from the range's end).
    if (!std::isfinite(p.master.sum().item<double>())) return false;
  }
  return true;
}

}  // namespace

std::vector<NamedTensor> FaceTrainer::weights() const {
  std::vector<NamedTensor> all;
  for (const auto& p : parameters_.all()) all.push_back({p.name, p.master});
  for (const auto* judge : judges()) {
    for (const auto& p : judge->parameters->all()) all.push_back({p.name, p.master});
  }
  if (average_) {
    for (auto& mean : average_->state()) all.push_back(std::move(mean));
  }
  return all;
}

std::vector<NamedTensor> FaceTrainer::optimizer_state() const {
  auto all = optimizer_.state();
  if (average_ && average_updates_ != optimizer_.steps())
    all.push_back({updates_name, torch::tensor({average_updates_})});
  for (const auto* judge : judges()) {
    for (auto& slot : judge->optimizer->state())
      all.push_back({judge->optimizer_name + ":" + slot.name, std::move(slot.tensor)});
  }
  return all;
}

// What a step changes, all of it in place.
std::vector<Tensor> FaceTrainer::stepped_tensors() const {
  std::vector<Tensor> all;
  auto add = [&](const Parameters& parameters, const Optimizer& optimizer) {
    for (const auto& p : parameters.all()) {
      all.push_back(p.master);
      if (parameters.precision() == Precision::bf16) all.push_back(p.value);
    }
    for (const auto& slot : optimizer.slot_tensors()) all.push_back(slot);
  };
  add(parameters_, optimizer_);
  for (const auto* judge : judges()) add(*judge->parameters, *judge->optimizer);
  return all;
}

void FaceTrainer::clear_gradients() {
  auto clear = [](Parameters& parameters) {
    for (auto& p : parameters.all()) p.value.mutable_grad().reset();
  };
  clear(parameters_);
  for (auto* judge : {&gan_, &true_face_}) {
    if (!*judge) continue;
    clear(*(*judge)->parameters);
    (*judge)->parameters->set_requires_grad(false);
  }
}

Result<> FaceTrainer::load(const std::map<std::string, Tensor>& weights, const std::map<std::string, Tensor>& optimizer,
                           std::vector<std::string>& notes) {
  TRY_VOID(load_weights(parameters_.all(), weights));
  parameters_.refresh_values();
  const auto loaded = optimizer_.load_state(optimizer);
  if (!loaded) {
    // Another optimiser than it was saved with, or an import without one: its memory starts anew, the weights stay.
    optimizer_.start_over();
    notes.push_back(fmt::format("The optimiser starts anew: {}", loaded.error().message));
  }
  for (auto* judge : {&gan_, &true_face_}) {
    if (!*judge) continue;
    auto& j = **judge;
    const char* name = j.patch ? "GAN discriminator" : "true-face discriminator";
    const auto own = fitting(*j.parameters, weights);
    if (!own) {
      renew(j);
      notes.push_back(fmt::format("The {} starts anew", name));
      continue;
    }
    TRY_VOID(load_weights(j.parameters->all(), *own));
    j.parameters->refresh_values();
    if (!all_finite(*j.parameters)) {  // as one could be saved once
      renew(j);
      notes.push_back(fmt::format("The {} starts anew: what was saved of it is not finite", name));
      continue;
    }
    if (!j.optimizer->load_state(behind(optimizer, j.optimizer_name + ":"))) {
      j.optimizer->start_over();
      notes.push_back(fmt::format("The optimiser of the {} starts anew", name));
    }
  }
  if (average_) load_average(weights, optimizer, loaded.has_value(), notes);
  return {};
}

// An average that came back whole is as old as it was, whatever the optimiser has forgotten: counted from nothing, it
// would be that of the last few iterations.
void FaceTrainer::load_average(const std::map<std::string, Tensor>& weights,
                               const std::map<std::string, Tensor>& optimizer, bool optimizer_loaded,
                               std::vector<std::string>& notes) {
  const bool whole = average_->load(weights);
  if (!whole) notes.push_back(fmt::format("The {} start from the weights as they are", "averaged weights"));
  average_updates_ = whole && !optimizer_loaded ? long_ago : optimizer_.steps();
  const auto kept = optimizer.find(updates_name);
  if (whole && kept != optimizer.end() && kept->second.numel() == 1)
    average_updates_ = kept->second.item<std::int64_t>();
}

// In place: where a step was recorded, its tensors stay where they are.
void FaceTrainer::renew(Judge& judge) const {
  torch::NoGradGuard no_grad;
  const Device device{.device = parameters_.device()};
  const Judge fresh = made_judge(judge.patch != nullptr, device, parameters_.precision());
  for (auto& p : judge.parameters->all()) p.master.copy_(fresh.parameters->find(p.name)->master);
  judge.parameters->refresh_values();
  judge.optimizer->start_over();
}

void FaceTrainer::renew(std::string_view part, std::uint64_t seed) {
  torch::NoGradGuard no_grad;
  const auto is_meant = [&](const Parameter& p) { return p.part().starts_with(part); };
  Parameters fresh(seed, parameters_.device());
  const auto net = build_net(spec_, fresh);
  for (auto& p : parameters_.all()) {
    if (is_meant(p)) p.master.copy_(fresh.find(p.name)->master);
  }
  parameters_.refresh_values();
  if (average_) average_->restart(is_meant);
}

bool FaceTrainer::weights_are_finite() const {
  return all_finite(parameters_) &&
         std::ranges::all_of(judges(), [](const Judge* judge) { return all_finite(*judge->parameters); });
}

}  // namespace understudy
