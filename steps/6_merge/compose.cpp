// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/compose.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lib/image/blend.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/warp.hpp"
#include "steps/6_merge/compose_parts.hpp"
#include "steps/6_merge/face_grade.hpp"

namespace understudy {
namespace {

// One face's result inside its region of the frame; outside, the frame is unchanged and the mask is 0.
struct Layer {
  PixelBox box;
  ImageF image_bgr;
  ImageF mask;
};

constexpr float smallest = 1.0f / 255.0f;

void drop_small(ImageF& mask) {
  for (auto& v : mask.data) v = v < smallest ? 0.0f : v;
}

// background * (1 - mask) + face * mask
ImageF blended(const ImageF& background, ImageF face, const ImageF& mask) {
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    const float a = mask.data[i], rest = 1 - a;
    const float* back = background.data.data() + 3 * i;
    float* out = face.data.data() + 3 * i;
    for (int c = 0; c < 3; ++c) out[c] = back[c] * rest + out[c] * a;
  }
  return face;
}

ImageF clamped(ImageF image) {
  clamp_01(image);
  return image;
}

// With so many per cent more of what a small blur takes away. Not clamped.
ImageF sharper(const ImageF& face, int per_cent) {
  constexpr int kernel = 5;
  const ImageF soft = gaussian_blur(face, kernel);
  const float gain = static_cast<float>(per_cent) / 100;
  ImageF out = face;
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] += gain * (face.data[i] - soft.data[i]);
  return out;
}

// What the network is shown, R x R.
ImageF shown(const FaceContext& context, const ImageF& target) {
  ImageF face = resize(target, context.resolution, context.resolution, Interpolation::linear);
  const int power = context.settings.pre_sharpen;
  return power > 0 ? clamped(sharper(face, power)) : face;
}

// Stage B: the frame's part as a crop, O x O.
ImageF target_of(const FaceContext& context, const ImageF& region) {
  return clamped(warp(region, context.crop_map, context.output, context.output, Interpolation::cubic));
}

// What the network says of a face, R x R.
Result<Prediction> asked(const MergeModel& model, const ImageF& face) {
  TRY(auto prediction, model.predict(face));
  for (auto* part : {&prediction.face_bgr, &prediction.mask_prd, &prediction.mask_dst}) {
    if (part->width != model.resolution || part->height != model.resolution)
      return fail(Code::internal, "The model's picture is not {} pixels wide", model.resolution);
    clamp_01(*part);
  }
  return prediction;
}

// Stages C and D: face and learned masks at O x O.
Result<Prediction> predicted(const FaceContext& context, const ImageF& target) {
  const int o = context.output;
  TRY(auto prediction, asked(context.model, shown(context, target)));
  if (context.settings.two_pass) {
    TRY(auto second, asked(context.model, prediction.face_bgr));
    prediction.face_bgr = std::move(second.face_bgr);
    prediction.mask_prd = std::move(second.mask_prd);
  }
  const int power = context.settings.super_resolution_power;
  if (power == 0) return prediction;
  if (!context.model.enhance) {
    return fail_with_hint(Code::bad_option, "Super resolution needs an enhancer model, and there is none",
                          "Set super resolution to 0.");
  }
  TRY(const auto enhanced, context.model.enhance(prediction.face_bgr));
  ImageF face = resize(prediction.face_bgr, o, o, Interpolation::linear);
  const auto weight = static_cast<float>(power) / 100.0f;
  if (enhanced.data.size() != face.data.size())
    return fail(Code::internal, "The enhancer's picture is not {} pixels wide", o);
  for (std::size_t i = 0; i < face.data.size(); ++i)
    face.data[i] = face.data[i] * (1 - weight) + enhanced.data[i] * weight;
  return Prediction{clamped(std::move(face)), resize(prediction.mask_prd, o, o, Interpolation::cubic),
                    resize(prediction.mask_dst, o, o, Interpolation::cubic)};
}

// Wide and high enough to paste where the mask is at least 0.1.
bool worth_pasting(const ImageF& mask) {
  int x0 = mask.width, x1 = -1, y0 = mask.height, y1 = -1;
  for (int y = 0; y < mask.height; ++y) {
    const float* row = mask.row(y);
    for (int x = 0; x < mask.width; ++x) {
      if (row[x] < 0.1f) continue;
      x0 = std::min(x0, x), x1 = std::max(x1, x);
      y0 = std::min(y0, y), y1 = std::max(y1, y);
    }
  }
  return x1 - x0 >= 4 && y1 - y0 >= 4;
}

// Stage K for seamless modes. The face stays as it is where it cannot be cloned.
ImageF cloned(ImageF face, const ImageF& frame, const ImageF& mask) {
  ImageU8 inside(mask.width, mask.height, 1);
  for (int tenth = 1; tenth <= 9; ++tenth) {
    bool any = false;
    for (std::size_t i = 0; i < inside.data.size(); ++i) {
      inside.data[i] = mask.data[i] > static_cast<float>(tenth) / 10.0f ? 255 : 0;
      any = any || inside.data[i];
    }
    if (any) break;
  }
  const auto clone = poisson_clone(to_u8_truncated(face), to_u8_rounded(frame), inside);
  return clone ? to_float(*clone) : face;
}

bool needs_second_stage(const MergeSettings& s) {
  return (is_seamless(s.mode) && s.colour_transfer != ColourTransfer::none) ||
         s.mode == MergeMode::seamless_hist_match || s.motion_blur_power != 0 || s.blur_sharpen_amount != 0 ||
         s.denoise_power != 0 || s.bicubic_degrade_power != 0;
}

// The last that is done to the face before it is laid over the frame; not in the original.
void finish(ImageF& in_frame, const ImageF& frame, const ImageF& mask, const MergeSettings& s) {
  if (!changes_face(s)) return;
  grade(in_frame, s);
  if (s.grain > 0) add_grain(in_frame, frame, mask, s.grain / 100);
}

// Stage L: filters on the pasted face. `region` is what surrounds the frame's inner part, empty where that is all;
// `frame` becomes the degraded background.
ImageF second_stage(const FaceContext& context, ImageF region, ImageF& frame, const ImageF& pasted, const ImageF& mask,
                    const ImageF& target, const ImageF& crop_mask) {
  const auto& s = context.settings;
  const int o = context.output;
  if (!region.empty()) paste(region, pasted, context.inner.x0, context.inner.y0);
  ImageF face = warp(region.empty() ? pasted : region, context.crop_map, o, o, Interpolation::cubic);
  if (is_seamless(s.mode)) face = transfer_colour(s.colour_transfer, face, target, crop_mask, context.random);
  if (s.mode == MergeMode::seamless_hist_match) face = match_histogram(face, target, s.hist_match_threshold);
  if (s.motion_blur_power != 0) {
    int length = static_cast<int>(context.motion.power * s.motion_blur_power / 100.0);
    if (length >= 1) {
      length = std::clamp(length + 1, 2, 50) * (s.super_resolution_power != 0 ? 2 : 1);
      face = motion_blur(face, length, context.motion.angle);
    }
  }
  face = blur_sharpen(face, s.sharpen, 3, s.blur_sharpen_amount);
  if (s.denoise_power != 0) frame = denoise(std::move(frame), s.denoise_power);
  if (s.bicubic_degrade_power != 0) frame = bicubic_degrade(frame, s.bicubic_degrade_power);
  ImageF in_frame = warp_inverse(face, context.inner_crop_map, frame.width, frame.height, Interpolation::cubic);
  finish(in_frame, frame, mask, s);
  return clamped(blended(frame, std::move(in_frame), mask));
}

// Stages H to M for the modes that paste.
ImageF pasted_face(const FaceContext& context, ImageF region, ImageF frame, ImageF face, const ImageF& target,
                   const ImageF& mask, const ImageF& crop_mask) {
  const auto& s = context.settings;
  if (!worth_pasting(mask)) return frame;
  if (!is_seamless(s.mode)) face = transfer_colour(s.colour_transfer, face, target, crop_mask, context.random);
  if (s.mode == MergeMode::hist_match) face = match_masked(s, face, target, crop_mask);
  ImageF in_frame = clamped(warp_inverse(face, context.scaled_map, frame.width, frame.height, Interpolation::cubic));
  if (is_seamless(s.mode)) in_frame = cloned(std::move(in_frame), frame, mask);
  const bool once_more = needs_second_stage(s);
  if (!once_more) finish(in_frame, frame, mask, s);
  ImageF out = blended(frame, std::move(in_frame), mask);
  if (once_more) out = second_stage(context, std::move(region), frame, out, mask, target, crop_mask);
  if (s.colour_degrade_power != 0) out = colour_degrade(out, s.colour_degrade_power);
  return out;
}

ImageF raw_face(const FaceContext& context, ImageF frame, const ImageF& face) {
  // With a fourth channel that says where the face lies.
  ImageF marked(face.width, face.height, 4, 1.0f);
  for (std::size_t i = 0; i < marked.data.size() / 4; ++i) std::copy_n(&face.data[3 * i], 3, &marked.data[4 * i]);
  const ImageF laid = warp_inverse(marked, context.scaled_map, frame.width, frame.height, Interpolation::cubic);
  for (std::size_t i = 0; i < laid.data.size() / 4; ++i) {
    const float* p = &laid.data[4 * i];
    for (std::size_t c = 0; c < 3; ++c) {
      float& v = frame.data[3 * i + c];
      v = std::clamp(v * (1 - p[3]) + p[c] * p[3], 0.0f, 1.0f);
    }
  }
  return frame;
}

template <class T>
Result<Layer> merge_face(const Image<T>& frame_bgr, const MergeFace& face, const MergeSettings& settings,
                         const MergeModel& model, const TransferRandom& random) {
  Layer layer;
  layer.box = region_of(frame_bgr.width, frame_bgr.height, face.landmarks, settings, model);
  if (layer.box.empty()) return layer;
  const PixelBox box = layer.box;
  FaceContext context = context_of(face, box, settings, model, random);
  const int o = context.output, s = context.mask_side;
  ImageF region = to_float(crop(frame_bgr, box.x0, box.y0, box.width(), box.height()));

  const ImageF target = target_of(context, region);
  ImageF hull;
  if (settings.mask_mode == MaskMode::dst) {
    hull = clamped(
        warp(hull_mask(region.width, region.height, context.landmarks), context.crop_map, o, o, Interpolation::cubic));
  }
  TRY(auto prediction, predicted(context, target));
  TRY(auto crop_mask, select_mask(context, region, hull, prediction.face_bgr, prediction));
  drop_small(crop_mask);
  crop_mask = resize(crop_mask, s, s, Interpolation::cubic);
  if (!is_raw(settings.mode)) crop_mask = soften_mask(crop_mask, context.resolution, settings.erode, settings.blur);

  if (!is_raw(settings.mode) && !changes_whole_frame(settings)) {
    const PixelBox inner = reach_of(crop_mask, context.mask_map, context.inner);
    if (inner.empty()) return Layer();
    narrow(context, inner);
    layer.box = {box.x0 + inner.x0, box.y0 + inner.y0, box.x0 + inner.x1, box.y0 + inner.y1};
  }
  const PixelBox& inner = context.inner;
  const bool whole = inner.width() == region.width && inner.height() == region.height;
  ImageF frame = whole ? std::move(region) : crop(region, inner.x0, inner.y0, inner.width(), inner.height());
  layer.mask = warp_inverse(crop_mask, context.mask_map, frame.width, frame.height, Interpolation::cubic);
  clamp_01(layer.mask);
  drop_small(layer.mask);
  crop_mask = resize(crop_mask, o, o, Interpolation::cubic);
  switch (settings.mode) {
    case MergeMode::original:
      layer.image_bgr = std::move(frame);
      break;
    case MergeMode::raw_rgb:
      layer.image_bgr = raw_face(context, std::move(frame), prediction.face_bgr);
      break;
    case MergeMode::raw_predict:
      layer = {{0, 0, o, o}, std::move(prediction.face_bgr), std::move(crop_mask)};
      break;
    default:
      layer.image_bgr = pasted_face(context, std::move(region), std::move(frame), std::move(prediction.face_bgr),
                                    target, layer.mask, crop_mask);
  }
  return layer;
}

// All faces laid over each other, inside the box around their regions; outside, the frame is unchanged and the mask is
// 0.
struct Stack {
  PixelBox box;
  MergedFloat inside;
};

// The first face's picture is taken as it is, the next ones are blended over it (spec pipeline.md 7.4).
void add_layer(const Layer& layer, bool first, Stack& stack) {
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
  std::vector<Layer> layers;
  PixelBox box;
  for (const auto& [face, settings, model] : faces) {
    check(model->resolution > 0 && model->predict, "a model");
    check((settings->mode == MergeMode::raw_predict) == raw, "raw-predict for all faces of a frame or for none");
    TRY(auto layer, merge_face(frame_bgr, *face, *settings, *model, random));
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
    for (const auto& face : faces) looks.push_back({&face, &settings, &model});
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

template <class T>
ImageF shown_first(const Image<T>& frame_bgr, const FaceLook& look) {
  const auto& [face, settings, model] = look;
  const PixelBox box = region_of(frame_bgr.width, frame_bgr.height, face->landmarks, *settings, *model);
  if (box.empty()) return {};
  const TransferRandom none;
  const FaceContext context = context_of(*face, box, *settings, *model, none);
  return shown(context, target_of(context, to_float(crop(frame_bgr, box.x0, box.y0, box.width(), box.height()))));
}
template ImageF shown_first(const ImageU8&, const FaceLook&);
template ImageF shown_first(const ImageU16&, const FaceLook&);

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
