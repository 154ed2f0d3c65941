// SPDX-License-Identifier: Apache-2.0
// The colour transfers of training samples (spec networks-and-training.md 3.5).
#pragma once

#include "lib/image/image.hpp"
#include "lib/training/class_options.hpp"

namespace understudy {

// Whether it draws random directions, and so needs a seed of its own for each sample.
bool is_random(SampleTransfer);

// x recoloured towards y by statistics of the whole pictures, which may differ in size; BGR 0..1, the result too. The
// random directions of idt and sot follow from the seed.
ImageF recoloured(const ImageF& x_bgr, const ImageU8& y_bgr, SampleTransfer, std::uint64_t seed);

}  // namespace understudy
