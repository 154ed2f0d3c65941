// SPDX-License-Identifier: Apache-2.0
#include "lib/training/face_losses.hpp"

#include "lib/training/losses.hpp"

namespace understudy {

Batch Batch::part(std::int64_t from, std::int64_t count) const {
  return each([&](const Tensor& t) { return t.narrow(0, from, count); });
}

namespace {

// src and dst behind each other, or src alone where there is no dst.
Tensor joined(const Tensor& src, const Tensor& dst) { return dst.defined() ? torch::cat({src, dst}) : src; }

}  // namespace

Targets targets_of(const ModelSpec& spec, const Batch& batch, torch::Device device) {
  const int resolution = spec.shape.resolution;
  auto both = [&](const Tensor BatchSide::*part) {
    return joined(batch.src.*part, batch.dst.*part).to(device).contiguous();
  };
  Targets t;
  t.n = batch.size();
  t.bgr = both(&BatchSide::target);
  t.mask = both(&BatchSide::mask);
  if (spec.rules.blur_out_mask) t.bgr = blur_out_mask(t.bgr, t.mask, resolution);
  // Quick96 multiplies by the plain blur of sigma 3 (spec 4.6).
  t.soft = spec.quick() ? gaussian_blur(t.mask, 3) : soft_mask(t.mask, resolution);
  t.weight = spec.rules.masked || spec.quick() ? t.soft : torch::ones_like(t.soft);
  if (spec.rules.background_power > 0) t.weight = t.weight + spec.rules.background_power * (1 - t.weight);
  if (spec.rules.eyes_mouth && !spec.quick()) t.eyes_mouth = both(&BatchSide::eyes_mouth);
  return t;
}

Wanted wanted_of(const ModelSpec& spec) {
  Wanted wanted;
  if (spec.amp()) return wanted;
  wanted.swap = spec.rules.bg_style_power > 0 || spec.rules.face_style_power > 0;
  wanted.swap_detached = spec.rules.face_style_power > 0 || spec.rules.expression_power > 0;
  return wanted;
}

namespace {

// Both styles pull the swap towards dst: its colours inside the face, its surroundings outside.
Tensor style_terms(const ModelSpec& spec, const Reconstruction& out, const Targets& t) {
  const int resolution = spec.shape.resolution;
  Tensor sum = torch::zeros({t.n}, t.bgr.options());
  if (const double power = spec.rules.face_style_power; power > 0) {
    const double sigma = resolution / 8;
    const Tensor swapped = out.swap_detached->bgr * out.swap->mask.detach();
    const Tensor own = (out.dst.bgr * out.dst.mask).detach();
    sum = sum + 10000 * power * style_loss(gaussian_blur(swapped, sigma), gaussian_blur(own, sigma));
  }
  if (const double power = spec.rules.bg_style_power; power > 0) {
    // The original takes the src face's mask here, where the swapped face lies as dst's (spec 9, no. 6).
    const Tensor outside = 1 - (spec.rules.mended ? t.dst(t.soft) : t.src(t.soft));
    const Tensor seen = out.swap->bgr * outside, wanted = t.dst(t.bgr) * outside;
    sum = sum + 10 * power * dssim(wanted, seen, static_cast<int>(resolution / 11.6)).mean(1) +
          10 * power * mean_square(wanted, seen);
  }
  return sum;
}

}  // namespace

LossTerms reconstruction_terms(const ModelSpec& spec, const Reconstruction& out, const Targets& t) {
  const auto& rules = spec.rules;
  const int resolution = spec.shape.resolution;
  const Tensor predicted = joined(out.src.bgr, out.dst.bgr).contiguous();
  const Tensor predicted_mask = joined(out.src.mask, out.dst.mask).contiguous();
  const Tensor wanted = t.bgr * t.weight, seen = predicted * t.weight;

  Tensor loss = structure_loss(wanted, seen, resolution, rules.structure, spec.amp()) + 10 * mean_square(wanted, seen);
  if (rules.edge_power > 0) loss = loss + rules.edge_power * edge_loss(wanted, seen);
  // Outside the mask nothing differs: what is averaged over the picture is spread over the mask's part of it.
  if (rules.area_normalised) loss = loss / t.weight.mean({1, 2, 3}).clamp(0.05, 1);
  loss = loss + 10 * mean_square(t.mask, predicted_mask);
  if (t.eyes_mouth.defined())
    loss = loss + 300 * (t.bgr * t.eyes_mouth - predicted * t.eyes_mouth).abs().mean({1, 2, 3});

  LossTerms terms{t.src(loss), out.dst.bgr.defined() ? t.dst(loss) : Tensor(), {}};
  if (out.swap) terms.src = terms.src + style_terms(spec, out, t);
  if (spec.amp()) {
    const Tensor outside = 1 - t.dst(t.soft), seen_outside = out.dst.bgr * outside;
    terms.hidden = 0.1 * mean_square(seen_outside, t.dst(t.bgr) * outside) + 0.000001 * total_variation(seen_outside);
  }
  return terms;
}

Tensor gan_clean_up(const Reconstruction& out, const Targets& t) {
  const Tensor outside = 1 - t.src(t.soft);
  return 0.000001 * total_variation(out.src.bgr) + 0.02 * mean_square(out.src.bgr * outside, t.src(t.bgr) * outside);
}

}  // namespace understudy
