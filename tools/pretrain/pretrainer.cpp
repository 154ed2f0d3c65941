// SPDX-License-Identifier: Apache-2.0
#include "tools/pretrain/pretrainer.hpp"

#include "lib/training/losses.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy::pretrain {
namespace {

constexpr int base_resolution = 96;
// SAEHD's is 300; lids are few pixels, and what is not learned here a few minutes of training do not learn.
constexpr double eyes_mouth_weight = 400;
constexpr double reading_weight = 10;
constexpr std::int64_t codes_from = 2000;  // steps before which the codes' distance does not count

OptimizerSettings settings_of(double lr, std::int64_t decay_steps) {
  OptimizerSettings settings;
  settings.lr = lr;
  settings.warm_up = 300;
  settings.decay_steps = static_cast<int>(decay_steps);
  return settings;
}

std::vector<Parameter*> pointers_to(Parameters& parameters) {
  std::vector<Parameter*> all;
  for (auto& p : parameters.all()) all.push_back(&p);
  return all;
}

Parameters& with_precision(Parameters& parameters, Precision precision) {
  parameters.set_precision(precision);
  return parameters;
}

// The terms of SAEHD's loss (lib/training/face_losses.hpp), per picture.
Tensor picture_loss(const Decoded& out, const BatchSide& faces, int resolution) {
  const Tensor soft = soft_mask(faces.mask, resolution), weight = soft + 0.1 * (1 - soft);
  const Tensor wanted = faces.target * weight, seen = out.bgr * weight;
  return structure_loss(wanted, seen, resolution) + 10 * mean_square(wanted, seen) +
         10 * mean_square(faces.mask, out.mask) +
         eyes_mouth_weight * (faces.target * faces.eyes_mouth - out.bgr * faces.eyes_mouth).abs().mean({1, 2, 3});
}

}  // namespace

Pretrainer::Pretrainer(double lr, std::int64_t decay_steps, Precision precision, std::uint64_t seed)
    : parameters_(seed),
      net_(start_spec(base_resolution), parameters_),
      play_(parameters_, "play", net_.spec().shape.ae_dims, play_numbers),
      optimizer_(settings_of(lr, decay_steps), pointers_to(with_precision(parameters_, precision))),
      average_(parameters_, 0.9985) {
  // A reader that guesses wildly would first of all teach the encoder to be quiet.
  parameters_.find("play/weight")->master.zero_();
  parameters_.refresh_values();
}

Tensor Pretrainer::read(const Tensor& latent) const {
  return play_(latent * torch::rsqrt(latent.square().mean(1, true) + 1e-6)).to(torch::kFloat32);
}

Terms Pretrainer::step(const Step& in) {
  const BatchSide faces = redrawn_of(in);
  const std::int64_t n = in.redrawn;
  const Tensor all = net_.encode(in.faces.warped), latents = net_.latent(all, in.resolution);
  const Tensor encoded = all.narrow(0, 0, n), codes = net_.code_of(latents.narrow(0, 0, n), in.resolution);
  const Tensor other_codes = codes.index_select(0, same_play(n));
  // Who it is is told by another picture of that person, so that the vector cannot carry the performance.
  const Tensor who = net_.identity(encoded).index_select(0, same_person(n));
  // Half of the pictures are drawn from their own code, half from the other person's, alternating.
  Tensor crossed = torch::zeros({n, 1, 1, 1}, torch::kBool);
  for (std::int64_t i = 0; i < n; ++i) crossed[i][0][0][0] = ((in.number + i + i / 2) & 1) == 0;
  const Decoded out =
      net_.decode(torch::where(crossed, other_codes, codes).contiguous(torch::MemoryFormat::ChannelsLast), who);
  const Tensor losses = picture_loss(out, faces, in.resolution);
  // The distance of the codes of one performance against their spread over all: a ratio, so that shrinking all codes
  // gains nothing. Only once the decoder listens to them: before that it would teach the encoder to say nothing.
  const Tensor a = codes.to(torch::kFloat32), b = other_codes.to(torch::kFloat32);
  const Tensor apart = (a - b).square().mean() / ((a - a.mean(0, true)).square().mean() + 1e-6);
  Tensor total = losses.sum();
  // Pixels of a lid or an iris weigh little in any picture: this says at once that the code is to tell of them.
  const Tensor misread = (read(latents) - in.play).square().mean();
  total = total + reading_weight * static_cast<double>(n) * misread;
  if (in.number >= codes_from) total = total + 0.1 * static_cast<double>(n) * apart;
  total.backward();
  optimizer_.step();
  average_.update(optimizer_.steps());
  const Tensor flat = losses.detach(), by = crossed.view({n}).to(torch::kFloat32);
  const double many = by.sum().item<double>();
  return {(flat * (1 - by)).sum().item<double>() / std::max(1.0, static_cast<double>(n) - many),
          (flat * by).sum().item<double>() / std::max(1.0, many), apart.item<double>(), misread.item<double>()};
}

std::vector<NamedTensor> Pretrainer::state() const {
  std::vector<NamedTensor> all;
  for (const auto& p : parameters_.all()) all.push_back({p.name, p.master});
  for (auto& t : average_.state()) all.push_back(std::move(t));
  for (auto& t : optimizer_.state()) all.push_back({"opt:" + t.name, t.tensor});
  return all;
}

Result<> Pretrainer::save(const fs::path& folder) const {
  return write_safetensors(folder / "start.safetensors", state()).map([](auto) {});
}

Result<> Pretrainer::load(const fs::path& folder) {
  TRY(auto saved, read_safetensors(folder / "start.safetensors"));
  // What was added to the network since begins as it is.
  for (auto& t : state()) saved.try_emplace(t.name, t.tensor);
  TRY_VOID(load_weights(parameters_.all(), saved));
  parameters_.refresh_values();
  average_.load(saved);
  std::map<std::string, Tensor> optimizer;
  for (const auto& [name, tensor] : saved) {
    if (name.starts_with("opt:")) optimizer.emplace(name.substr(4), tensor);
  }
  return optimizer_.load_state(optimizer);
}

}  // namespace understudy::pretrain
