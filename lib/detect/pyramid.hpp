// SPDX-License-Identifier: Apache-2.0
// Cutting turned, scaled squares out of a frame for a network, without aliasing.
#pragma once

#include <span>

#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// A square of the frame: its side runs along `angle` (radians, clockwise on screen).
struct Roi {
  Point centre;
  double side = 0;
  double angle = 0;
  // Takes places in a crop of size x size to frame pixels: (0, 0) to the square's corner.
  Affine frame_from_crop(int size) const;
};

enum class Outside { black, edge };

// The frame and its halvings (2x2 means), made when first needed. Samples are bilinear in the level that the square's
// scale asks for, so every source pixel counts. Not thread-safe. Keeps a reference to the frame.
class Pyramid {
 public:
  explicit Pyramid(const ImageU8& frame_bgr);
  int width() const { return frame_.width; }
  int height() const { return frame_.height; }
  // size*size RGB pixels, interleaved, mapped linearly from 0..255 to low..high.
  void sample(const Roi&, int size, Outside, float low, float high, std::span<float> rgb);

 private:
  struct Part {
    ImageU8 image;
    Point origin;  // its first pixel in the level
  };
  Part part(const Roi&, int n) const;
  const ImageU8& level(int n);
  const ImageU8& frame_;
  std::vector<ImageU8> halvings_;
};

}  // namespace understudy
