// SPDX-License-Identifier: Apache-2.0
#include "lib/training/optimizer.hpp"

#include <ATen/Parallel.h>

#include <cmath>
#include <numbers>

#include "lib/training/optimizer_kernels.hpp"

namespace understudy {
namespace {

std::uint64_t mixed(std::uint64_t x) {  // splitmix64's finaliser
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

Optimizer::Optimizer(OptimizerSettings settings, std::vector<Parameter*> parameters) : settings_(settings) {
  for (auto* p : parameters) {
    Slots slots{p, torch::zeros_like(p->master), {}, 1};
    if (settings_.kind == OptimizerKind::adabelief) slots.second = torch::zeros_like(p->master);
    slots_.push_back(std::move(slots));
  }
}

// The counter is raised before a step: the cosine sees 1 in the first (golden case optim_*_cos500).
float Optimizer::lr_now() const {
  const auto t = static_cast<double>(steps_);
  auto lr = static_cast<float>(settings_.lr);
  if (settings_.lr_cos > 0) lr *= static_cast<float>((std::cos(2 * std::numbers::pi * t / settings_.lr_cos) + 1) / 2);
  if (steps_ < settings_.warm_up) lr *= static_cast<float>(t / settings_.warm_up);
  if (settings_.decay_steps > 0) {
    constexpr double floor = 0.05;
    const double part = std::min(1.0, t / settings_.decay_steps);
    lr *= static_cast<float>(floor + (1 - floor) * (1 + std::cos(std::numbers::pi * part)) / 2);
  }
  if (lr_factor_ != 1) lr *= static_cast<float>(lr_factor_);
  return lr;
}

void Optimizer::prepare() {
  ++steps_;
  rule_.lr = lr_now();
  rule_.epsilon = static_cast<float>(settings_.epsilon);
  const double beta1 = settings_.kind == OptimizerKind::adabelief ? settings_.beta1 : settings_.rho;
  rule_.beta1 = static_cast<float>(beta1);
  rule_.beta2 = static_cast<float>(settings_.beta2);
  rule_.fresh1 = static_cast<float>(1 - beta1);
  rule_.fresh2 = static_cast<float>(1 - settings_.beta2);
  rule_.keep_below =
      settings_.lr_dropout >= 1 ? 0xffffffffu : static_cast<std::uint32_t>(settings_.lr_dropout * 4294967296.0);
  if (slots_.empty() || slots_.front().first.is_cpu()) return;
  if (!device_lr_.defined()) device_lr_ = torch::empty({}, slots_.front().first.options());
  device_lr_.fill_(rule_.lr);
}

void Optimizer::set_share(const std::function<bool(const Parameter&)>& of, double share) {
  for (auto& slots : slots_) {
    if (of(*slots.parameter)) slots.share = static_cast<float>(share);
  }
}

// What gradients are multiplied by, (), so that their global norm is at most that of the settings.
Tensor Optimizer::clipping(const std::vector<Tensor>& gradients) const {
  Tensor squares;
  for (const auto& g : gradients) {
    if (!g.defined()) continue;
    const Tensor own = g.to(torch::kFloat32).square().sum().to(torch::kFloat64);
    squares = squares.defined() ? squares + own : own;
  }
  if (!squares.defined()) return {};
  return (settings_.clip_norm / squares.sqrt()).clamp_max(1).to(torch::kFloat32);
}

void Optimizer::apply() {
  torch::NoGradGuard no_grad;
  std::vector<Tensor> gradients;
  for (auto& slots : slots_) gradients.push_back(slots.parameter->value.grad());
  const Tensor scale = settings_.clip_norm > 0 ? clipping(gradients) : Tensor();
  rule_.gradient_scale = scale.defined() && scale.is_cpu() ? scale.item<float>() : 1;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!gradients[i].defined()) continue;
    auto& [parameter, first, second, share] = slots_[i];
    UpdateRule rule = rule_;
    rule.lr *= share;
    rule.key =
        static_cast<std::uint32_t>(mixed(settings_.seed ^ mixed(static_cast<std::uint64_t>(steps_) * 1000003 + i)));
    // Same memory order as the master, so that one index means the same number in all of them.
    Tensor gradient = gradients[i];
    if (gradient.strides() != parameter->master.strides())
      gradient = torch::empty_like(parameter->value).copy_(gradient);
    const UpdatedTensor updated{parameter->master, gradient, first, second, parameter->value};
    if (parameter->master.is_cpu())
      update_tensor(rule, updated);
    else
      update_on_device(rule, share == 1 ? device_lr_ : device_lr_ * share, scale, updated);
    parameter->value.mutable_grad().reset();
  }
}

std::vector<Tensor> Optimizer::slot_tensors() const {
  std::vector<Tensor> all;
  for (const auto& slots : slots_) {
    all.push_back(slots.first);
    if (slots.second.defined()) all.push_back(slots.second);
  }
  return all;
}

std::vector<NamedTensor> Optimizer::state() const {
  std::vector<NamedTensor> all{{"iters", torch::tensor({steps_})}};
  for (const auto& slots : slots_) {
    if (settings_.kind == OptimizerKind::adabelief) {
      all.push_back({"ms/" + slots.parameter->name, slots.first});
      all.push_back({"vs/" + slots.parameter->name, slots.second});
    } else {
      all.push_back({"acc/" + slots.parameter->name, slots.first});
    }
  }
  return all;
}

Tensor* Optimizer::slot(std::string_view name) {
  for (auto& slots : slots_) {
    const auto& own = slots.parameter->name;
    if (name == "ms/" + own || name == "acc/" + own) return &slots.first;
    if (name == "vs/" + own) return &slots.second;
  }
  return nullptr;
}

Result<> Optimizer::load_state(const std::map<std::string, Tensor>& saved) {
  const auto all = state();
  for (const auto& [name, own] : all) {
    const auto it = saved.find(name);
    if (it == saved.end()) return fail(Code::bad_file, "The saved optimiser has no tensor '{}'", name);
    if (it->second.sizes() != own.sizes())
      return fail(Code::bad_file, "The saved optimiser's tensor '{}' has another shape", name);
  }
  torch::NoGradGuard no_grad;
  for (const auto& [name, own] : all) {
    if (name != "iters") own.copy_(saved.at(name));
  }
  steps_ = saved.at("iters").item<std::int64_t>();
  return {};
}

void Optimizer::start_over() {
  for (auto& slot : slot_tensors()) slot.zero_();
  steps_ = 0;
}

}  // namespace understudy
