// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>

#include "lib/image/colour.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "tests/parity/golden.hpp"
#include "tests/parity/recorded_random.hpp"

namespace understudy::parity {
namespace {

constexpr const char* colour_group = "2_colour";
constexpr const char* ties = "pixels of one colour are tied, and the oracle's unstable sort decided between them";

struct Pair {
  ImageF x, y;
  std::optional<ImageF> mask_x, mask_y;
};
Pair pair_of(const Case& one) {
  const auto inputs = one.entry().at("inputs");
  const auto from = inputs.at("image_to_change"), to = inputs.at("reference");
  Pair pair{to_float(one.image(from.at(0))), to_float(one.image(to.at(0))), {}, {}};
  if (from.size() > 1) pair.mask_x = one.mask(from.at(1));
  if (to.size() > 1) pair.mask_y = one.mask(to.at(1));
  return pair;
}
ImageF times(ImageF image, const std::optional<ImageF>& mask) {
  if (!mask) return image;
  for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] *= mask->data[i / 3];
  return image;
}
Pair multiplied(const Case& one) {
  Pair pair = pair_of(one);
  pair.x = times(std::move(pair.x), pair.mask_x);
  pair.y = times(std::move(pair.y), pair.mask_y);
  return pair;
}

void reinhard(const Case& one, Check& check) {
  const Pair p = pair_of(one);
  check.near("out",
             values_of(transfer_reinhard(p.x, p.y, p.mask_x ? &*p.mask_x : nullptr, p.mask_y ? &*p.mask_y : nullptr)),
             one.output("out"));
}

void linear(const Case& one, Check& check) {
  const Pair p = pair_of(one);
  const auto mode = one.params().value("mode", "pca");
  const auto basis = mode == "chol" ? LinearBasis::cholesky : mode == "sym" ? LinearBasis::symmetric : LinearBasis::pca;
  check.near("out", values_of(transfer_linear(p.x, p.y, basis)), one.output("out"));
}

void monge(const Case& one, Check& check) {
  const Pair p = multiplied(one);
  check.near("out", values_of(transfer_monge_kantorovich(p.x, p.y)), one.output("out"));
}

void distribution(const Case& one, Check& check) {
  const Pair p = multiplied(one);
  check.near("out", values_of(transfer_distribution(p.x, p.y, recorded_random(one))), one.output("out"));
}

// Pixels of one input colour are tied, and which of them gets which value is not defined (the oracle's sort is
// unstable). So each input colour is compared by the mean of its pixels.
Values means_by_colour(Values values, const ImageF& input) {
  std::map<std::array<float, 3>, std::vector<std::size_t>> pixels;
  for (std::size_t i = 0; i + 2 < input.data.size(); i += 3) {
    pixels[{input.data[i], input.data[i + 1], input.data[i + 2]}].push_back(i);
  }
  for (const auto& [colour, places] : pixels) {
    for (std::size_t c = 0; c < 3; ++c) {
      double sum = 0;
      for (const auto i : places) sum += values.v[i + c];
      for (const auto i : places) values.v[i + c] = sum / static_cast<double>(places.size());
    }
  }
  return values;
}

void sliced(const Case& one, Check& check) {
  const Pair p = multiplied(one);
  const auto params = one.params();
  SlicedOptions options;
  options.steps = params.value("steps", options.steps);
  options.batch = params.value("batch_size", options.batch);
  options.sigma_space = params.value("reg_sigmaXY", options.sigma_space);
  options.sigma_colour = params.value("reg_sigmaV", options.sigma_colour);
  const Values ours = values_of(transfer_sliced(p.x, p.y, recorded_random(one), options)), theirs = one.output("out");
  if (options.sigma_space > 0) {
    check.near("out", ours, theirs);
  } else {
    check.near("out", means_by_colour(ours, p.x), means_by_colour(theirs, p.x));
  }
}

void mix(const Case& one, Check& check) {
  const Pair p = multiplied(one);
  check.near("out", values_of(transfer_mix(p.x, p.y, recorded_random(one))), one.output("out"));
}

void histogram(const Case& one, Check& check) {
  const Pair p = pair_of(one);
  check.near("out", values_of(match_histogram(p.x, p.y, one.params().at("hist_match_threshold"))), one.output("out"));
}

void trainer(const Case& one, Check& check) {
  const Pair p = pair_of(one);
  const auto mode = one.params().at("ct_mode").get<std::string>();
  ImageF out;
  if (mode == "rct") out = transfer_reinhard(p.x, p.y);
  if (mode == "lct") out = transfer_linear(p.x, p.y);
  if (mode == "mkl") out = transfer_monge_kantorovich(p.x, p.y);
  if (mode == "idt") out = transfer_distribution(p.x, p.y, recorded_random(one));
  if (mode == "sot") out = transfer_sliced(p.x, p.y, recorded_random(one));
  if (mode == "sot") clamp_01(out);
  check.near("out", values_of(out), one.output("out"));
}

double psnr(const ImageU8& a, const ImageU8& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i)
    squares += std::pow(double(a.data[i]) - b.data[i], 2) / double(a.data.size());
  return 20 * std::log10(255.0) - 10 * std::log10(squares);
}

void palette(const Case& one, Check& check) {
  const auto image = one.image(one.inputs().at(0));
  const int colours = one.params().at("n_colors");
  const auto reduced = reduce_colours(image, colours);
  check.near("image", scaled(values_of(reduced), 1 / 255.0), scaled(one.output("out"), 1 / 255.0));
  std::set<std::array<int, 3>> distinct;
  for (std::size_t i = 0; i < reduced.data.size(); i += 3)
    distinct.insert({reduced.data[i], reduced.data[i + 1], reduced.data[i + 2]});
  check.require(distinct.size() <= static_cast<std::size_t>(colours), "too many colours");
  std::smatch within;
  const auto text = one.tolerance();
  if (std::regex_search(text, within, std::regex(R"(within ([\d.]+) dB)"))) {
    const double difference = psnr(reduced, image) - one.entry().at("psnr_to_input").get<double>();
    check.require(std::abs(difference) <= std::stod(within[1].str()),
                  fmt::format("PSNR to the input differs by {:.2f} dB", difference));
  }
}

ImageF input_image(const Case& one) { return to_float(one.image(one.inputs().at(0))); }
// float = (v / 65535 - 0.1) / 0.8, the manifest's encoding of values that may leave 0..1
Values widened(Values values) {
  for (auto& v : values.v) v = (v / 65535 - 0.1) / 0.8;
  return values;
}

void degrade_colours(const Case& one, Check& check) {
  check.near("out", values_of(colour_degrade(input_image(one), one.params().at("power"))), one.output("out"));
}
void sharpen(const Case& one, Check& check) {
  const auto params = one.params();
  const auto mode = params.at("mode") == 1 ? Sharpen::box : Sharpen::gaussian;
  check.near("out",
             values_of(blur_sharpen(input_image(one), mode, params.value("kernel_size", 3), params.at("amount"))),
             one.output("out"));
}
void motion(const Case& one, Check& check) {
  const auto params = one.params();
  check.near("kernel", values_of(motion_kernel(params.at("size"), params.at("angle_deg"))), one.output("kernel"));
  check.near("image", values_of(motion_blur(input_image(one), params.at("size"), params.at("angle_deg"))),
             one.output("out"));
}
void bicubic(const Case& one, Check& check) {
  check.near("out16", values_of(bicubic_degrade(input_image(one), one.params().at("power"))),
             widened(one.output("out16")));
}
void denoising(const Case& one, Check& check) {
  check.near("out16", values_of(denoise(input_image(one), one.params().at("power"))), widened(one.output("out16")));
}

}  // namespace

std::vector<Row> colour_handlers() {
  return {
      {colour_group, "Reinhard", reinhard},
      {colour_group, "linear colour transfer", linear},
      {colour_group, "Monge-Kantorovich linear transfer", monge},
      {colour_group, "mkl on both images multiplied by a mask", monge},
      {colour_group, "iterative distribution transfer", distribution},
      {colour_group, "idt on masked images", distribution},
      {colour_group, "sliced optimal transfer, not clipped", sliced},
      {colour_group, "sliced optimal transfer without bilateral regularisation", sliced, ties},
      {colour_group, "mix on masked images", mix, ties},
      {colour_group, "mix mode: 8-bit Lab", mix},
      {colour_group, "per channel histogram match", histogram},
      {colour_group, "dispatcher used in training", trainer},
      {colour_group, "palette reduction", palette},
      {colour_group, "colour degrade as in the merger", degrade_colours},
      {colour_group, "sharpen: box", sharpen},
      {colour_group, "negative amount = repeated 5x5 median", sharpen},
      {colour_group, "linear motion blur", motion},
      {colour_group, "bicubic degrade", bicubic},
      {colour_group, "frame denoise", denoising},
  };
}

}  // namespace understudy::parity
