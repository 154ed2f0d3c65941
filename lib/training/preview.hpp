// SPDX-License-Identifier: Apache-2.0
// What an artist looks at while training: the faces, their reconstructions and the swap below the loss graph, as each
// model class shows them (spec networks-and-training.md 7). In two halves: take_preview runs the network and belongs to
// the thread that trains; draw_previews needs no LibTorch and may run anywhere (preview_worker.hpp).
#pragma once

#include <string>
#include <vector>

#include "lib/image/image.hpp"
#include "lib/loop/previews.hpp"
#include "lib/nets/face_net.hpp"
#include "lib/training/batch.hpp"
#include "lib/training/model_spec.hpp"

namespace understudy {

// Faces and what the network makes of them: images R x R x 3 and masks R x R, float 0..1, one per row of the preview.
struct PreviewFaces {
  using Column = std::vector<ImageF>;
  struct Swapped {
    double morph = 1;
    Column bgr, mask;  // the mask that cuts the swap out
  };
  ModelClass model_class = ModelClass::saehd;
  int resolution = 0;
  Column src, src_mask, dst, dst_mask;
  Column src_src, dst_dst, dst_dst_mask;
  std::vector<Swapped> swaps;  // AMP: morph 0.25, 0.5, 0.65, 0.75 and 1; else one
};

// `faces` are a batch whose targets are unwarped. SAEHD and Quick96 take its first rows (at most 4, at most 800 px in
// all); AMP one row, `sample` modulo their number. `head`: the face type is head, whose swap is cut out by its own mask
// alone. Throws as LibTorch does (guard_torch).
PreviewFaces take_preview(const FaceNet&, const ModelSpec&, bool head, const Batch& faces, std::uint64_t sample = 0);

// The previews in the order in which the space key shows them. The `suffix` stands behind every name. Tables higher
// than 800 px are scaled down. `range` and `marks` are the loss graph's.
std::vector<NamedPreview> draw_previews(const PreviewFaces&, const LossHistory&, std::int64_t range = 0,
                                        const std::string& suffix = {}, const LossMarks& marks = {});
std::vector<std::string> preview_names(const PreviewFaces&, const std::string& suffix = {});
// The one that shows the swap: what preview.png holds until another is asked for.
std::size_t main_preview(const PreviewFaces&);

// The same as the loop takes them.
Previews previews_of(PreviewFaces);
// Iterations between two pictures of the history: 10 max(1, R/64) (spec 2.4).
std::int64_t history_interval(const ModelSpec&);

}  // namespace understudy
