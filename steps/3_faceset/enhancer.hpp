// SPDX-License-Identifier: Apache-2.0
// A network that makes pictures better, whichever it is: super-resolution or face restoration, any ONNX or TFLite file.
#pragma once

#include <filesystem>
#include <memory>

#include "lib/image/image.hpp"
#include "lib/infer/session.hpp"
#include "steps/3_faceset/options.hpp"

namespace understudy {

struct NetworkUse {
  ValueRange range = ValueRange::unit;
  ColourOrder order = ColourOrder::rgb;
  int tile = 192;        // for networks that take pictures of any size
  double control = 0.5;  // what further inputs of the network get, such as CodeFormer's fidelity
};

class Enhancer {
 public:
  // An empty path: the network that comes with the program (tools/enhancer).
  static Result<Enhancer> load(const std::filesystem::path& network, const NetworkUse&);
  // With buffers of its own, for another thread.
  Enhancer share() const;

  // The network's picture of it: as large, or larger by a whole factor. A network of one fixed size that is smaller
  // than the picture works in overlapping tiles; one of 256 or more gets the whole picture resized to it, as face
  // restoration wants it, and its result is resized to the picture's size or a multiple.
  Result<ImageF> enhance(const ImageU8& bgr);

 private:
  Enhancer(infer::Session session, NetworkUse use) : session_(std::move(session)), use_(use) {}
  Result<> find_sizes();
  Result<ImageF> run(const ImageF& bgr);           // of the network's size
  Result<ImageF> run_in_tiles(const ImageF& bgr);  // at least as large
  void put(const ImageF& bgr);
  ImageF take() const;

  infer::Session session_;
  NetworkUse use_;
  std::size_t image_input_ = 0;
  bool channels_first_ = true;
  int side_ = 0;    // of the network's input
  int factor_ = 1;  // of its output
  bool whole_ = false;
};

// How a picture of `length` is covered by tiles: their beginnings, the last one flush with the end.
std::vector<int> tile_starts(int length, int tile);

}  // namespace understudy
