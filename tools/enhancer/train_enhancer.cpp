// SPDX-License-Identifier: Apache-2.0
// Fits the network that `faceset enhance` uses when the user names none: train_enhancer WEIGHTS.safetensors [pictures]
//
// It learns from pictures that are drawn while it runs, so that nobody's photographs and nobody's licence are in it:
// occluding discs, strokes and textures with the statistics of natural images ("dead leaves"), and the synthetic
// actors. They are blurred, shrunk, made noisy and compressed; what was lost of their brightness is what the network
// gives back.
//
// The network is one layer of fixed random filters with ReLU, beside one linear filter; only what is made of their
// outputs is learnt. That is a least-squares problem with one exact solution: a minute of work, and no tuning.
#include <torch/torch.h>

#include <cstdio>
#include <random>

#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"
#include "lib/tensor/safetensors.hpp"

namespace {

using namespace understudy;
using Random = std::mt19937;

constexpr int field = 96, reach = 3, window = 2 * reach + 1, filters = 320;
constexpr double ridge = 1e-5;

double uniform(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}
bool chance(Random& random, double p) { return uniform(random, 0, 1) < p; }

// A disc or a stroke over what is there, in one colour with shading and grain.
void draw_leaf(ImageF& image, Random& random) {
  const double radius = 2 * std::pow(uniform(random, 0.001, 1), -0.6);  // many small ones, few large ones
  const double length = chance(random, 0.4) ? uniform(random, 4, 60) : 0, angle = uniform(random, 0, 6.3);
  const double x0 = uniform(random, 0, image.width), y0 = uniform(random, 0, image.height);
  const double width = length > 0 ? std::min(radius, 3.0) : std::min(radius, 80.0);
  const double ux = std::cos(angle), uy = std::sin(angle);
  const double grey = uniform(random, 0.05, 0.95), grain = chance(random, 0.3) ? uniform(random, 0, 0.08) : 0;
  const double shade_x = uniform(random, -0.004, 0.004), shade_y = uniform(random, -0.004, 0.004);
  std::array<double, 3> colour{};
  for (double& c : colour) c = std::clamp(grey + uniform(random, -0.25, 0.25), 0.0, 1.0);
  const double extent = width + length;
  for (int y = std::max(0, int(y0 - extent)); y < std::min(image.height, int(y0 + extent) + 2); ++y)
    for (int x = std::max(0, int(x0 - extent)); x < std::min(image.width, int(x0 + extent) + 2); ++x) {
      const double along = std::clamp((x - x0) * ux + (y - y0) * uy, -length / 2, length / 2);
      const double distance = std::hypot(x - x0 - along * ux, y - y0 - along * uy);
      const double cover = std::clamp(width - distance + 0.5, 0.0, 1.0);
      if (cover <= 0) continue;
      const double light = (x - x0) * shade_x + (y - y0) * shade_y + uniform(random, -grain, grain);
      for (int c = 0; c < 3; ++c) {
        float& v = image.at(x, y, c);
        v = static_cast<float>(v + cover * (std::clamp(colour[static_cast<std::size_t>(c)] + light, 0.0, 1.0) - v));
      }
    }
}

ImageF dead_leaves(Random& random) {
  ImageF image(field, field, 3, 0.5F);
  for (int i = 0; i < 260; ++i) draw_leaf(image, random);
  return image;
}

std::vector<ImageU8> draw_actors(int count) {
  std::vector<ImageU8> portraits;
  for (int i = 0; i < count; ++i) {
    Random random(static_cast<unsigned>(i));
    auto performance = synthetic::demo_performance_src(uniform(random, 0, synthetic::demo_seconds));
    performance.grain = 0;
    performance.size = uniform(random, 1, 1.8);
    portraits.push_back(
        synthetic::render(synthetic::random_identity(static_cast<unsigned>(i)), performance, {384, 384, 2}).frame_bgr);
    std::fprintf(stderr, "\ractors %d", i + 1);
  }
  return portraits;
}

ImageF clean_field(const std::vector<ImageU8>& portraits, Random& random) {
  if (chance(random, 0.5)) return dead_leaves(random);
  const auto& portrait = portraits[random() % portraits.size()];
  const int x = static_cast<int>(random() % static_cast<unsigned>(portrait.width - field));
  const int y = static_cast<int>(random() % static_cast<unsigned>(portrait.height - field));
  ImageF part = to_float(crop(portrait, x, y, field, field));
  // The actors' skin is smoother than skin: pores and hairs of its own kind on top.
  const double grain = uniform(random, 0, 0.02), fine = uniform(random, 0.8, 1.6);
  ImageF pores(field, field, 1);
  std::normal_distribution<float> normal;
  for (float& v : pores.data) v = normal(random);
  pores = gaussian_blur(pores, 7, fine);
  for (std::size_t i = 0; i < part.data.size(); ++i)
    part.data[i] = std::clamp(part.data[i] + static_cast<float>(grain * 3) * pores.data[i / 3], 0.F, 1.F);
  return part;
}

ImageF degraded(ImageF image, Random& random) {
  if (chance(random, 0.1)) return image;
  if (chance(random, 0.7)) {
    const int small = static_cast<int>(field / uniform(random, 1, 2.6));
    image = resize(image, small, small, Interpolation::area);
    image = resize(image, field, field, chance(random, 0.5) ? Interpolation::cubic : Interpolation::linear);
  }
  if (chance(random, 0.6)) image = gaussian_blur(image, 9, uniform(random, 0.2, 1.5));
  if (chance(random, 0.5)) {
    std::normal_distribution<float> noise(0, static_cast<float>(uniform(random, 0, 7) / 255));
    for (float& v : image.data) v += noise(random);
  }
  clamp_01(image);
  if (chance(random, 0.7)) {
    const auto file = encode_jpeg(to_u8_rounded(image), {.quality = static_cast<int>(uniform(random, 40, 98))});
    image = to_float(*decode_image(*file));
  }
  return image;
}

ImageF luma_of(const ImageF& bgr) {
  ImageF luma(bgr.width, bgr.height, 1);
  for (std::size_t i = 0; i < luma.data.size(); ++i)
    luma.data[i] = 0.114F * bgr.data[3 * i] + 0.587F * bgr.data[3 * i + 1] + 0.299F * bgr.data[3 * i + 2];
  return luma;
}

torch::Tensor as_tensor(const ImageF& image) {
  return torch::from_blob(const_cast<float*>(image.data.data()), {1, 1, image.height, image.width}).clone();
}

struct Sample {
  torch::Tensor input, lost;  // (1, 1, field, field)
};
Sample draw_sample(const std::vector<ImageU8>& portraits, Random& random) {
  const ImageF clean = clean_field(portraits, random);
  const auto input = as_tensor(luma_of(degraded(clean, random)));
  return {input, as_tensor(luma_of(clean)) - input};
}

struct Net {
  torch::Tensor filter, bias;               // (filters, 1, window, window), (filters): fixed
  torch::Tensor linear, readout, constant;  // (1, 1, window, window), (1, filters, 1, 1), (1): fitted

  torch::Tensor hidden(const torch::Tensor& luma) const { return torch::relu(torch::conv2d(luma, filter, bias)); }
  torch::Tensor lost(const torch::Tensor& luma) const {
    return torch::conv2d(luma, linear) + torch::conv2d(hidden(luma), readout, constant);
  }
};

// Where the filters see nothing but the picture.
torch::Tensor inside(const torch::Tensor& image) { return image.slice(2, reach, -reach).slice(3, reach, -reach); }

// Smooth random filters that do not see plain brightness, scaled to what they meet in the pictures.
Net random_net(const std::vector<ImageU8>& portraits, Random& random) {
  Net net;
  net.filter = torch::empty({filters, 1, window, window});
  net.bias = torch::empty({filters});
  std::normal_distribution<float> normal;
  for (int i = 0; i < filters; ++i) {
    ImageF weights(window, window, 1);
    for (float& v : weights.data) v = normal(random);
    weights = gaussian_blur(weights, 7, uniform(random, 0.3, 1.6));
    const double width = uniform(random, 4, 14);
    for (int y = 0; y < window; ++y)
      for (int x = 0; x < window; ++x)
        weights.at(x, y) *= static_cast<float>(std::exp(-(std::pow(x - reach, 2) + std::pow(y - reach, 2)) / width));
    const auto seen = as_tensor(weights);
    net.filter[i] = (seen - seen.mean())[0];
    net.bias[i] = uniform(random, -1.5, 0.5);
  }
  constexpr int looks = 60;
  torch::Tensor power = torch::zeros({filters});
  for (int i = 0; i < looks; ++i)
    power += torch::conv2d(draw_sample(portraits, random).input, net.filter).pow(2).mean({0, 2, 3}) / looks;
  net.filter /= power.sqrt().clamp_min(1e-6).view({filters, 1, 1, 1});
  return net;
}

// One row for each pixel of all that may be added up: the pixels of its window, the filters' outputs, one.
torch::Tensor rows_of(const Net& net, const torch::Tensor& luma) {
  const auto pixels = torch::im2col(luma, {window, window}, {1, 1}, {0, 0}, {1, 1})[0];
  const auto hidden = net.hidden(luma).view({filters, -1});
  return torch::cat({pixels, hidden, torch::ones({1, hidden.size(1)})}).t();
}

// The least-squares solution over all pixels of that many pictures.
void fit(Net& net, const std::vector<ImageU8>& portraits, int pictures, Random& random) {
  constexpr int unknowns = window * window + filters + 1;
  const auto exact = torch::TensorOptions().dtype(torch::kFloat64);
  torch::Tensor square = torch::zeros({unknowns, unknowns}, exact), right = torch::zeros({unknowns, 1}, exact);
  for (int i = 0; i < pictures; ++i) {
    const Sample sample = draw_sample(portraits, random);
    const auto rows = rows_of(net, sample.input);
    square += torch::mm(rows.t(), rows);
    right += torch::mm(rows.t(), inside(sample.lost).reshape({-1, 1}));
    if (i % 50 == 49) std::fprintf(stderr, "\rpictures %d", i + 1);
  }
  square += ridge * square.diagonal().mean() * torch::eye(unknowns, exact);
  const auto solution = torch::linalg_solve(square, right).to(torch::kFloat32).flatten();
  constexpr int pixels = window * window;
  net.linear = solution.slice(0, 0, pixels).view({1, 1, window, window}).clone();
  net.readout = solution.slice(0, pixels, pixels + filters).view({1, filters, 1, 1}).clone();
  net.constant = solution.slice(0, pixels + filters).clone();
}

// Decibels of the brightness before and after, over pictures that were not fitted to.
void report(const Net& net, const std::vector<ImageU8>& portraits, Random& random) {
  double before = 0, after = 0;
  for (int i = 0; i < 100; ++i) {
    const Sample sample = draw_sample(portraits, random);
    const auto lost = inside(sample.lost);
    before += lost.pow(2).mean().item<double>();
    after += (lost - net.lost(sample.input)).pow(2).mean().item<double>();
  }
  std::fprintf(stderr, "\nPSNR %.2f dB before, %.2f dB after\n", -10 * std::log10(before / 100),
               -10 * std::log10(after / 100));
}

int train(const char* path, int pictures) {
  torch::NoGradGuard no_gradients;
  torch::set_num_threads(1);
  Random random(1);
  const auto portraits = draw_actors(48);
  Net net = random_net(portraits, random);
  fit(net, portraits, pictures, random);
  report(net, portraits, random);
  const std::vector<NamedTensor> weights = {{"filter", net.filter},
                                            {"bias", net.bias},
                                            {"linear", net.linear},
                                            {"readout", net.readout},
                                            {"constant", net.constant}};
  return write_safetensors(path, weights) ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::fputs("usage: train_enhancer WEIGHTS.safetensors [pictures]\n", stderr), 2;
  return train(arguments[1], count > 2 ? std::atoi(arguments[2]) : 600);
}
