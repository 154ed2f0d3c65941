// SPDX-License-Identifier: Apache-2.0
// What an artist looks at while training: the faces, their reconstructions, the swap, and the losses over time
// (spec networks-and-training.md 7).
#pragma once

#include <utility>
#include <vector>

#include "lib/image/image.hpp"
#include "lib/training/face_trainer.hpp"

namespace understudy {

using LossHistory = std::vector<std::array<float, 2>>;  // per iteration: src, dst

struct Preview {
  ImageU8 plain_bgr;   // rows of src, src->src, dst, dst->dst, swap below the loss graph
  ImageU8 masked_bgr;  // the same, cut out by the masks
};
// `faces` are unwarped targets (SampleSource::fixed_batch).
Preview make_preview(const Saehd&, const Batch& faces, const LossHistory&);

// A bar from the smallest to the largest loss per pixel column, src blue, dst yellow; full height is twice the mean of
// the last 80 %.
ImageU8 draw_losses(const LossHistory&, int width, int height = 100);

}  // namespace understudy
