// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/face_parts.hpp"

namespace understudy {

FaceEncoder::FaceEncoder(const SaehdShape& shape, Parameters& p) : archi(shape.archi) {
  const Activation act{archi.cosine};
  const int e = shape.e_dims;
  if (archi.deep) {
    const int widths[] = {3, e, 2 * e, 4 * e, 8 * e, 8 * e};
    for (int i = 0; i < 5; ++i) {
      downs.emplace_back(p, fmt::format("encoder/down{}", i + 1), widths[i], widths[i + 1], act);
      if (i == 0) first_residual.emplace(p, "encoder/res1", e, act);
    }
    last_residual.emplace(p, "encoder/res5", 8 * e, act);
  } else {
    const int widths[] = {3, e, 2 * e, 4 * e, 8 * e};
    for (int i = 0; i < 4; ++i)
      downs.emplace_back(p, fmt::format("encoder/down1/downs_{}", i), widths[i], widths[i + 1], act);
  }
}

std::int64_t FaceEncoder::encoded_size(const SaehdShape& shape) {
  const std::int64_t side = shape.resolution / (shape.archi.deep ? 32 : 16);
  return 8 * shape.e_dims * side * side;
}

Tensor FaceEncoder::operator()(Tensor x) const {
  for (std::size_t i = 0; i < downs.size(); ++i) {
    x = downs[i](x);
    if (i == 0 && first_residual) x = (*first_residual)(x);
  }
  if (last_residual) x = (*last_residual)(x);
  x = x.flatten(1);  // channel-major, whatever the memory format
  return archi.pixel_norm ? pixel_norm(x) : x;
}

FaceDecoder::FaceDecoder(const SaehdShape& shape, Parameters& p, const std::string& name, int in)
    : parameters(&p), doubled(shape.archi.doubled) {
  const Activation act{shape.archi.cosine};
  const int d = shape.d_dims, m = shape.d_mask_dims;
  const std::vector<int> factors = shape.archi.deep ? std::vector{8, 8, 4, 2} : std::vector{8, 4, 2};
  const int stages = static_cast<int>(factors.size());
  for (int i = 0; i < stages; ++i)
    ups.emplace_back(p, fmt::format("{}/upscale{}", name, i), i == 0 ? in : factors[i - 1] * d, factors[i] * d, act);
  for (int i = 0; i < stages; ++i) residuals.emplace_back(p, fmt::format("{}/res{}", name, i), factors[i] * d, act);
  for (int i = 0; i < stages; ++i)
    mask_ups.emplace_back(p, fmt::format("{}/upscalem{}", name, i), i == 0 ? in : factors[i - 1] * m, factors[i] * m,
                          act);
  heads.emplace_back(p, name + "/out_conv", 2 * d, 3, 1);
  if (doubled) {
    for (int i = 1; i < 4; ++i) heads.emplace_back(p, fmt::format("{}/out_conv{}", name, i), 2 * d, 3, 3);
    mask_ups.emplace_back(p, fmt::format("{}/upscalem{}", name, stages), 2 * m, m, act);
  }
  mask_head.emplace_back(p, name + "/out_convm", doubled ? m : 2 * m, 1, 1);
}

// The four heads of `d` see the same features: one 3x3 convolution with 12 outputs, the 1x1 head set in its middle.
Tensor FaceDecoder::image_head(const Tensor& x) const {
  if (!doubled) return heads[0](x);
  const Tensor first = torch::constant_pad_nd(heads[0].weight().value, {1, 1, 1, 1});
  const Tensor weight = torch::cat({first, heads[1].weight().value, heads[2].weight().value, heads[3].weight().value});
  const Tensor bias =
      torch::cat({heads[0].bias().value, heads[1].bias().value, heads[2].bias().value, heads[3].bias().value});
  return depth_to_space(conv3x3(*parameters, x, weight, bias));
}

Decoded FaceDecoder::decode(const Tensor& z) const {
  Tensor x = z, m = z;
  for (std::size_t i = 0; i < ups.size(); ++i) x = residuals[i](ups[i](x));
  for (const auto& up : mask_ups) m = up(m);
  return {torch::sigmoid(image_head(x).to(torch::kFloat32)), torch::sigmoid(mask_head[0](m).to(torch::kFloat32))};
}

// Runs a decoder without a graph and, in the backward pass, once more with one. The parameters' gradients are added
// where they always are; only the code's gradient is handed on.
class CheckpointedDecoder : public torch::autograd::Function<CheckpointedDecoder> {
 public:
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, const Tensor& z,
                                                std::int64_t decoder) {
    context->save_for_backward({z});
    context->saved_data["decoder"] = decoder;
    const Decoded out = reinterpret_cast<const FaceDecoder*>(decoder)->decode(z);
    return {out.bgr, out.mask};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto* decoder = reinterpret_cast<const FaceDecoder*>(context->saved_data["decoder"].toInt());
    torch::AutoGradMode with_graph(true);
    const Tensor z = context->get_saved_variables()[0].detach().set_requires_grad(true);
    const Decoded out = decoder->decode(z);
    torch::autograd::backward({out.bgr, out.mask}, {gradients[0], gradients[1]});
    return {z.grad(), Tensor()};
  }
};

Decoded FaceDecoder::operator()(const Tensor& z, bool checkpointing) const {
  // Without a gradient to come (previews, frozen codes) there is nothing to save.
  if (!checkpointing || !torch::GradMode::is_enabled() || !z.requires_grad()) return decode(z);
  const auto out = CheckpointedDecoder::apply(z, reinterpret_cast<std::int64_t>(this));
  return {out[0], out[1]};
}

}  // namespace understudy
