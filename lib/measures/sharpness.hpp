// SPDX-License-Identifier: Apache-2.0
// How sharp a picture is, in the two ways that DeepFaceLab sorts by (spec pipeline.md 5.1, 5.2).
#pragma once

#include "lib/image/image.hpp"

namespace understudy {

// The cumulative probability of detecting no blur (Narvekar and Karam 2011): 0..1, higher is sharper; 0 when no block
// of 64 x 64 pixels has an edge to measure. One channel.
double cpbd_sharpness(const ImageU8& grey);

// The variance of the Laplacian of aperture 11 over all pixels and channels: larger where there is more fine detail.
double laplacian_variance(const ImageU8& image);

}  // namespace understudy
