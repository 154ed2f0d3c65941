// SPDX-License-Identifier: Apache-2.0
// The discriminators and the losses around them.
#include "lib/nets/archi.hpp"
#include "lib/nets/discriminators.hpp"
#include "lib/training/losses.hpp"
#include "tests/parity/tensors.hpp"

namespace understudy::parity {
namespace {

torch::Tensor leaf(const Case& one) { return nchw(one.load(one.inputs().at(0))).set_requires_grad(true); }

// "convs_0/weight:0" -> SCOPE/convs_0/weight, HWIO (transposed: HW,out,in) -> LibTorch's order.
void fill(Parameters& parameters, const std::string& scope, const Case& one) {
  torch::NoGradGuard no_grad;
  for (const auto& [key, entry] : one.params().at("weights").items()) {
    auto* p = parameters.find(scope + "/" + key.substr(0, key.find(':')));
    if (p == nullptr) throw std::runtime_error("no parameter " + key);
    torch::Tensor value = plain_tensor(one.load(entry.at("file").get<std::string>()));
    if (value.dim() == 4) value = value.permute({3, 2, 0, 1});
    p->master.copy_(value);
  }
}

void patch_judges(const Case& one, Check& check) {
  const int patch = one.params().at("patch_size");
  std::vector<int> strides;
  for (const auto& layer : one.params().at("layers")) strides.push_back(layer.at(1));
  check.require(strides == patch_strides(patch), "the strides of the patch size");
  Parameters parameters(0);
  const PatchDiscriminator judge("D_src", patch, one.params().at("base_ch"), parameters);
  fill(parameters, "D_src", one);
  auto x = leaf(one);
  const auto logits = judge(x);
  check.near("center", nhwc_values(logits.centre), one.output("center"));
  check.near("out", nhwc_values(logits.full), one.output("out"));
  const auto wanted = binary_cross_entropy(logits.centre, true) + binary_cross_entropy(logits.full, true);
  const auto fake = 0.5 * (binary_cross_entropy(logits.centre, false) + binary_cross_entropy(logits.full, false));
  check.near("g_loss", values_of_tensor(wanted), one.output("g_loss"));
  check.near("d_fake_loss", values_of_tensor(fake), one.output("d_fake_loss"));
  wanted.sum().backward();
  check.near("g_grad_x", nhwc_values(x.grad()), one.output("g_grad_x"));
}

void patch_plans(const Case& one, Check& check) {
  const json plans = one.load_json(one.entry().at("files").at(0));
  for (const auto& [patch, layers] : plans.items()) {
    std::vector<int> strides;
    for (const auto& layer : layers) strides.push_back(layer.at(1));
    check.require(strides == patch_strides(std::stoi(patch)), "the layers for a patch of " + patch);
  }
}

void code_judges(const Case& one, Check& check) {
  const auto& p = one.params();
  Parameters parameters(0);
  const CodeDiscriminator judge(p.at("in_ch"), p.at("code_res"), parameters, p.at("ch"));
  fill(parameters, "dis", one);
  auto x = leaf(one);
  const auto logits = judge(x);
  check.near("out", nhwc_values(logits), one.output("out"));
  const auto ones = binary_cross_entropy(logits, true);
  check.near("ones", values_of_tensor(ones), one.output("ones"));
  check.near("zeros", values_of_tensor(binary_cross_entropy(logits, false)), one.output("zeros"));
  ones.sum().backward();
  check.near("grad_x", nhwc_values(x.grad()), one.output("grad_x"));
}

void cross_entropies(const Case& one, Check& check) {
  const auto logits = leaf(one);
  check.near("ones", values_of_tensor(binary_cross_entropy(logits, true)), one.output("ones"));
  check.near("zeros", values_of_tensor(binary_cross_entropy(logits, false)), one.output("zeros"));
}

void variations(const Case& one, Check& check) {
  auto x = leaf(one);
  const auto loss = total_variation(x);
  check.near("loss", values_of_tensor(loss), one.output("loss"));
  loss.sum().backward();
  check.near("grad", nhwc_values(x.grad()), one.output("grad"));
}

void styles(const Case& one, Check& check) {
  const double radius = one.params().at("gaussian_blur_radius"), weight = one.params().at("loss_weight");
  auto a = leaf(one);
  const auto b = nchw(one.load(one.inputs().at(1)));
  auto soft = [&](const torch::Tensor& t) { return radius > 0 ? gaussian_blur(t, radius) : t; };
  const auto loss = weight * style_loss(soft(a), soft(b));
  check.near("loss", values_of_tensor(loss), one.output("loss"));
  loss.sum().backward();
  check.near("grad_a", nhwc_values(a.grad()), one.output("grad_a"));
}

void transposed(const Case& one, Check& check) {
  torch::NoGradGuard no_grad;
  const auto input = plain_tensor(one.load(one.inputs().at(0))).narrow(1, 0, 8).narrow(2, 0, 8).permute({0, 3, 1, 2});
  const auto weight = plain_tensor(one.load(one.inputs().at(1))).permute({3, 2, 0, 1});
  Parameters parameters(0);
  const ConvTransposed conv(parameters, "conv", static_cast<int>(weight.size(0)), static_cast<int>(weight.size(1)), 2);
  parameters.find("conv/weight")->master.copy_(weight);
  parameters.find("conv/bias")->master.copy_(plain_tensor(one.load(one.inputs().at(2))));
  check.near("out", nhwc_values(conv(input)), one.output("out"));
}

}  // namespace

std::vector<Row> judge_handlers() {
  return {
      {"7_losses", "U-Net patch discriminator forward", patch_judges},
      {"7_losses", "layer plan [kernel,stride] of the GAN discriminator", patch_plans},
      {"7_losses", "true-face code discriminator forward", code_judges,
       "entries of a thousandth of the gradient's largest, by a quarter of the limit"},
      {"7_losses", "GAN losses: mean sigmoid cross entropy", cross_entropies},
      {"7_losses", "total variation (sum of squared differences", variations},
      {"7_losses", "style loss per sample", styles,
       "the difference of two nearly equal deviations: double arithmetic gives ours, the oracle's float32 does not"},
      {"7_losses", "Conv2DTranspose SAME", transposed},
  };
}

}  // namespace understudy::parity
