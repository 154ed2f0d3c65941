// SPDX-License-Identifier: Apache-2.0
#include "lib/enhance/enhancer.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "lib/enhance/built_in_network.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

constexpr int whole_from = 256;   // networks of a fixed size from here on are made for whole faces
constexpr int most_overlap = 16;  // of tiles: what lies farther away hardly matters to a pixel
constexpr int built_in_factor = 4;
constexpr int multiple = 8;  // many networks halve their picture some times inside

// Mirrored beyond its edges up to that size; the picture lies at the top left.
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

int overlap_of(int tile) { return std::min(most_overlap, tile / 2); }

int divided_up(int a, int b) { return (a + b - 1) / b; }

Failure unfit(const std::string& why) {
  return fail_with_hint(Code::bad_file, "The network is none that makes a picture of a picture: " + why,
                        "Give one with a picture of three channels in and out.");
}

}  // namespace

Tiling tiling_by(int length, int size) {
  Tiling tiles{size, {0}};
  const int overlap = overlap_of(size), rest = length - size;
  if (rest <= 0) return tiles;
  const int steps = divided_up(rest, size - overlap);
  for (int i = 1; i <= steps; ++i) tiles.starts.push_back(rest * i / steps);
  return tiles;
}

Tiling tiling(int length, int largest) {
  const int overlap = overlap_of(largest);
  const int count = length <= largest ? 1 : divided_up(length - overlap, largest - overlap);
  const int size = divided_up(length + (count - 1) * overlap, count);
  return tiling_by(length, divided_up(size, multiple) * multiple);
}

class Enhancer::Network {
 public:
  static Result<std::shared_ptr<Network>> open(const std::filesystem::path& file, const NetworkUse& use) {
    auto network = std::make_shared<Network>();
    network->file_ = file;
    network->use = use;
    if (file.empty()) {
      network->shapes_ = {{1, 3, -1, -1}};
      network->factor = built_in_factor;
      return network;
    }
    TRY_VOID(network->find_input());
    const int side = network->fixed_side > 0 ? network->fixed_side : use.tile / multiple * multiple;
    TRY(const auto session, network->at(side));
    TRY_VOID(network->find_factor(session, side));
    return network;
  }

  // Compiled for pictures of that side; the memory of the inputs and outputs is the caller's own.
  Result<infer::Session> at(int side) {
    const std::lock_guard lock(mutex_);
    if (const auto found = compiled_.find(side); found != compiled_.end()) return found->second.share();
    infer::SessionOptions options;
    options.streams = use.threads;
    options.shapes = shapes_;
    for (auto& shape : options.shapes)
      for (auto& length : shape)
        if (length < 1) length = &shape == &options.shapes[image_input] ? side : 1;
    options.bf16 = file_.empty();  // 54 dB from its exact pictures, in half the time
    TRY(auto session,
        file_.empty() ? infer::Session::load(built_in::enhancer_xml(), built_in::enhancer_bin(), "enhancer", options)
                      : infer::Session::load(file_, options));
    return compiled_.emplace(side, std::move(session)).first->second.share();
  }

  NetworkUse use;
  std::size_t image_input = 0;
  bool channels_first = true;
  int fixed_side = 0;  // 0 for any
  int factor = 1;

 private:
  Result<> find_input() {
    TRY(const auto declared, infer::declared_inputs(file_));
    image_input = declared.size();
    for (std::size_t i = 0; i < declared.size(); ++i) {
      const auto& shape = declared[i].shape;
      shapes_.push_back(shape);
      if (image_input < declared.size() || shape.size() != 4 || (shape[1] != 3 && shape[3] != 3)) continue;
      image_input = i;
      channels_first = shape[1] == 3;
      const auto height = shape[channels_first ? 2 : 1], width = shape[channels_first ? 3 : 2];
      if (height != width) return unfit("its input is not square");
      fixed_side = static_cast<int>(std::max<std::int64_t>(height, 0));
    }
    if (image_input == declared.size()) return unfit("it has no such input");
    return {};
  }
  Result<> find_factor(const infer::Session& session, int side) {
    const auto& out = session.outputs()[0].shape;
    const std::size_t y = channels_first ? 2 : 1;
    if (out.size() != 4 || out[channels_first ? 1 : 3] != 3 || out[y] != out[y + 1] || out[y] % side != 0 ||
        out[y] < side)
      return unfit("its output is no picture of the same or a larger size");
    factor = static_cast<int>(out[y] / side);
    return {};
  }

  std::filesystem::path file_;  // empty: the one that comes with the program
  std::vector<infer::Shape> shapes_;
  std::mutex mutex_;
  std::map<int, infer::Session> compiled_;
};

Result<Enhancer> Enhancer::load(const std::filesystem::path& file, const NetworkUse& use) {
  TRY(auto network, Network::open(file, use));
  return Enhancer(std::move(network));
}

int Enhancer::factor() const { return network_->factor; }

void Enhancer::put(const ImageF& bgr, infer::Session& session) const {
  const auto& network = *network_;
  for (std::size_t i = 0; i < session.inputs().size(); ++i)
    if (i != network.image_input) std::ranges::fill(session.input(i), static_cast<float>(network.use.control));
  const auto input = session.input(network.image_input);
  const std::size_t plane = bgr.data.size() / 3;
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const float v = bgr.data[3 * i + (network.use.order == ColourOrder::rgb ? 2 - c : c)];
      input[network.channels_first ? c * plane + i : 3 * i + c] = network.use.range == ValueRange::unit ? v : 2 * v - 1;
    }
}

ImageF Enhancer::take(const infer::Session& session, int side) const {
  const auto& network = *network_;
  const auto output = session.output(0);
  ImageF bgr(side, side, 3);
  const std::size_t plane = bgr.data.size() / 3;
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const float v = output[network.channels_first ? c * plane + i : 3 * i + c];
      bgr.data[3 * i + (network.use.order == ColourOrder::rgb ? 2 - c : c)] =
          network.use.range == ValueRange::unit ? v : (v + 1) / 2;
    }
  return bgr;
}

Result<ImageF> Enhancer::run(const ImageF& bgr) {
  auto session = sessions_.find(bgr.width);
  if (session == sessions_.end()) {
    TRY(auto own, network_->at(bgr.width));
    session = sessions_.emplace(bgr.width, std::move(own)).first;
  }
  put(bgr, session->second);
  TRY_VOID(session->second.run());
  return take(session->second, bgr.width * factor());
}

Result<ImageF> Enhancer::run_in_tiles(const ImageF& picture) {
  const auto tiles = network_->fixed_side > 0 ? tiling_by(picture.width, network_->fixed_side)
                                              : tiling(picture.width, network_->use.tile);
  const ImageF bgr = padded(picture, tiles.size);
  const int ramp = overlap_of(tiles.size) * factor();
  // Weights that fall towards a tile's edges and are nowhere zero, so that the outermost pixels stay defined
  // (DeepFaceLab's were: spec pipeline.md 4.4).
  const auto weight = [ramp](int at, int length) { return static_cast<float>(std::min({at + 1, length - at, ramp})); };
  ImageF sum(bgr.width * factor(), bgr.height * factor(), 3), weights(sum.width, sum.height, 1);
  for (const int top : tiles.starts) {
    for (const int left : tiles.starts) {
      TRY(const ImageF tile, run(crop(bgr, left, top, tiles.size, tiles.size)));
      for (int y = 0; y < tile.height; ++y)
        for (int x = 0; x < tile.width; ++x) {
          const float w = weight(x, tile.width) * weight(y, tile.height);
          const int to_x = left * factor() + x, to_y = top * factor() + y;
          weights.at(to_x, to_y) += w;
          for (int c = 0; c < 3; ++c) sum.at(to_x, to_y, c) += w * tile.at(x, y, c);
        }
    }
  }
  for (std::size_t i = 0; i < sum.data.size(); ++i) sum.data[i] /= weights.data[i / 3];
  if (bgr.width == picture.width) return sum;
  return crop(sum, 0, 0, picture.width * factor(), picture.height * factor());
}

Result<ImageF> Enhancer::enhance(const ImageF& picture) {
  ImageF result;
  if (const int side = network_->fixed_side; side >= whole_from) {
    const auto way = side < picture.width ? Interpolation::area : Interpolation::lanczos4;
    TRY(result, run(resize(picture, side, side, way)));
    const int times = std::max(1, result.width / picture.width);
    result = resize(result, picture.width * times, picture.height * times,
                    result.width > picture.width * times ? Interpolation::area : Interpolation::lanczos4);
  } else {
    TRY(result, run_in_tiles(picture));
  }
  clamp_01(result);
  return result;
}

}  // namespace understudy
