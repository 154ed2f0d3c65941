// SPDX-License-Identifier: Apache-2.0
#include "lib/training/face_trainer.hpp"

#include <algorithm>
#include <numeric>

#include "lib/tensor/spinning.hpp"
#include "lib/training/build_net.hpp"
#include "lib/training/expression_loss.hpp"
#include "lib/training/face_losses.hpp"
#include "lib/training/losses.hpp"
#include "lib/training/random.hpp"

namespace understudy {
namespace {

constexpr std::uint64_t channel_stream = 77;  // of AMP's channel masks

OptimizerSettings optimizer_settings(const ModelSpec& spec) {
  OptimizerSettings settings;
  settings.kind = spec.rules.rmsprop ? OptimizerKind::rmsprop : OptimizerKind::adabelief;
  settings.lr = spec.rules.lr;
  settings.warm_up = spec.rules.warm_up;
  settings.decay_steps = spec.rules.lr_decay;
  if (spec.rules.lr_dropout) settings.lr_dropout = 0.3;
  if (!spec.quick() && spec.rules.lr_dropout) settings.lr_cos = 500;
  settings.clip_norm = spec.rules.clip_norm;
  settings.seed = spec.rules.seed;
  return settings;
}

bool is_encoding(const std::string& part) { return part == "encoder" || part.starts_with("inter"); }

bool is_frozen(const ModelSpec& spec, const std::string& part) {
  const auto& r = spec.rules;
  if (std::ranges::find(r.frozen, part) != r.frozen.end()) return true;
  if (r.encoder_lr == 0 && is_encoding(part)) return true;
  // The original never trains AMP's inters, nor liae's inter_AB without random warp (spec 1.2, 4.7).
  if (spec.amp()) return !r.train_inters && part.starts_with("inter_");
  return spec.shape.archi.liae && !r.random_warp && !r.train_inters && part == "inter_AB";
}

Optimizer made_optimizer(const ModelSpec& spec, Precision precision, Parameters& parameters) {
  parameters.set_precision(precision);
  std::vector<Parameter*> all;
  for (auto& p : parameters.all()) {
    if (is_frozen(spec, p.part())) p.value.set_requires_grad(false);
    // A frozen part keeps its slots, which are stepped only where there is a gradient (spec 4.7). AMP's inters have
    // none.
    if (spec.amp() && !spec.rules.train_inters && p.part().starts_with("inter_")) continue;
    all.push_back(&p);
  }
  Optimizer optimizer(optimizer_settings(spec), std::move(all));
  optimizer.set_share([](const Parameter& p) { return is_encoding(p.part()); }, spec.rules.encoder_lr);
  return optimizer;
}

std::vector<double> to_list(const Tensor& t) {
  if (!t.defined()) return {};
  const Tensor d = t.detach().to(torch::kCPU, torch::kFloat64).contiguous();
  return {d.data_ptr<double>(), d.data_ptr<double>() + d.numel()};
}

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Per sample int(I * morph) ones in random places (spec 1.2), the same for a draw whatever else was drawn.
Tensor channel_masks(const ModelSpec& spec, std::int64_t draw, std::int64_t n) {
  const int channels = spec.inter_dims;
  const int ones = static_cast<int>(channels * spec.rules.morph_factor);
  Tensor masks = torch::zeros({n, channels, 1, 1});
  auto entry = masks.accessor<float, 4>();
  std::vector<int> order(static_cast<std::size_t>(channels));
  for (std::int64_t i = 0; i < n; ++i) {
    CounterRandom random(spec.rules.seed, channel_stream, static_cast<std::uint64_t>(draw) * 4096 + i);
    std::iota(order.begin(), order.end(), 0);
    for (int k = 0; k < ones; ++k) {
      std::swap(order[k], order[k + static_cast<int>(random.below(channels - k))]);
      entry[i][order[k]][0][0] = 1;
    }
  }
  return masks;
}

Tensor vote(const PatchDiscriminator& judge, const Tensor& images, bool wanted) {
  const auto logits = judge(images);
  return binary_cross_entropy(logits.centre, wanted) + binary_cross_entropy(logits.full, wanted);
}

}  // namespace

double Losses::mean_src() const { return mean(src); }
double Losses::mean_dst() const { return mean(dst); }

FaceTrainer::FaceTrainer(const ModelSpec& spec, const Device& device, Precision precision)
    : spec_(spec),
      parameters_(spec.rules.seed, device.device),
      net_(build_net(spec, parameters_)),
      optimizer_(made_optimizer(spec, precision, parameters_)) {
  if (spec.rules.gan_power > 0) gan_ = made_judge(true, device, precision);
  if (spec.rules.true_face_power > 0) true_face_ = made_judge(false, device, precision);
  if (spec.rules.ema > 0) average_.emplace(parameters_, spec.rules.ema);
}

FaceTrainer::Judge FaceTrainer::made_judge(bool patch, const Device& device, Precision precision) const {
  Judge judge;
  judge.parameters = std::make_unique<Parameters>(spec_.rules.seed, device.device);
  judge.optimizer_name = patch ? "GAN_opt" : "D_code_opt";
  if (patch) {
    judge.patch = std::make_unique<PatchDiscriminator>(spec_.amp() ? "GAN" : "D_src", spec_.rules.gan_patch_size,
                                                       spec_.rules.gan_dims, *judge.parameters);
  } else {
    const auto& s = spec_.shape;
    const int lowest = s.resolution / (s.archi.doubled ? 32 : 16);
    judge.code = std::make_unique<CodeDiscriminator>(s.ae_dims, s.archi.deep ? lowest : 2 * lowest, *judge.parameters);
  }
  judge.parameters->set_precision(precision);
  judge.parameters->set_requires_grad(false);
  std::vector<Parameter*> all;
  for (auto& p : judge.parameters->all()) all.push_back(&p);
  judge.optimizer = std::make_unique<Optimizer>(optimizer_settings(spec_), std::move(all));
  return judge;
}

std::vector<const FaceTrainer::Judge*> FaceTrainer::judges() const {
  std::vector<const Judge*> all;
  if (gan_) all.push_back(&*gan_);
  if (true_face_) all.push_back(&*true_face_);
  return all;
}

Reconstruction FaceTrainer::reconstruct(const Batch& batch, const Tensor& channels) const {
  Wanted wanted = wanted_of(spec_);
  wanted.channels = channels;
  return net_->forward(batch.src.warped, batch.dst.warped, wanted);
}

// What the generator is told by the discriminators, (N).
Tensor FaceTrainer::judged(const Reconstruction& out, const Batch& batch) const {
  Tensor sum;
  auto add = [&](const Tensor& term) { sum = sum.defined() ? sum + term : term; };
  if (true_face_) add(spec_.rules.true_face_power * binary_cross_entropy((*true_face_->code)(out.code_src), true));
  if (gan_) {
    const Targets t = targets_of(spec_, batch, parameters_.device());
    add(spec_.rules.gan_power * vote(*gan_->patch, out.src.bgr * t.src(t.weight), true));
    if (spec_.amp()) add(spec_.rules.gan_power * vote(*gan_->patch, out.dst.bgr * t.dst(t.weight), true));
    if (spec_.rules.masked) add(gan_clean_up(out, t));
  }
  return sum;
}

FaceTrainer::Fakes FaceTrainer::fakes_of(const Reconstruction& out, const Batch& batch) const {
  Fakes fakes;
  if (gan_) {
    torch::NoGradGuard no_grad;
    const Targets t = targets_of(spec_, batch, parameters_.device());
    fakes.images.push_back((out.src.bgr * t.src(t.weight)).detach());
    if (spec_.amp()) fakes.images.push_back((out.dst.bgr * t.dst(t.weight)).detach());
  }
  if (true_face_) fakes.codes = {out.code_src.detach(), out.code_dst.detach()};
  return fakes;
}

// Adds a part's gradients to those that are there.
StepLosses FaceTrainer::accumulate(const Batch& batch, const Tensor& channels, double scale, Fakes* fakes) {
  const auto out = reconstruct(batch, channels);
  const Targets targets = targets_of(spec_, batch, parameters_.device());
  const auto terms = reconstruction_terms(spec_, out, targets);
  Tensor total = batch.has_dst() ? terms.src + terms.dst : terms.src;
  if (terms.hidden.defined()) total = total + terms.hidden;
  if (const Tensor more = judged(out, batch); more.defined()) total = total + more;
  if (spec_.rules.expression_power > 0)
    total = total + spec_.rules.expression_power * expression_term(*net_, parameters_, spec_, out, targets);
  // The original takes the gradient of the sum over the batch (spec 4).
  if (watch_.before) watch_.before();
  // Where only dst's part learns, a batch of src alone teaches nothing.
  if (const Tensor sum = total.sum() * scale; sum.requires_grad()) sum.backward();
  if (watch_.after) watch_.after();
  if (fakes != nullptr) *fakes = fakes_of(out, batch);
  return {terms.src.detach(), batch.has_dst() ? terms.dst.detach() : Tensor()};
}

// Micro-batches one after the other, their gradients summed.
StepLosses FaceTrainer::accumulate_all(const StepInputs& in, Fakes* fakes) {
  const std::int64_t n = in.batch.size(), parts = std::min<std::int64_t>(spec_.rules.micro_batches, n);
  const double scale = spec_.rules.mean_gradient ? 1.0 / static_cast<double>(n) : 1.0;
  if (parts == 1) return accumulate(in.batch, in.channels, scale, fakes);
  std::vector<Tensor> src, dst;
  std::vector<Fakes> all(static_cast<std::size_t>(parts));
  for (std::int64_t i = 0; i < parts; ++i) {
    const std::int64_t first = n * i / parts, count = n * (i + 1) / parts - first;
    const auto losses =
        accumulate(in.batch.part(first, count), in.channels.defined() ? in.channels.narrow(0, first, count) : Tensor(),
                   scale, fakes == nullptr ? nullptr : &all[static_cast<std::size_t>(i)]);
    src.push_back(losses.src);
    if (losses.dst.defined()) dst.push_back(losses.dst);
  }
  auto joined = [&](std::vector<Tensor> Fakes::*kind) {
    std::vector<Tensor> whole;
    for (std::size_t k = 0; k < (all[0].*kind).size(); ++k) {
      std::vector<Tensor> pieces;
      for (auto& f : all) pieces.push_back((f.*kind)[k]);
      whole.push_back(torch::cat(pieces));
    }
    return whole;
  };
  if (fakes != nullptr) *fakes = {joined(&Fakes::images), joined(&Fakes::codes)};
  return {torch::cat(src), dst.empty() ? Tensor() : torch::cat(dst)};
}

StepLosses FaceTrainer::step_on(const StepInputs& in) {
  Fakes fakes;
  const StepLosses losses = accumulate_all(in, judges().empty() ? nullptr : &fakes);
  optimizer_.apply();
  if (!judges().empty()) {
    if (spec_.rules.fresh_fakes) {
      torch::NoGradGuard no_grad;
      fakes = fakes_of(reconstruct(in.batch, in.fresh_channels), in.batch);
    }
    step_judges(in.batch, std::move(fakes));
  }
  return losses;
}

StepInputs FaceTrainer::inputs_of(const Batch& batch) const {
  const auto device = parameters_.device();
  StepInputs inputs{batch.each([&](const Tensor& t) { return t.to(device); }), {}, {}};
  if (spec_.amp()) {
    const std::int64_t draw = optimizer_.steps(), n = batch.size();
    inputs.channels = channel_masks(spec_, draw, n).to(device);
    // Drawn anew for fresh fakes (spec 4.8): a draw number that no generator step has.
    if (spec_.rules.fresh_fakes)
      inputs.fresh_channels = channel_masks(spec_, (std::int64_t{1} << 40) + draw, n).to(device);
  }
  return inputs;
}

void FaceTrainer::prepare_optimizers() {
  optimizer_.prepare();
  for (auto* judge : {&gan_, &true_face_}) {
    if (*judge) (*judge)->optimizer->prepare();
  }
}

Losses FaceTrainer::step(const Batch& batch) {
  if (parameters_.device().is_cpu()) {
    static WaitChooser waiting;  // the threads are the process's
    waiting.step();
  }
  Losses losses;
  auto work = [&] {
    const StepInputs inputs = inputs_of(batch);
    prepare_optimizers();
    const StepLosses made = recorder_ ? recorder_->step(inputs) : step_on(inputs);
    if (average_) average_->update(++average_updates_);
    losses = {to_list(made.src), to_list(made.dst)};
  };
  recorder_ ? recorder_->run(work) : work();
  return losses;
}

void FaceTrainer::record_steps(std::unique_ptr<RecordedWork> work) {
  if (!work) return;
  recorder_ = std::make_unique<StepRecorder>(
      std::move(work), StepRecorder::Subject{[this](const StepInputs& in) { return step_on(in); },
                                             [this] { return stepped_tensors(); }, [this] { clear_gradients(); }});
}

// Spec 4.4, 4.5. Real and made pictures go through the discriminator together.
void FaceTrainer::step_judges(const Batch& batch, Fakes fakes) {
  const std::int64_t n = batch.size();
  auto learn = [&](Judge& judge, const auto& loss_of) {
    judge.parameters->set_requires_grad(true);
    const double scale = spec_.rules.mean_gradient ? 1.0 / static_cast<double>(n) : 1.0;
    (loss_of().sum() * scale).backward();
    judge.optimizer->apply();
    judge.parameters->set_requires_grad(false);
  };
  if (true_face_) {
    learn(*true_face_, [&] {
      const Tensor logits = (*true_face_->code)(torch::cat({fakes.codes[1], fakes.codes[0]}));
      return 0.5 *
             (binary_cross_entropy(logits.narrow(0, 0, n), true) + binary_cross_entropy(logits.narrow(0, n, n), false));
    });
  }
  if (gan_) {
    learn(*gan_, [&] {
      const Targets t = targets_of(spec_, batch, parameters_.device());
      std::vector<Tensor> pictures{t.src(t.bgr) * t.src(t.weight)};
      if (spec_.amp()) pictures.push_back(t.dst(t.bgr) * t.dst(t.weight));
      const auto kinds = static_cast<std::int64_t>(pictures.size());
      for (auto& f : fakes.images) pictures.push_back(f);
      const auto logits = (*gan_->patch)(torch::cat(pictures));
      const double part = spec_.amp() ? 0.125 : 0.5;
      Tensor sum;
      for (std::int64_t k = 0; k < 2 * kinds; ++k) {
        const Tensor term = binary_cross_entropy(logits.centre.narrow(0, k * n, n), k < kinds) +
                            binary_cross_entropy(logits.full.narrow(0, k * n, n), k < kinds);
        sum = sum.defined() ? sum + term : term;
      }
      return part * sum;
    });
  }
}

Losses FaceTrainer::evaluate(const Batch& batch) {
  torch::NoGradGuard no_grad;
  const StepInputs in = inputs_of(batch);
  const auto out = reconstruct(in.batch, in.channels);
  const auto terms = reconstruction_terms(spec_, out, targets_of(spec_, in.batch, parameters_.device()));
  return {to_list(terms.src), to_list(terms.dst)};
}

void FaceTrainer::set_lr_factor(double factor) {
  optimizer_.set_lr_factor(factor);
  for (auto* judge : {&gan_, &true_face_}) {
    if (*judge) (*judge)->optimizer->set_lr_factor(factor);
  }
}

}  // namespace understudy
