// SPDX-License-Identifier: Apache-2.0
// A network that makes pictures better, whichever it is: super-resolution or face restoration, any ONNX or TFLite file.
#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "lib/enhance/network_use.hpp"
#include "lib/image/image.hpp"
#include "lib/infer/session.hpp"

namespace understudy {

// Not thread-safe: share() gives each thread its own.
class Enhancer {
 public:
  // An empty path: the network that comes with the program.
  static Result<Enhancer> load(const std::filesystem::path& network, const NetworkUse&);
  Enhancer share() const { return Enhancer(network_); }

  // By how much the network enlarges.
  int factor() const;
  // The network's picture of it: as large, or larger by a whole factor. It is made from overlapping tiles; a network of
  // one fixed size of 256 or more gets the whole picture resized to it, as face restoration wants it, and its result is
  // resized to the picture's size or a multiple.
  Result<ImageF> enhance(const ImageF& bgr);

 private:
  class Network;  // compiled for the sizes that were asked for, for all threads
  explicit Enhancer(std::shared_ptr<Network> network) : network_(std::move(network)) {}
  Result<ImageF> run(const ImageF& bgr);           // square, of a size that the network takes
  Result<ImageF> run_in_tiles(const ImageF& bgr);  // square
  void put(const ImageF& bgr, infer::Session&) const;
  ImageF take(const infer::Session&, int side) const;

  std::shared_ptr<Network> network_;
  std::map<int, infer::Session> sessions_;  // by the side of the picture
};

// How a length is covered by tiles that overlap: their size, no larger than `largest`, and where they begin, the last
// one flush with the end. A length below `largest` is one tile.
struct Tiling {
  int size = 0;
  std::vector<int> starts;
};
Tiling tiling(int length, int largest);
// The same with tiles of that size exactly.
Tiling tiling_by(int length, int size);

}  // namespace understudy
