// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/score_result.hpp"

#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "steps/6_merge/compose.hpp"
#include "steps/6_merge/crop_geometry.hpp"
#include "steps/score/verb.hpp"

namespace understudy {

Result<nlohmann::json> score_result(const Workspace& workspace, const KnownClip& known, Run& run) {
  const ScoreOptions options;
  TRY(const auto paths, score_paths(workspace, options));
  TRY(const auto report, score_clip(options, paths, known, run));
  return nlohmann::json::parse(to_json_text(report));
}

namespace {

// The truth pasted as the merge pastes a prediction, at the model's resolution and through the merge's finished mask.
Result<ImageU8> pasted_truth(const KnownClip::Pasting& p, int resolution, FaceType type) {
  const MergeSettings usual;
  const Affine cut = crop_from_frame(p.landmarks, resolution, type, usual.compat);
  const ImageF face = warp_antialiased(to_float(p.truth_bgr), cut, resolution, resolution);
  const ImageF mask = warp(to_float(p.matte), cut, resolution, resolution, Interpolation::linear);
  MergeModel model;
  model.face_type = type;
  model.resolution = resolution;
  model.predict = [&](const ImageF&) -> Result<Prediction> { return Prediction{face, mask, mask}; };
  MergeSettings settings;  // the merge's mask is eroded and blurred already
  settings.mask_mode = MaskMode::learned_dst;
  const MergeFace where{p.landmarks, {}};
  TRY(Merged merged, merge_frame(p.dst_bgr, {&where, 1}, settings, model));
  return std::move(merged.image_bgr);
}

}  // namespace

KnownClip known_demo(const demo::DemoTruth& truth, int resolution, FaceType type) {
  // Where the mesh begins to see lids that are shut and lips that are apart (docs/score.md).
  constexpr double shut = 0.7, open = 0.3;
  KnownClip known;
  known.truth = [&truth](std::int64_t frame) {
    auto compared = truth.compared(static_cast<int>(frame));
    return KnownClip::Truth{std::move(compared.truth_bgr), std::move(compared.inside)};
  };
  known.ceiling = [=](const KnownClip::Pasting& pasting) { return pasted_truth(pasting, resolution, type); };
  known.eyes_shut = [&truth](std::int64_t frame) {
    const auto played = truth.played(static_cast<int>(frame));
    return (played.blink[0] + played.blink[1]) / 2 > shut;
  };
  known.mouth_open = [&truth](std::int64_t frame) { return truth.played(static_cast<int>(frame)).mouth_open > open; };
  known.truth_samples = 24;
  return known;
}

}  // namespace understudy
