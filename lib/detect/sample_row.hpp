// SPDX-License-Identifier: Apache-2.0
// Inner part of the pyramid: one row of bilinear samples. The same bits with and without AVX2.
#pragma once

#include "lib/detect/pyramid.hpp"

namespace understudy {

struct RowSamples {
  const ImageU8& image_bgr;
  Affine image_from_crop;  // pixel (i, j) of the crop to pixels of the image
  Outside outside = Outside::black;
  float low = 0, scale = 1;  // a byte v becomes low + scale * v
};
// rgb: 3 * size floats, interleaved.
void sample_row(const RowSamples&, int j, int size, float* rgb);

}  // namespace understudy
