// SPDX-License-Identifier: Apache-2.0
#include "tools/mask/mask_trainer.hpp"

#include "lib/training/model_folder.hpp"

namespace understudy::mask_bank {
namespace {

Parameters with_winograd(std::uint64_t seed) {
  Parameters parameters(seed);
  parameters.set_winograd(true);
  return parameters;
}

std::vector<Parameter*> pointers(Parameters& parameters) {
  std::vector<Parameter*> all;
  for (auto& p : parameters.all()) all.push_back(&p);
  return all;
}

// How much of what either mask holds only one holds, as a smooth number (the soft Jaccard index of Rahman and Wang,
// "Optimizing Intersection-Over-Union in Deep Neural Networks for Image Segmentation", 2016).
Tensor missed_share(const Tensor& predicted, const Tensor& wanted) {
  const Tensor both = (predicted * wanted).sum({1, 2, 3});
  const Tensor either = (predicted + wanted - predicted * wanted).sum({1, 2, 3});
  return 1 - (both + 1) / (either + 1);
}

}  // namespace

MaskTrainer::MaskTrainer(double lr, std::int64_t decay_steps, std::uint64_t seed)
    : parameters_(with_winograd(seed)),
      net_(parameters_, generic_mask_shape),
      optimizer_({.lr = lr, .warm_up = 100, .decay_steps = static_cast<int>(decay_steps), .clip_norm = 1, .seed = seed},
                 pointers(parameters_)),
      average_(parameters_, 0.998) {}

double MaskTrainer::step(const MaskBatch& batch) {
  const Tensor logits = net_.logits(batch.bgr);
  const Tensor entropy = torch::binary_cross_entropy_with_logits(logits, batch.mask);
  const Tensor loss = entropy + 0.5 * missed_share(torch::sigmoid(logits), batch.mask).mean();
  loss.backward();
  optimizer_.step();
  average_.update(optimizer_.steps());
  return loss.item<double>();
}

Tensor MaskTrainer::predict(const Tensor& bgr) {
  torch::NoGradGuard no_grad;
  const WeightAverage::Use averaged(&average_);
  return torch::sigmoid(net_.logits(bgr));
}

Result<> MaskTrainer::save(const fs::path& folder) const {
  std::vector<NamedTensor> weights;
  for (const auto& p : parameters_.all()) weights.push_back({p.name, p.master});
  for (auto& mean : average_.state()) weights.push_back(std::move(mean));
  for (auto& t : optimizer_.state()) weights.push_back({"opt:" + t.name, t.tensor});
  return write_safetensors(folder / "mask.safetensors", weights).map([](auto) {});
}

Result<> MaskTrainer::load(const fs::path& folder) {
  TRY(const auto weights, read_safetensors(folder / "mask.safetensors"));
  std::map<std::string, Tensor> optimizer;
  for (const auto& [name, tensor] : weights) {
    if (name.starts_with("opt:")) optimizer.emplace(name.substr(4), tensor);
  }
  if (optimizer.empty()) {  // of before, when it was a file of its own
    TRY(optimizer, read_safetensors(folder / "optimizer.safetensors"));
  }
  TRY_VOID(load_weights(parameters_.all(), weights));
  TRY_VOID(optimizer_.load_state(optimizer));
  average_.load(weights);
  return {};
}

Result<> MaskTrainer::start_from(const fs::path& shipped) {
  TRY(const auto weights, read_safetensors(shipped));
  TRY_VOID(load_weights(parameters_.all(), weights));
  average_.restart([](const Parameter&) { return true; });
  return {};
}

}  // namespace understudy::mask_bank
