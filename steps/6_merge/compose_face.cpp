// SPDX-License-Identifier: Apache-2.0
// One face of a frame, step by step (spec pipeline.md 7.3).
#include <algorithm>
#include <cmath>

#include "lib/image/blend.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/motion_line.hpp"
#include "lib/image/poisson.hpp"
#include "lib/image/warp.hpp"
#include "steps/6_merge/compose_parts.hpp"
#include "steps/6_merge/crop_geometry.hpp"
#include "steps/6_merge/face_grade.hpp"
#include "steps/6_merge/lids.hpp"

namespace understudy {
namespace {

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

// What the network is shown, R x R, in SDR.
ImageF shown(const FaceContext& context, const ImageF& target) {
  ImageF face = in_sdr(context, resize(target, context.resolution, context.resolution, Interpolation::linear));
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

// Stages C and D: face and learned masks at O x O, of SDR and in SDR.
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

// The face with its eyes open as far as the frame's and looking where those do. The frame is looked at as it is, not as
// the crop's few pixels show it.
Result<ImageF> looking_as(const FaceContext& context, const ImageF& region, ImageF face) {
  if (!context.model.eyes) {
    return fail_with_hint(Code::bad_option, "Gaze and lids need the networks that see eyes, and there are none",
                          "Set gaze and lids to 0.");
  }
  TRY(const auto wanted, context.model.eyes(in_sdr(context, region), context.landmarks));
  if (!wanted) return face;
  Landmarks68 in_crop;
  for (std::size_t i = 0; i < in_crop.size(); ++i) in_crop[i] = context.crop_map(context.landmarks[i]);
  TRY(const auto has, context.model.eyes(face, in_crop));
  if (!has) return face;
  Lids lids = with_lids(std::move(face), *has, *wanted, context.settings.lids / 100.0);
  return with_gaze(std::move(lids.face_bgr), lids.eyes, *wanted, context.settings.gaze / 100.0);
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
ImageF cloned(const FaceContext& context, ImageF face, const ImageF& frame, const ImageF& mask) {
  ImageU8 inside(mask.width, mask.height, 1);
  for (int tenth = 1; tenth <= 9; ++tenth) {
    bool any = false;
    for (std::size_t i = 0; i < inside.data.size(); ++i) {
      inside.data[i] = mask.data[i] > static_cast<float>(tenth) / 10.0f ? 255 : 0;
      any = any || inside.data[i];
    }
    if (any) break;
  }
  if (context.deep || context.settings.compat == Compat::none) {
    auto clone = poisson_clone_float(face, frame, inside, !context.deep);
    return clone ? clamped(*std::move(clone)) : face;
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
void finish(const FaceContext& context, ImageF& in_frame, const ImageF& frame, const ImageF& mask) {
  const auto& s = context.settings;
  if (!changes_face(s)) return;
  if (context.plate) {
    constexpr float brightest = 6;  // of PQ's 10000 nits, as a part of SDR's white at a gamma of 2.4
    context.plate->from_codes(in_frame);
    grade(in_frame, s, brightest);
    context.plate->to_codes(in_frame);
  } else {
    grade(in_frame, s);
  }
  if (s.grain > 0) add_grain(in_frame, frame, mask, s.grain / 100);
}

// DeepFaceLab's blur is as long as the way of two frames in pixels of the frame, whatever the face's size; ours as the
// part of one frame's time that the shutter is open, along the face's way in its own pixels.
ImageF blurred_by_motion(const FaceContext& context, ImageF face) {
  const auto& s = context.settings;
  if (s.motion_blur_power == 0) return face;
  if (s.compat == Compat::none) return motion_line_blur(face, context.step * (s.motion_blur_power / 100.0));
  int length = static_cast<int>(context.motion.power * s.motion_blur_power / 100.0);
  if (length < 1) return face;
  length = std::clamp(length + 1, 2, 50) * (s.super_resolution_power != 0 ? 2 : 1);
  return motion_blur(face, length, context.motion.angle);
}

// The square's picture in its place. By our rules its border goes on beyond it, where only the mask fades: else the
// face would fade to black as well, and a mask that reaches the border show a dark line.
ImageF laid_into(const ImageF& frame, const ImageF& face, const Affine& face_from_frame, const FaceContext& context) {
  const Border border = context.settings.compat == Compat::none ? Border::replicate : Border::constant;
  return warp_inverse(face, face_from_frame, frame.width, frame.height, Interpolation::cubic, border);
}

// Stage L: filters on the pasted face. `region` is what surrounds the frame's inner part, empty where that is all;
// `frame` becomes the degraded background.
ImageF second_stage(const FaceContext& context, ImageF region, ImageF& frame, const ImageF& pasted, const ImageF& mask,
                    const ImageF& target, const ImageF& crop_mask) {
  const auto& s = context.settings;
  const int o = context.output;
  if (!region.empty()) paste(region, pasted, context.inner.x0, context.inner.y0);
  ImageF face = warp(region.empty() ? pasted : region, context.crop_map, o, o, Interpolation::cubic);
  if (is_seamless(s.mode)) {
    face = recoloured(context, std::move(face), target, crop_mask);
    if (context.measure) return face;
  }
  face = blurred_by_motion(context, std::move(face));
  face = blur_sharpen(face, s.sharpen, 3, s.blur_sharpen_amount);
  if (s.denoise_power != 0) frame = denoise(std::move(frame), s.denoise_power);
  if (s.bicubic_degrade_power != 0) frame = bicubic_degrade(frame, s.bicubic_degrade_power);
  ImageF in_frame = laid_into(frame, face, context.inner_crop_map, context);
  finish(context, in_frame, frame, mask);
  return clamped(blended(frame, std::move(in_frame), mask));
}

// Stages H to M for the modes that paste.
ImageF pasted_face(const FaceContext& context, ImageF region, ImageF frame, ImageF face, const ImageF& target,
                   const ImageF& mask, const ImageF& crop_mask) {
  const auto& s = context.settings;
  if (!worth_pasting(mask)) return frame;
  if (!is_seamless(s.mode)) {
    face = recoloured(context, std::move(face), target, crop_mask);
    if (context.measure) return frame;
  }
  ImageF in_frame = clamped(laid_into(frame, face, context.scaled_map, context));
  if (is_seamless(s.mode)) in_frame = cloned(context, std::move(in_frame), frame, mask);
  const bool once_more = needs_second_stage(s);
  if (!once_more) finish(context, in_frame, frame, mask);
  ImageF out = blended(frame, std::move(in_frame), mask);
  if (once_more) out = second_stage(context, std::move(region), frame, out, mask, target, crop_mask);
  if (s.colour_degrade_power != 0) out = colour_degrade(out, s.colour_degrade_power);
  return out;
}

// By our rules face and mask have borders of different kinds; by DeepFaceLab's they are one picture of four channels,
// which takes one warp.
ImageF raw_face(const FaceContext& context, ImageF frame, const ImageF& face) {
  if (context.settings.compat == Compat::none) {
    const ImageF ones(context.output, context.output, 1, 1.0f);
    const ImageF inside = warp_inverse(ones, context.scaled_map, frame.width, frame.height, Interpolation::cubic);
    return clamped(blended(frame, laid_into(frame, face, context.scaled_map, context), inside));
  }
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

// The chosen mask at the working side, softened.
Result<ImageF> crop_mask_of(const FaceContext& context, const ImageF& region, const Prediction& prediction) {
  const auto& settings = context.settings;
  const int o = context.output, s = context.mask_side;
  ImageF hull;
  if (settings.mask_mode == MaskMode::dst) {
    hull = clamped(
        warp(hull_mask(region.width, region.height, context.landmarks), context.crop_map, o, o, Interpolation::cubic));
  }
  TRY(auto mask, select_mask(context, region, hull, prediction.face_bgr, prediction));
  drop_small(mask);
  mask = resize(mask, s, s, Interpolation::cubic);
  if (is_raw(settings.mode)) return mask;
  return soften_mask(mask, context.resolution, settings.erode, settings.blur, settings.compat);
}

}  // namespace

template <class T>
Result<FaceLayer> merge_face(const Image<T>& frame_bgr, const FaceLook& look, const TransferRandom& random,
                             std::optional<ColourMeasure>* measure) {
  const MergeSettings& settings = *look.settings;
  FaceLayer layer;
  layer.box = region_of(frame_bgr.width, frame_bgr.height, look.face->landmarks, settings, *look.model);
  if (layer.box.empty()) return layer;
  const PixelBox box = layer.box;
  FaceContext context = context_of(look, box, sizeof(T) > 1, random, measure);
  const int o = context.output;
  ImageF region = to_float(crop(frame_bgr, box.x0, box.y0, box.width(), box.height()));

  const ImageF target = target_of(context, region);
  TRY(auto prediction, predicted(context, target));
  if ((settings.gaze > 0 || settings.lids > 0) && settings.mode != MergeMode::original) {
    TRY(prediction.face_bgr, looking_as(context, region, std::move(prediction.face_bgr)));
  }
  TRY(auto crop_mask, crop_mask_of(context, region, prediction));
  if (context.plate) context.plate->to_codes(prediction.face_bgr);

  if (!is_raw(settings.mode) && !changes_whole_frame(settings)) {
    const PixelBox inner = reach_of(crop_mask, context.mask_map, context.inner);
    if (inner.empty()) return FaceLayer();
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
template Result<FaceLayer> merge_face(const ImageU8&, const FaceLook&, const TransferRandom&,
                                      std::optional<ColourMeasure>*);
template Result<FaceLayer> merge_face(const ImageU16&, const FaceLook&, const TransferRandom&,
                                      std::optional<ColourMeasure>*);

template <class T>
ImageF shown_first(const Image<T>& frame_bgr, const FaceLook& look) {
  const PixelBox box = region_of(frame_bgr.width, frame_bgr.height, look.face->landmarks, *look.settings, *look.model);
  if (box.empty()) return {};
  const TransferRandom none;
  const FaceContext context = context_of(look, box, sizeof(T) > 1, none);
  return shown(context, target_of(context, to_float(crop(frame_bgr, box.x0, box.y0, box.width(), box.height()))));
}
template ImageF shown_first(const ImageU8&, const FaceLook&);
template ImageF shown_first(const ImageU16&, const FaceLook&);

}  // namespace understudy
