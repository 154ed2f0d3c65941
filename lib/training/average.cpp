// SPDX-License-Identifier: Apache-2.0
#include "lib/training/average.hpp"

namespace understudy {

WeightAverage::WeightAverage(Parameters& parameters, double decay) : parameters_(parameters), decay_(decay) {
  for (const auto& p : parameters.all()) means_.push_back(p.master.detach().clone());
}

void WeightAverage::update(std::int64_t step) {
  torch::NoGradGuard no_grad;
  const double t = static_cast<double>(step);
  const double decay = std::min(decay_, (1 + t) / (10 + t));
  std::size_t i = 0;
  for (const auto& p : parameters_.all()) means_[i++].lerp_(p.master, 1 - decay);
}

std::vector<NamedTensor> WeightAverage::state() const {
  std::vector<NamedTensor> all;
  std::size_t i = 0;
  for (const auto& p : parameters_.all()) all.push_back({"ema:" + p.name, means_[i++]});
  return all;
}

bool WeightAverage::load(const std::map<std::string, Tensor>& saved) {
  torch::NoGradGuard no_grad;
  bool whole = true;
  for (const auto& p : parameters_.all()) {
    const auto it = saved.find("ema:" + p.name);
    whole = whole && it != saved.end() && it->second.sizes() == p.master.sizes();
  }
  std::size_t i = 0;
  for (const auto& p : parameters_.all()) means_[i++].copy_(whole ? saved.at("ema:" + p.name) : p.master);
  return whole;
}

void WeightAverage::restart(const std::function<bool(const Parameter&)>& of) {
  torch::NoGradGuard no_grad;
  std::size_t i = 0;
  for (const auto& p : parameters_.all()) {
    Tensor& mean = means_[i++];
    if (of(p)) mean.copy_(p.master);
  }
}

WeightAverage::Use::Use(WeightAverage* average) : average_(average) {
  if (average == nullptr) return;
  std::size_t i = 0;
  for (auto& p : average->parameters_.all()) {
    kept_.push_back(p.value);
    p.value = average->means_[i++].to(p.value.scalar_type());
  }
}

WeightAverage::Use::~Use() {
  if (average_ == nullptr) return;
  std::size_t i = 0;
  for (auto& p : average_->parameters_.all()) p.value = kept_[i++];
}

}  // namespace understudy
