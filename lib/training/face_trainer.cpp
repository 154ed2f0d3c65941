// SPDX-License-Identifier: Apache-2.0
#include "lib/training/face_trainer.hpp"

#include <numeric>

#include "lib/training/losses.hpp"

namespace understudy {
namespace {

OptimizerSettings optimizer_settings(const ModelSpec& spec) {
  OptimizerSettings settings;
  const bool quick = spec.model_class == ModelClass::quick96;
  settings.kind = spec.rules.rmsprop ? OptimizerKind::rmsprop : OptimizerKind::adabelief;
  settings.lr = spec.rules.lr;
  settings.warm_up = spec.rules.warm_up;
  if (spec.rules.lr_dropout) settings.lr_dropout = 0.3;
  if (!quick && spec.rules.lr_dropout) settings.lr_cos = 500;
  settings.clip_norm = spec.rules.clip_norm;
  settings.seed = spec.rules.seed;
  return settings;
}

Optimizer made_optimizer(const ModelSpec& spec, Precision precision, Parameters& parameters) {
  parameters.set_precision(precision);
  // The frozen part keeps its slots (spec 4.7): it is stepped only where it has a gradient.
  const bool freeze = spec.shape.archi.liae && !spec.rules.random_warp;
  std::vector<Parameter*> all;
  for (auto& p : parameters.all()) {
    if (freeze && p.part() == "inter_AB") p.value.set_requires_grad(false);
    all.push_back(&p);
  }
  return Optimizer(optimizer_settings(spec), std::move(all));
}

Parameters made_parameters(const ModelSpec& spec, const Device& device) {
  return Parameters(spec.rules.seed, device.device);
}

std::vector<double> to_list(const Tensor& t) {
  const Tensor d = t.detach().to(torch::kCPU, torch::kFloat64).contiguous();
  return {d.data_ptr<double>(), d.data_ptr<double>() + d.numel()};
}

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double Losses::mean_src() const { return mean(src); }
double Losses::mean_dst() const { return mean(dst); }

FaceTrainer::FaceTrainer(const ModelSpec& spec, const Device& device, Precision precision)
    : spec_(spec),
      parameters_(made_parameters(spec, device)),
      net_(spec.shape, parameters_),
      optimizer_(made_optimizer(spec, precision, parameters_)) {}

FaceTrainer::Terms FaceTrainer::losses(const Batch& batch) const {
  const int resolution = spec_.shape.resolution;
  const bool quick = spec_.model_class == ModelClass::quick96;
  const auto device = parameters_.device();
  auto both = [&](const Tensor BatchSide::*part) {
    return torch::cat({batch.src.*part, batch.dst.*part}).to(device).contiguous();
  };

  const auto out = net_.forward(batch.src.warped.to(device), batch.dst.warped.to(device));
  // src and dst lie behind each other in every tensor from here on: all terms are the same for both.
  const Tensor predicted = torch::cat({out.src.bgr, out.dst.bgr}).contiguous();
  const Tensor predicted_mask = torch::cat({out.src.mask, out.dst.mask}).contiguous();
  const Tensor mask = both(&BatchSide::mask);
  Tensor target = both(&BatchSide::target);
  if (spec_.rules.blur_out_mask) target = blur_out_mask(target, mask, resolution);

  Tensor seen = predicted, wanted = target;
  if (spec_.rules.masked || quick) {
    // Quick96 multiplies by the plain blur of sigma 3 (spec 4.6).
    const Tensor soft = quick ? gaussian_blur(mask, 3) : soft_mask(mask, resolution);
    seen = predicted * soft;
    wanted = target * soft;
  }
  Tensor loss = structure_loss(wanted, seen, resolution) + 10 * mean_square(wanted, seen) +
                10 * mean_square(mask, predicted_mask);
  if (spec_.rules.eyes_mouth && !quick) {
    const Tensor weight = both(&BatchSide::eyes_mouth);
    loss = loss + 300 * (target * weight - predicted * weight).abs().mean({1, 2, 3});
  }
  const auto n = batch.src.target.size(0);
  return {loss.narrow(0, 0, n), loss.narrow(0, n, n)};
}

Losses FaceTrainer::step(const Batch& batch) {
  const Terms terms = losses(batch);
  (terms.src.sum() + terms.dst.sum()).backward();
  optimizer_.step();
  return {to_list(terms.src), to_list(terms.dst)};
}

Losses FaceTrainer::evaluate(const Batch& batch) const {
  torch::NoGradGuard no_grad;
  const Terms terms = losses(batch);
  return {to_list(terms.src), to_list(terms.dst)};
}

}  // namespace understudy
