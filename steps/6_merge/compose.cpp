// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/compose.hpp"

#include <algorithm>
#include <vector>

#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "steps/6_merge/compose_parts.hpp"

namespace understudy {
namespace {

// All faces laid over each other, inside the box around their regions; outside, the frame is unchanged and the mask is
// 0.
struct Stack {
  PixelBox box;
  MergedFloat inside;
};

// The first face's picture is taken as it is, the next ones are blended over it (spec pipeline.md 7.4).
void add_layer(const FaceLayer& layer, bool first, Stack& stack) {
  const int x0 = layer.box.x0 - stack.box.x0, y0 = layer.box.y0 - stack.box.y0;
  for (int y = 0; y < layer.box.height(); ++y) {
    const float* from = layer.image_bgr.row(y);
    const float* alpha = layer.mask.row(y);
    float* to = stack.inside.image_bgr.row(y + y0) + 3 * x0;
    float* matte = stack.inside.mask.row(y + y0) + x0;
    for (int x = 0; x < layer.box.width(); ++x) {
      const float a = first ? 1.0f : alpha[x];
      for (int c = 0; c < 3; ++c) to[3 * x + c] = to[3 * x + c] * (1 - a) + from[3 * x + c] * a;
      matte[x] = first ? alpha[x] : std::min(matte[x] + alpha[x], 1.0f);
    }
  }
}

template <class T>
Result<Stack> merge_faces(const Image<T>& frame_bgr, std::span<const FaceLook> faces, int raw_side,
                          const TransferRandom& random) {
  check(frame_bgr.channels == 3, "a colour frame");
  const bool raw = raw_side > 0;
  std::vector<FaceLayer> layers;
  PixelBox box;
  for (const auto& look : faces) {
    check(look.model->resolution > 0 && look.model->predict, "a model");
    check((look.settings->mode == MergeMode::raw_predict) == raw, "raw-predict for all faces of a frame or for none");
    TRY(auto layer, merge_face(frame_bgr, look, random));
    if (layer.box.empty()) continue;
    const PixelBox& b = layer.box;
    box = layers.empty() ? b
                         : PixelBox{std::min(box.x0, b.x0), std::min(box.y0, b.y0), std::max(box.x1, b.x1),
                                    std::max(box.y1, b.y1)};
    layers.push_back(std::move(layer));
  }
  if (raw && layers.empty()) box = {0, 0, raw_side, raw_side};
  Stack stack{box, {}};
  if (layers.size() == 1) {  // nothing to lay over each other
    stack.inside = {std::move(layers.front().image_bgr), std::move(layers.front().mask)};
    return stack;
  }
  stack.inside.image_bgr =
      raw ? ImageF(box.width(), box.height(), 3) : to_float(crop(frame_bgr, box.x0, box.y0, box.width(), box.height()));
  stack.inside.mask = ImageF(box.width(), box.height(), 1);
  for (const auto& layer : layers) add_layer(layer, &layer == &layers.front(), stack);
  return stack;
}

// All faces with the same settings and model.
struct SameLooks {
  SameLooks(std::span<const MergeFace> faces, const MergeSettings& settings, const MergeModel& model)
      : raw_side(settings.mode == MergeMode::raw_predict ? model.resolution : 0) {
    for (const auto& face : faces) looks.push_back({&face, &settings, &model, nullptr, {}});
  }
  std::vector<FaceLook> looks;
  int raw_side;
};

}  // namespace

Result<MergedFloat> merge_frame_float(const ImageU8& frame_bgr, std::span<const MergeFace> faces,
                                      const MergeSettings& settings, const MergeModel& model,
                                      const TransferRandom& random) {
  const SameLooks same(faces, settings, model);
  return merge_looks_float(frame_bgr, same.looks, same.raw_side, random);
}

template <class T>
Result<std::optional<ColourMeasure>> measure_colours(const Image<T>& frame_bgr, const FaceLook& look,
                                                     const TransferRandom& random) {
  std::optional<ColourMeasure> measure;
  if (is_raw(look.settings->mode) || look.settings->mode == MergeMode::original) return measure;
  TRY_VOID(merge_face(frame_bgr, look, random, &measure));
  return measure;
}
template Result<std::optional<ColourMeasure>> measure_colours(const ImageU8&, const FaceLook&, const TransferRandom&);
template Result<std::optional<ColourMeasure>> measure_colours(const ImageU16&, const FaceLook&, const TransferRandom&);

template <class T>
Result<MergedFloat> merge_looks_float(const Image<T>& frame_bgr, std::span<const FaceLook> faces, int raw_side,
                                      const TransferRandom& random) {
  TRY(auto stack, merge_faces(frame_bgr, faces, raw_side, random));
  if (raw_side > 0) return std::move(stack.inside);
  MergedFloat out{to_float(frame_bgr), ImageF(frame_bgr.width, frame_bgr.height, 1)};
  paste(out.image_bgr, stack.inside.image_bgr, stack.box.x0, stack.box.y0);
  paste(out.mask, stack.inside.mask, stack.box.x0, stack.box.y0);
  return out;
}

template Result<MergedFloat> merge_looks_float(const ImageU8&, std::span<const FaceLook>, int, const TransferRandom&);
template Result<MergedFloat> merge_looks_float(const ImageU16&, std::span<const FaceLook>, int, const TransferRandom&);

Result<DeepMerged> merge_looks(const ImageU16& frame_bgr, std::span<const FaceLook> faces, int raw_side,
                               const TransferRandom& random) {
  TRY(const auto merged, merge_looks_float(frame_bgr, faces, raw_side, random));
  return DeepMerged{to_u16_rounded(merged.image_bgr), to_u16_rounded(merged.mask)};
}

Result<Merged> merge_looks(const ImageU8& frame_bgr, std::span<const FaceLook> faces, int raw_side,
                           const TransferRandom& random) {
  TRY(const auto stack, merge_faces(frame_bgr, faces, raw_side, random));
  const ImageU8 image = to_u8_truncated(stack.inside.image_bgr), mask = to_u8_truncated(stack.inside.mask);
  if (raw_side > 0) return Merged{image, mask};
  Merged out{frame_bgr, ImageU8(frame_bgr.width, frame_bgr.height, 1)};
  paste(out.image_bgr, image, stack.box.x0, stack.box.y0);
  paste(out.mask, mask, stack.box.x0, stack.box.y0);
  return out;
}

Result<Merged> merge_frame(const ImageU8& frame_bgr, std::span<const MergeFace> faces, const MergeSettings& settings,
                           const MergeModel& model, const TransferRandom& random) {
  const SameLooks same(faces, settings, model);
  return merge_looks(frame_bgr, same.looks, same.raw_side, random);
}

Result<Merged> merge_frame(const ImageU8& frame_bgr, std::span<const MergeFace> faces, const MergeSettings& settings,
                           const MergeModel& model) {
  return merge_frame(frame_bgr, faces, settings, model, seeded_random(1));
}

}  // namespace understudy
