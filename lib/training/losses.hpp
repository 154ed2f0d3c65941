// SPDX-License-Identifier: Apache-2.0
// The losses of spec networks-and-training.md 4. Tensors are (N,C,H,W) float32; every result has one value per sample:
// DeepFaceLab takes the gradient of the sum over the batch, so callers do `.sum().backward()`.
#pragma once

#include "lib/tensor/tensor.hpp"

namespace understudy {

// Gaussian blur with zero padding; kernel size max(3, int(4 sigma)) made odd (spec 4.1). Done as two banded matrix
// products, which cost the same for every sigma and whose gradient is two more.
Tensor gaussian_blur(const Tensor& x, double sigma);

// (1 - mean SSIM) / 2 per sample and channel (N,C): Gaussian window of the given size, sigma 1.5 always, no padding.
Tensor dssim(const Tensor& a, const Tensor& b, int window);

// The windows of the structure term and their weights at a resolution: 10 x int(R/11.6) below 256, else two of 5.
struct StructureWindow {
  int size;
  double weight;
};
std::vector<StructureWindow> structure_windows(int resolution);
Tensor structure_loss(const Tensor& a, const Tensor& b, int resolution);

// 1 inside the face and up to its edge, fading outside: 2 clip(blur(mask, max(1, R/32)), 0, 0.5).
Tensor soft_mask(const Tensor& mask, int resolution);

// A normalised blur of what lies outside the mask, free of face pixels; the inside stays (spec 4.2).
Tensor blur_out_mask(const Tensor& target, const Tensor& mask, int resolution);

// Distance of channel means and deviations (spec 4.3, "Style"), (N).
Tensor style_loss(const Tensor& a, const Tensor& b);

// Mean over C,H,W of the squared difference, (N).
Tensor mean_square(const Tensor& a, const Tensor& b);

}  // namespace understudy
