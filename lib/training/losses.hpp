// SPDX-License-Identifier: Apache-2.0
// The losses of spec networks-and-training.md 4. Tensors are (N,C,H,W) float32; every result has one value per sample:
// DeepFaceLab takes the gradient of the sum over the batch, so callers do `.sum().backward()`.
#pragma once

#include <vector>

#include "lib/tensor/tensor.hpp"
#include "lib/training/steering_options.hpp"

namespace understudy {

// Gaussian blur with zero padding; kernel size max(3, int(4 sigma)) made odd (spec 4.1). Done as two banded matrix
// products, which cost the same for every sigma and whose gradient is two more.
Tensor gaussian_blur(const Tensor& x, double sigma);

// (1 - mean SSIM) / 2 per sample and channel (N,C): Gaussian window of the given size. The original has sigma 1.5
// always and no padding; padded windows (odd sizes) reach the border and keep the weight that lies inside.
Tensor dssim(const Tensor& a, const Tensor& b, int window, double sigma = 1.5, bool padded = false);

// The windows of the structure term and their weights at a resolution. Original: 10 x int(R/11.6) below 256, else (and
// `always_two`: AMP) 5 x that and 5 x int(R/23.2).
struct StructureWindow {
  int size;
  double weight;
  double sigma = 1.5;
  bool padded = false;
};
std::vector<StructureWindow> structure_windows(int resolution, StructureLoss = StructureLoss::original,
                                               bool always_two = false);
Tensor structure_loss(const Tensor& a, const Tensor& b, int resolution, StructureLoss = StructureLoss::original,
                      bool always_two = false);

// 1 inside the face and up to its edge, fading outside: 2 clip(blur(mask, max(1, R/32)), 0, 0.5).
Tensor soft_mask(const Tensor& mask, int resolution);

// A normalised blur of what lies outside the mask, free of face pixels; the inside stays (spec 4.2).
Tensor blur_out_mask(const Tensor& target, const Tensor& mask, int resolution);

// Distance of channel means and deviations (spec 4.3, "Style"), (N).
Tensor style_loss(const Tensor& a, const Tensor& b);

// Cross-entropy of logits (N,1,h,w) against all ones or all zeros, mean over the map, (N).
Tensor binary_cross_entropy(const Tensor& logits, bool wanted);

// Sum of squared differences of neighbours along y and x, (N), as the original computes it on the CPU.
Tensor total_variation(const Tensor& x);

// Mean absolute difference of the images' gradients at full, half and quarter size, (N).
Tensor edge_loss(const Tensor& a, const Tensor& b);

// Mean over C,H,W of the squared difference, (N).
Tensor mean_square(const Tensor& a, const Tensor& b);

}  // namespace understudy
