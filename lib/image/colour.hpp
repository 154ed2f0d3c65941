// SPDX-License-Identifier: Apache-2.0
// Colour transfers: x is recoloured to look like y (spec pipeline.md 8). All images are float BGR 0..1 of one size;
// masks have one channel. Results are clamped to 0..1 only where it says so.
#pragma once

#include <array>
#include <functional>

#include "lib/image/image.hpp"

namespace understudy {

// Reinhard in Lab. With masks, pixels where the mask is below 0.5 count as black in the statistics, as DeepFaceLab has
// it; the transfer is applied to all pixels. A flat channel keeps its value. Not clamped.
ImageF transfer_reinhard(const ImageF& x, const ImageF& y, const ImageF* mask_x = nullptr,
                         const ImageF* mask_y = nullptr);

// Linear transfer by a square root of the covariance. One or three channels. Clamped.
enum class LinearBasis { pca, cholesky, symmetric };
ImageF transfer_linear(const ImageF& x, const ImageF& y, LinearBasis = LinearBasis::pca);
// Monge-Kantorovich linear. Clamped.
ImageF transfer_monge_kantorovich(const ImageF& x, const ImageF& y);

// The iterative transfers draw random rotations (row-major 3x3) or unit directions. A fixed source makes them
// repeatable.
using Rotation = std::array<double, 9>;
using Direction = std::array<double, 3>;
struct TransferRandom {
  std::function<Rotation()> rotation;
  std::function<Direction()> direction;
};
// All equally likely, made of numbers that are normally distributed.
TransferRandom random_from(const std::function<double()>& normal);
TransferRandom seeded_random(std::uint64_t seed);

// Iterative distribution transfer: 20 rotations, 256 bins. Clamped.
ImageF transfer_distribution(const ImageF& x, const ImageF& y, const TransferRandom&);

struct SlicedOptions {
  int steps = 10;
  int batch = 5;
  double sigma_space = 16;  // 0: no smoothing of the change
  double sigma_colour = 5;
};
// Sliced optimal transport. Not clamped.
ImageF transfer_sliced(const ImageF& x, const ImageF& y, const TransferRandom&, const SlicedOptions& = {});
// The same some ten times faster, for training samples: pixels of one colour are told apart otherwise, and the
// smoothing weighs by distance alone. sigma_colour is not used.
ImageF transfer_sliced_quick(const ImageF& x, const ImageF& y, const TransferRandom&, const SlicedOptions& = {});
// Lightness linearly, chroma by sliced transport, in 8-bit Lab.
ImageF transfer_mix(const ImageF& x, const ImageF& y, const TransferRandom&);

// Per channel over the exact values; threshold 0..255 compresses the highlights.
ImageF match_histogram(const ImageF& x, const ImageF& y, int threshold = 255);

}  // namespace understudy
