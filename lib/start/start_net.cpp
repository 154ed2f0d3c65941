// SPDX-License-Identifier: Apache-2.0
#include "lib/start/start_net.hpp"

#include "lib/training/grow.hpp"

namespace understudy {

namespace {

constexpr double up_slope = 0.1, residual_slope = 0.2;  // spec networks-and-training.md 1.1

}  // namespace

std::size_t ModulatedDecoder::add(Parameters& p, const std::string& name, int in, int out, int kernel) {
  convs_.push_back({name, Conv(p, "decoder/" + name, in, out, kernel), channels_});
  channels_ += out;
  return convs_.size() - 1;
}

ModulatedDecoder::ModulatedDecoder(const SaehdShape& shape, Parameters& p, int in, int identity_dims)
    : act_{shape.archi.cosine} {
  const int d = shape.d_dims, m = shape.d_mask_dims;
  constexpr std::array factors{8, 4, 2};
  for (std::size_t i = 0; i < 3; ++i) {
    const int before = i == 0 ? in : factors[i - 1] * d;
    ups_.push_back(add(p, fmt::format("upscale{}/conv1", i), before, 4 * factors[i] * d, 3));
    residuals_.push_back(add(p, fmt::format("res{}/conv1", i), factors[i] * d, factors[i] * d, 3));
    add(p, fmt::format("res{}/conv2", i), factors[i] * d, factors[i] * d, 3);
  }
  for (std::size_t i = 0; i < 3; ++i)
    mask_ups_.push_back(
        add(p, fmt::format("upscalem{}/conv1", i), i == 0 ? in : factors[i - 1] * m, 4 * factors[i] * m, 3));
  heads_.push_back(add(p, "out_conv", 2 * d, 3, 1));
  if (shape.archi.doubled) {
    for (int i = 1; i < 4; ++i) heads_.push_back(add(p, fmt::format("out_conv{}", i), 2 * d, 3, 3));
    mask_ups_.push_back(add(p, "upscalem3/conv1", 2 * m, 4 * m, 3));
  }
  mask_head_ = add(p, "out_convm", shape.archi.doubled ? m : 2 * m, 1, 1);
  film_.emplace(p, "film", identity_dims, 2 * channels_);
}

Tensor ModulatedDecoder::run(std::size_t which, const Tensor& x, const Tensor& film) const {
  const auto& c = convs_[which];
  const auto out = c.conv.bias().value.size(0), n = x.size(0);
  const Tensor scale = film.narrow(1, c.first, out).view({n, out, 1, 1});
  const Tensor shift = film.narrow(1, channels_ + c.first, out).view({n, out, 1, 1});
  return torch::addcmul(shift, c.conv(x), 1 + scale);
}

Tensor ModulatedDecoder::up(std::size_t which, const Tensor& x, const Tensor& film) const {
  return depth_to_space(act_(run(which, x, film), up_slope));
}

Tensor ModulatedDecoder::residual(std::size_t first, const Tensor& x, const Tensor& film) const {
  const Tensor y = run(first + 1, act_(run(first, x, film), residual_slope), film);
  return act_(y + x, residual_slope);
}

Decoded ModulatedDecoder::operator()(const Tensor& z, const Tensor& identity) const {
  const Tensor film = (*film_)(identity);
  Tensor x = z, m = z;
  for (std::size_t i = 0; i < ups_.size(); ++i) x = residual(residuals_[i], up(ups_[i], x, film), film);
  for (const auto which : mask_ups_) m = up(which, m, film);
  std::vector<Tensor> heads;
  for (const auto which : heads_) heads.push_back(run(which, x, film));
  const Tensor image = heads.size() == 1 ? heads[0] : depth_to_space(torch::cat(heads, 1));
  return {torch::sigmoid(image.to(torch::kFloat32)), torch::sigmoid(run(mask_head_, m, film).to(torch::kFloat32))};
}

std::map<std::string, Tensor> ModulatedDecoder::plain(const Tensor& identity) const {
  torch::NoGradGuard no_grad;
  const auto type = convs_.front().conv.weight().value.scalar_type();
  const Tensor film = (*film_)(identity.to(type).unsqueeze(0)).squeeze(0).to(torch::kFloat32);
  std::map<std::string, Tensor> weights;
  for (const auto& c : convs_) {
    const auto out = c.conv.bias().master.size(0);
    const Tensor scale = 1 + film.narrow(0, c.first, out), shift = film.narrow(0, channels_ + c.first, out);
    weights[c.name + "/weight"] = c.conv.weight().master * scale.view({out, 1, 1, 1});
    weights[c.name + "/bias"] = c.conv.bias().master * scale + shift;
  }
  return weights;
}

namespace {

// The inter's two dense layers, whose shapes the resolution decides.
std::array<Parameter*, 4> add_dense(const SaehdShape& shape, Parameters& p) {
  const std::int64_t lowest = shape.resolution / 32;
  const Dense narrow(p, "inter/dense1", FaceEncoder::encoded_size(shape), shape.ae_dims);
  const Dense wide(p, "inter/dense2", shape.ae_dims, lowest * lowest * shape.ae_dims);
  return {p.find("inter/dense1/weight"), p.find("inter/dense1/bias"), p.find("inter/dense2/weight"),
          p.find("inter/dense2/bias")};
}

}  // namespace

ModelSpec start_spec(int resolution) {
  ModelSpec spec;
  spec.shape.archi = {.liae = false, .pixel_norm = true, .doubled = true};
  spec.shape.resolution = resolution;
  spec.shape.ae_dims = 128;
  spec.shape.e_dims = 48;
  spec.shape.d_dims = 40;
  spec.shape.d_mask_dims = 16;
  return spec;
}

StartNet::StartNet(const ModelSpec& spec, Parameters& p)
    : spec_(spec),
      parameters_(&p),
      encoder_(spec.shape, p),
      dense_(add_dense(spec.shape, p)),
      upscale_(p, "inter/upscale1", spec.shape.ae_dims, spec.shape.ae_dims, Activation{}),
      identity_(p, "identity", std::int64_t{8} * spec.shape.e_dims, identity_dims),
      decoder_(spec.shape, p, spec.shape.ae_dims, identity_dims) {}

Tensor StartNet::encode(const Tensor& faces) const {
  const auto type = parameters_->precision() == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
  return encoder_(faces.to(parameters_->device(), type).contiguous(torch::MemoryFormat::ChannelsLast));
}

// The mean over the crop: what is seen, not where.
Tensor StartNet::identity(const Tensor& encoded) const {
  return identity_(encoded.view({encoded.size(0), std::int64_t{8} * spec_.shape.e_dims, -1}).mean(2));
}

// A dense layer's weights as they are at another resolution.
Tensor StartNet::resampled(const Parameter& p, int resolution) const {
  if (resolution == spec_.shape.resolution) return p.value;
  ModelSpec other = spec_;
  other.shape.resolution = resolution;
  return grown(p.name, p.value, spec_, other, {});
}

Tensor StartNet::latent(const Tensor& encoded, int resolution) const {
  return torch::linear(encoded, resampled(*dense_[0], resolution), dense_[1]->value);
}

Tensor StartNet::code_of(const Tensor& latent, int resolution) const {
  const Tensor wide = torch::linear(latent, resampled(*dense_[2], resolution), resampled(*dense_[3], resolution));
  const std::int64_t lowest = resolution / 32;
  return upscale_(
      wide.view({wide.size(0), spec_.shape.ae_dims, lowest, lowest}).contiguous(torch::MemoryFormat::ChannelsLast));
}

}  // namespace understudy
