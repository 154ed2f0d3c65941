// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/enhancer.hpp"

#include <algorithm>
#include <cmath>

#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "steps/3_faceset/built_in_network.hpp"

namespace understudy {
namespace {

constexpr int whole_from = 256;  // networks of a fixed size from here on are made for whole faces

// Weights that fall from a tile's middle to its edges and are nowhere zero, so that the outermost pixels stay defined
// (DeepFaceLab's were: spec pipeline.md 4.4).
float weight(int at, int length) { return static_cast<float>(std::min(at + 1, length - at)); }

// Mirrored beyond its edges up to at least that size; the picture lies at the top left.
ImageF padded(const ImageF& image, int side) {
  ImageF out(std::max(image.width, side), std::max(image.height, side), image.channels);
  const auto mirrored = [](int at, int length) {
    const int period = std::max(1, 2 * length - 2), within = at % period;
    return within < length ? within : period - within;
  };
  for (int y = 0; y < out.height; ++y)
    for (int x = 0; x < out.width; ++x)
      for (int c = 0; c < out.channels; ++c)
        out.at(x, y, c) = image.at(mirrored(x, image.width), mirrored(y, image.height), c);
  return out;
}

Failure unfit(const std::string& why) {
  return fail_with_hint(Code::bad_file, "The network is none that makes a picture of a picture: " + why,
                        "Give one with a picture of three channels in and out.");
}

}  // namespace

std::vector<int> tile_starts(int length, int tile) {
  std::vector<int> starts;
  for (int at = 0; at + tile < length; at += tile / 2) starts.push_back(at);
  starts.push_back(std::max(0, length - tile));
  return starts;
}

Result<Enhancer> Enhancer::load(const std::filesystem::path& network, const NetworkUse& use) {
  const auto bytes = built_in_network();
  TRY(auto declared,
      network.empty() ? infer::declared_inputs(bytes, "enhancer.onnx") : infer::declared_inputs(network));
  infer::SessionOptions options;
  bool channels_first = true;
  std::size_t image_input = declared.size();
  for (std::size_t i = 0; i < declared.size(); ++i) {
    auto shape = declared[i].shape;
    if (image_input == declared.size() && shape.size() == 4 && (shape[1] == 3 || shape[3] == 3)) {
      image_input = i;
      channels_first = shape[1] == 3;
      const std::array<std::size_t, 2> sides =
          channels_first ? std::array<std::size_t, 2>{2, 3} : std::array<std::size_t, 2>{1, 2};
      for (const auto side : sides)
        if (shape[side] < 1) shape[side] = use.tile / 8 * 8;  // many halve their picture some times inside
    }
    for (auto& side : shape)
      if (side < 1) side = 1;
    options.shapes.push_back(std::move(shape));
  }
  if (image_input == declared.size()) return unfit("it has no such input");
  TRY(auto session,
      network.empty() ? infer::Session::load(bytes, "enhancer.onnx", options) : infer::Session::load(network, options));
  Enhancer enhancer(std::move(session), use);
  enhancer.image_input_ = image_input;
  enhancer.channels_first_ = channels_first;
  const auto& asked = declared[image_input].shape;
  enhancer.whole_ = asked[channels_first ? 2 : 1] >= whole_from;
  TRY_VOID(enhancer.find_sizes());
  return enhancer;
}

Result<> Enhancer::find_sizes() {
  const auto& in = session_.inputs()[image_input_].shape;
  const auto& out = session_.outputs()[0].shape;
  const std::size_t y = channels_first_ ? 2 : 1, x = y + 1;
  if (in[y] != in[x]) return unfit("its input is not square");
  if (out.size() != 4 || out[channels_first_ ? 1 : 3] != 3 || out[y] != out[x] || out[y] % in[y] != 0 || out[y] < in[y])
    return unfit("its output is no picture of the same or a larger size");
  side_ = static_cast<int>(in[y]);
  factor_ = static_cast<int>(out[y] / in[y]);
  return {};
}

Enhancer Enhancer::share() const {
  Enhancer copy(session_.share(), use_);
  copy.image_input_ = image_input_;
  copy.channels_first_ = channels_first_;
  copy.side_ = side_;
  copy.factor_ = factor_;
  copy.whole_ = whole_;
  return copy;
}

void Enhancer::put(const ImageF& bgr) {
  for (std::size_t i = 0; i < session_.inputs().size(); ++i)
    if (i != image_input_) std::ranges::fill(session_.input(i), static_cast<float>(use_.control));
  const auto input = session_.input(image_input_);
  const std::size_t plane = static_cast<std::size_t>(side_) * static_cast<std::size_t>(side_);
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const float v = bgr.data[3 * i + (use_.order == ColourOrder::rgb ? 2 - c : c)];
      input[channels_first_ ? c * plane + i : 3 * i + c] = use_.range == ValueRange::unit ? v : 2 * v - 1;
    }
}

ImageF Enhancer::take() const {
  const auto output = session_.output(0);
  ImageF bgr(side_ * factor_, side_ * factor_, 3);
  const std::size_t plane = bgr.data.size() / 3;
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const float v = output[channels_first_ ? c * plane + i : 3 * i + c];
      bgr.data[3 * i + (use_.order == ColourOrder::rgb ? 2 - c : c)] = use_.range == ValueRange::unit ? v : (v + 1) / 2;
    }
  return bgr;
}

Result<ImageF> Enhancer::run(const ImageF& bgr) {
  put(bgr);
  TRY_VOID(session_.run());
  return take();
}

Result<ImageF> Enhancer::run_in_tiles(const ImageF& bgr) {
  ImageF sum(bgr.width * factor_, bgr.height * factor_, 3), weights(sum.width, sum.height, 1);
  for (const int top : tile_starts(bgr.height, side_)) {
    for (const int left : tile_starts(bgr.width, side_)) {
      TRY(const ImageF tile, run(crop(bgr, left, top, side_, side_)));
      for (int y = 0; y < tile.height; ++y)
        for (int x = 0; x < tile.width; ++x) {
          const float w = weight(x, tile.width) * weight(y, tile.height);
          const int to_x = left * factor_ + x, to_y = top * factor_ + y;
          weights.at(to_x, to_y) += w;
          for (int c = 0; c < 3; ++c) sum.at(to_x, to_y, c) += w * tile.at(x, y, c);
        }
    }
  }
  for (std::size_t i = 0; i < sum.data.size(); ++i) sum.data[i] /= weights.data[i / 3];
  return sum;
}

Result<ImageF> Enhancer::enhance(const ImageU8& picture_bgr) {
  const ImageF picture = to_float(picture_bgr);
  ImageF result;
  if (whole_) {
    const auto way = side_ < picture.width ? Interpolation::area : Interpolation::lanczos4;
    TRY(result, run(resize(picture, side_, side_, way)));
    const int times = std::max(1, result.width / picture.width);
    result = resize(result, picture.width * times, picture.height * times,
                    result.width > picture.width * times ? Interpolation::area : Interpolation::lanczos4);
  } else {
    TRY(result, run_in_tiles(padded(picture, side_)));
    if (result.width != picture.width * factor_ || result.height != picture.height * factor_)
      result = crop(result, 0, 0, picture.width * factor_, picture.height * factor_);
  }
  clamp_01(result);
  return result;
}

}  // namespace understudy
