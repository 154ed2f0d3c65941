// SPDX-License-Identifier: Apache-2.0
// Samples, losses, layers and optimisers, computed by the rooms that train.
#include <cmath>

#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/nets/saehd.hpp"
#include "lib/training/losses.hpp"
#include "lib/training/optimizer.hpp"
#include "lib/training/samples.hpp"
#include "tests/parity/golden.hpp"
#include "tests/parity/tensors.hpp"

namespace understudy::parity {
namespace {

// --- 4: samples
// --------------------------------------------------------------------------------------------------------

SampleDraw draw_from(const Case& one, const std::string& noise_x, const std::string& noise_y) {
  const auto& p = one.params();
  SampleDraw draw;
  draw.rotation_deg = p.at("rotation");
  draw.scale = p.at("scale");
  draw.shift_x = p.at("tx");
  draw.shift_y = p.at("ty");
  draw.flip = p.at("flip");
  draw.cell_size = p.at("cell_size");
  draw.hue_deg = p.value("h_shift_deg", 0.0);
  draw.saturation = p.value("s_shift", 0.0);
  draw.value = p.value("v_shift", 0.0);
  draw.noise_x = one.load(noise_x).v;
  draw.noise_y = one.load(noise_y).v;
  return draw;
}

Values as_u8(const ImageF& image) { return values_of(to_u8_rounded(image)); }

void warps(const Case& one, Check& check) {
  const auto outputs = one.entry().at("outputs");
  auto file = [&](const char* name) { return outputs.at(name).at("file").get<std::string>(); };
  const SampleDraw draw = draw_from(one, file("noise1"), file("noise2"));
  SampleRules rules;
  rules.resolution = one.params().at("w");
  const int w = warp_size(rules.resolution);
  const WarpMaps maps = warp_maps(w, draw.cell_size, draw.noise_x, draw.noise_y);
  check.near("mapx", values_of(maps.x), one.output("mapx"));
  check.near("mapy", values_of(maps.y), one.output("mapy"));
  const Affine affine = sample_affine(w, draw);
  check.near("rmat", {{affine.m.begin(), affine.m.end()}, {2, 3}}, one.output("rmat"));

  const auto inputs = one.inputs_ending(".png");
  PreparedFace face;
  const int r = rules.resolution;
  face.bgr = resize(to_float(one.image(inputs.at(0))), r, r, Interpolation::cubic);
  face.mask = resize(one.mask(inputs.at(1)), r, r, Interpolation::linear);
  const Sample sample = make_sample(face, rules, draw);
  check.near("images", as_u8(sample.warped), one.output("warped"));
  check.near("images", as_u8(sample.target), one.output("target"));
  check.near("mask", as_u8(sample.mask), one.output("target_mask"));
}

void trainer_samples(const Case& one, Check& check) {
  const auto& p = one.params();
  const auto noise = one.inputs_ending("_n1.npy"), other_noise = one.inputs_ending("_n2.npy");
  const SampleDraw draw = draw_from(one, noise.at(0), other_noise.at(0));
  SampleRules rules;
  rules.resolution = p.at("resolution");
  rules.face_type = face_type_from_name(p.at("face_type").get<std::string>()).value();
  rules.eyes_mouth = true;
  rules.hsv_power = p.at("random_hsv_power");
  if (p.at("ct_mode").is_string() && p.at("ct_mode") == "rct") rules.transfer = SampleTransfer::rct;
  FaceInfo info;
  info.face_type = FaceType::whole;
  info.landmarks = one.landmarks(one.inputs_ending("_lm.npy").at(0));
  const auto pictures = one.inputs_ending(".png");
  const auto prepared = prepare_face(one.image(pictures.at(0)), info, rules);
  if (!prepared) return check.fail(to_sentence(prepared.error()));
  const ImageU8 reference = one.image(pictures.at(1));
  const Sample sample = make_sample(*prepared, rules, draw, &reference);
  check.near("images", as_u8(sample.warped), one.output("warped"));
  check.near("images", as_u8(sample.target), one.output("target"));
  check.near("masks", as_u8(sample.mask), one.output("mask"));
  check.near("masks", as_u8(sample.eyes_mouth), one.output("em"));
}

// --- 7: losses and layers
// ------------------------------------------------------------------------------------------------

torch::Tensor leaf(const Case& one, std::size_t input) {
  return nchw(one.load(one.inputs().at(input))).set_requires_grad(true);
}
torch::Tensor constant(const Case& one, std::size_t input) { return nchw(one.load(one.inputs().at(input))); }

void dssims(const Case& one, Check& check) {
  const auto a = constant(one, 0);
  auto b = leaf(one, 1);
  const auto value = dssim(a, b, one.params().at("filter_size"));
  value.sum().backward();
  check.near("value", values_of_tensor(value), one.output("dssim"));
  check.near("gradient", nhwc_values(b.grad()), one.output("grad_b_of_sum"));
}

void blurs(const Case& one, Check& check) {
  const double sigma = one.params().at("radius_sigma");
  check.near("blur", nhwc_values(gaussian_blur(constant(one, 0), sigma)), one.output("blur_a"));
}

void blurred_out(const Case& one, Check& check) {
  const double sigma = one.params().at("sigma");
  const auto mask = constant(one, 1);
  const auto out = blur_out_mask(constant(one, 0), mask, static_cast<int>(std::lround(sigma * 128)));
  // The case's limit holds where the divisor is not tiny.
  const auto sure = ((1 - gaussian_blur(mask, sigma)) > 1e-3).to(torch::kFloat32);
  check.near("out", nhwc_values(out * sure), nhwc_values(nchw(one.output("out")) * sure));
}

void mask_blurs(const Case& one, Check& check) {
  check.near("out", nhwc_values(soft_mask(constant(one, 0), one.params().at("resolution"))), one.output("out"));
}

void reconstruction(const Case& one, Check& check) {
  const int resolution = one.params().at("resolution");
  const auto a = constant(one, 0), mask = constant(one, 2);
  auto b = leaf(one, 1);
  const auto soft = soft_mask(mask, resolution);
  const auto wanted = a * soft, seen = b * soft;
  const auto loss = structure_loss(wanted, seen, resolution) + 10 * mean_square(wanted, seen);
  loss.sum().backward();
  check.near("loss", values_of_tensor(loss), one.output("loss"));
  check.near("grad_b", nhwc_values(b.grad()), one.output("grad_b"));
  const auto eyes = 300 * (a * mask - b * mask).abs().mean({1, 2, 3});
  check.near("loss_with_em", values_of_tensor(loss + eyes), one.output("loss_with_em"));
}

void layouts(const Case& one, Check& check) {
  const auto z = constant(one, 0);
  check.near("d2s", nhwc_values(depth_to_space(z)), one.output("d2s"));
  check.near("flatten", values_of_tensor(z.flatten(1)), one.output("flatten"));
  check.near("pixel_norm", values_of_tensor(pixel_norm(z.flatten(1))), one.output("pixel_norm"));
}

void convolutions(const Case& one, Check& check) {
  const auto& p = one.params();
  const int kernel = p.at("kernel"), stride = p.at("stride");
  const auto input = plain_tensor(one.load(one.inputs().at(0))).narrow(1, 0, 15).narrow(2, 0, 16).permute({0, 3, 1, 2});
  Parameters parameters(0);
  const auto weight = plain_tensor(one.load(one.inputs().at(1))).permute({3, 2, 0, 1});
  Conv conv(parameters, "conv", static_cast<int>(weight.size(1)), static_cast<int>(weight.size(0)), kernel, stride);
  parameters.find("conv/weight")->master.copy_(weight);
  parameters.find("conv/bias")->master.copy_(plain_tensor(one.load(one.inputs().at(2))));
  torch::NoGradGuard no_grad;
  check.near("out", nhwc_values(conv(input)), one.output("out"));
}

// --- 8: optimisers
// -------------------------------------------------------------------------------------------------------

void optimizers(const Case& one, Check& check) {
  const auto& p = one.params();
  OptimizerSettings settings;
  settings.kind = p.at("optimizer") == "RMSprop" ? OptimizerKind::rmsprop : OptimizerKind::adabelief;
  settings.lr = p.at("lr");
  settings.clip_norm = p.at("clipnorm");
  settings.lr_cos = p.at("lr_cos");
  settings.epsilon = p.at("eps");
  settings.beta1 = p.value("beta_1", settings.beta1);
  settings.beta2 = p.value("beta_2", settings.beta2);
  settings.rho = p.value("rho", settings.rho);
  const double scale = p.at("loss_scale");
  const auto inputs = one.inputs();
  const auto x = plain_tensor(one.load(inputs.at(0))), y = plain_tensor(one.load(inputs.at(1)));
  Parameters parameters(0);
  auto& w = parameters.add_zeros("w", one.load(inputs.at(2)).shape);
  auto& b = parameters.add_zeros("b", one.load(inputs.at(3)).shape);
  w.master.copy_(plain_tensor(one.load(inputs.at(2))));
  b.master.copy_(plain_tensor(one.load(inputs.at(3))));
  Optimizer optimizer(settings, {&w, &b});
  std::vector<torch::Tensor> ws, bs;
  for (int i = 0; i < one.output("W_after").shape.at(0); ++i) {
    ((torch::matmul(x, w.value) + b.value - y).square().mean() * scale).backward();
    optimizer.step();
    ws.push_back(w.master.clone());
    bs.push_back(b.master.clone());
  }
  check.near("W_after", values_of_tensor(torch::stack(ws)), one.output("W_after"));
  check.near("b_after", values_of_tensor(torch::stack(bs)), one.output("b_after"));
}

}  // namespace

std::vector<Row> training_handlers() {
  return {
      {"4_samples", "random warp: grid", warps},
      {"4_samples", "complete trainer sample", trainer_samples,
       "a pixel darker than black after the cubic crop: its hue hangs on the last digit"},
      {"7_losses", "DSSIM per sample and channel", dssims,
       "double arithmetic gives the same difference, so it is the oracle's float32 sums over 55 x 55"},
      {"7_losses", "Gaussian blur of the trainer", blurs},
      {"7_losses", "blur-out-mask output", blurred_out},
      {"7_losses", "blurred training mask", mask_blurs},
      {"7_losses", "masked reconstruction loss per sample", reconstruction,
       "entries of a thousandth of the gradient's largest; double arithmetic gives the same difference"},
      {"7_losses", "depth_to_space(2)", layouts},
      {"7_losses", "Conv2D SAME of leras", convolutions},
      {"8_optim", "AdaBelief, 10 steps", optimizers},
      {"8_optim", "RMSprop, 10 steps", optimizers},
  };
}

}  // namespace understudy::parity
