// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/merge_meter.hpp"

#include <algorithm>

#include "lib/face/face_mask.hpp"
#include "lib/score/look.hpp"
#include "lib/score/pictures.hpp"
#include "lib/score/surroundings.hpp"

namespace understudy {
namespace {

constexpr std::size_t person_faces = 40;  // are enough for a mean
constexpr int detail_side = 128;          // the same for all frames, so that they can be compared

}  // namespace

Result<Embedding> mean_person(const Faceset& set, FaceEmbedder& embedder, Run& run) {
  const std::size_t all = set.entries().size(), count = std::min(person_faces, all);
  std::vector<Embedding> embeddings;
  for (std::size_t i = 0; i < count; ++i) {
    if (run.stopping()) return Run::cancelled();
    const std::size_t index = (2 * i + 1) * all / (2 * count);
    TRY(const ImageU8 picture, set.image(index));
    TRY(embeddings.emplace_back(), embedder.embed(picture, set.entries()[index].info.landmarks));
  }
  return score::mean_of(embeddings);
}

Result<FrameFacts> MergeMeter::measure(const Landmarks68& landmarks, const MergedPictures& now,
                                       const MergedPictures* before) {
  FrameFacts f;
  f.measured = true;
  const score::Surroundings view(landmarks);
  const ImageU8 plate = view.of(now.plate), merged = view.of(now.merged);
  const ImageF matte = view.matte(now.mask);
  constexpr float least_matte = 0.02f;
  if (*std::ranges::max_element(matte.data) < least_matte) return f;  // nothing was pasted
  const auto stands = compare_with_hull(matte, hull_mask(matte.width, matte.height, view.landmarks()));
  f.left_out = stands.left_out, f.outside = stands.beyond;
  const auto colours = score::face_colours(plate, merged, matte);
  f.plate_colour = colours.plate, f.offset = colours.offset;
  f.seam = score::seam(plate, merged, matte);
  f.detail = score::detail_energy(score::cut_face(now.merged, landmarks, detail_side));
  f.plate_detail = score::detail_energy(score::cut_face(now.plate, landmarks, detail_side));
  if (before) {
    const ImageF inside = view.face(matte);
    const auto change = [&](const ImageU8& then, const ImageU8& view_now) {
      return score::unexplained_change(view.face(view.of(then)), view.face(view_now), inside);
    };
    f.change = change(before->merged, merged);
    f.plate_change = change(before->plate, plate);
  }
  if (embedder_ && person_) {
    TRY(const Embedding own, embedder_->embed(now.merged, landmarks));
    f.src_distance = distance(own, *person_);
  }
  return f;
}

}  // namespace understudy
