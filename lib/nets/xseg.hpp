// SPDX-License-Identifier: Apache-2.0
// XSeg: the network that tells face from what lies before it, pixel by pixel (spec networks-and-training.md 1.4).
#pragma once

#include <array>
#include <memory>

#include "lib/nets/layers.hpp"

namespace understudy {

constexpr int xseg_resolution = 256;

// From 256 pixels down to 8; each level is halved by a binomial filter of so many taps, and the way up has as many
// convolutions as the way down.
struct XsegLevel {
  int convs, taps;
  int width, up_width;  // channels, times the base: of its convolutions, and of what comes up to it
};
inline constexpr std::array<XsegLevel, 6> xseg_levels{
    {{2, 4, 1, 1}, {2, 3, 2, 2}, {2, 2, 4, 4}, {3, 2, 8, 4}, {3, 2, 8, 4}, {3, 2, 8, 4}}};
// (taps, taps), float32, of sum 1.
Tensor xseg_blur_kernel(int taps);

// DeepFaceLab's, or a smaller network of the same kind. The picture must come to 4 x 4 pixels at the lowest level.
struct XsegShape {
  int base = 32;
  int resolution = xseg_resolution;
  std::size_t levels = xseg_levels.size();
};

class XsegNet {
 public:
  // Parameters are named "xseg/conv01/conv/weight" …, in DeepFaceLab's order.
  explicit XsegNet(Parameters&, const XsegShape& = {});
  ~XsegNet();
  const XsegShape& shape() const { return shape_; }

  // bgr (N,3,R,R) 0..1 -> logits (N,1,R,R) float32. While pretraining the skips carry zeros, so that all must
  // pass the bottleneck of 512 numbers.
  Tensor logits(const Tensor& bgr, bool pretrain = false) const;
  // What mask() makes of the weights is made once, now: none of them may change from here on.
  void weights_stay();
  // What is used of it: the sigmoid, with all below 0.1 set to 0. No gradient.
  Tensor mask(const Tensor& bgr) const;

 private:
  bool normalises_later() const;
  Tensor logits_in_fewer_passes(const Tensor& bgr) const;

  struct Parts;
  XsegShape shape_;
  std::unique_ptr<Parts> p_;
  const Parameters* parameters_;
};

}  // namespace understudy
