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

namespace understudy {
namespace {

constexpr float smallest = 1.0f / 255.0f;

void drop_small(ImageF& mask) {
  for (auto& v : mask.data) v = v < smallest ? 0.0f : v;
}

// background * (1 - mask) + face * mask
ImageF blended(const ImageF& background, const ImageF& face, const ImageF& mask) {
  ImageF out = background;
  for (std::size_t i = 0; i < out.data.size(); ++i) {
    const float a = mask.data[i / 3];
    out.data[i] = background.data[i] * (1 - a) + face.data[i] * a;
  }
  return out;
}

ImageF clamped(ImageF image) {
  clamp_01(image);
  return image;
}

// Denoise, bicubic and colour degrade work on the whole frame, so there the region is the frame.
bool changes_whole_frame(const MergeSettings& s) {
  return s.denoise_power != 0 || s.bicubic_degrade_power != 0 || s.colour_degrade_power != 0;
}

// The part of the frame that a crop sees or is pasted to, with room for the widest filter.
void grow(PixelBox& box, const Affine& crop_from_frame, int side) {
  const Affine frame_from_crop = crop_from_frame.inverse();
  const double edge = 4;
  for (const Point corner :
       {Point{-edge, -edge}, {side + edge, -edge}, {side + edge, side + edge}, {-edge, side + edge}}) {
    const Point p = frame_from_crop(corner);
    const auto bounded = [](double v) { return static_cast<int>(std::clamp(std::isfinite(v) ? v : 0.0, -1e6, 1e6)); };
    box.x0 = std::min(box.x0, bounded(std::floor(p.x) - 4));
    box.y0 = std::min(box.y0, bounded(std::floor(p.y) - 4));
    box.x1 = std::max(box.x1, bounded(std::ceil(p.x) + 5));
    box.y1 = std::max(box.y1, bounded(std::ceil(p.y) + 5));
  }
}

template <class T>
PixelBox region_of(const Image<T>& frame, const Landmarks68& landmarks, const MergeSettings& settings,
                   const MergeModel& model) {
  PixelBox box{frame.width, frame.height, 0, 0};
  const Affine map = face_matrix(landmarks, model.resolution, model.face_type);
  const double area = map.m[0] * map.m[4] - map.m[1] * map.m[3];
  if (!std::isfinite(area) || !std::isfinite(map.m[2] + map.m[5]) || area < 1e-9) return {};  // no face to speak of
  if (changes_whole_frame(settings)) return {0, 0, frame.width, frame.height};
  grow(box, map, model.resolution);
  grow(box, face_matrix(landmarks, model.resolution, model.face_type, 1 + 0.01 * settings.face_scale),
       model.resolution);
  return {std::max(box.x0, 0), std::max(box.y0, 0), std::min(box.x1, frame.width), std::min(box.y1, frame.height)};
}

FaceContext context_of(const FaceLook& look, const PixelBox& box, bool deep, const TransferRandom& random,
                       std::optional<ColourMeasure>* measure) {
  const MergeFace& face = *look.face;
  const MergeSettings& settings = *look.settings;
  const MergeModel& model = *look.model;
  const int resolution = model.resolution;
  const int output = settings.super_resolution_power != 0 ? 4 * resolution : resolution;
  const bool exact = settings.compat == Compat::none;
  const Affine from_region{{1, 0, double(box.x0), 0, 1, double(box.y0)}};
  const auto map = [&](int side, int face_scale) {
    return crop_from_frame(face.landmarks, side, model.face_type, settings.compat, face_scale) * from_region;
  };
  FaceContext context{settings,
                      model,
                      random,
                      resolution,
                      output,
                      4 * resolution,
                      map(output, 0),
                      map(output, settings.face_scale),
                      map(4 * resolution, settings.face_scale),
                      map(256, 0),
                      face.landmarks,
                      face.motion,
                      {},
                      deep,
                      look.plate,
                      look.window,
                      measure};
  const auto& m = context.crop_map.m;
  context.step = {m[0] * face.step.x + m[1] * face.step.y, m[3] * face.step.x + m[4] * face.step.y};
  // Whole before they are shifted, so that the hull's whole pixels are those of the frame.
  const auto whole = [exact](double v) { return exact ? std::floor(v + 0.5) : std::trunc(v); };
  for (auto& p : context.landmarks) p = {whole(p.x) - box.x0, whole(p.y) - box.y0};
  return context;
}

// Stages C and D: face and learned masks at O x O, of SDR and in SDR.
Result<Prediction> predicted(const FaceContext& context, const ImageF& target) {
  const int r = context.resolution, o = context.output;
  TRY(auto prediction, context.model.predict(in_sdr(context, resize(target, r, r, Interpolation::linear))));
  for (auto* part : {&prediction.face_bgr, &prediction.mask_prd, &prediction.mask_dst}) {
    if (part->width != r || part->height != r)
      return fail(Code::internal, "The model's picture is not {} pixels wide", r);
    clamp_01(*part);
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
    auto clone = poisson_clone_float(face, frame, inside);
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

// Stage L: filters on the pasted face. `frame` becomes the degraded background.
ImageF second_stage(const FaceContext& context, ImageF& frame, const ImageF& pasted, const ImageF& mask,
                    const ImageF& target, const ImageF& crop_mask) {
  const auto& s = context.settings;
  const int o = context.output;
  ImageF face = warp(pasted, context.crop_map, o, o, Interpolation::cubic);
  if (is_seamless(s.mode)) {
    face = recoloured(context, std::move(face), target, crop_mask);
    if (context.measure) return face;
  }
  face = blurred_by_motion(context, std::move(face));
  face = blur_sharpen(face, s.sharpen, 3, s.blur_sharpen_amount);
  if (s.denoise_power != 0) frame = denoise(std::move(frame), s.denoise_power);
  if (s.bicubic_degrade_power != 0) frame = bicubic_degrade(frame, s.bicubic_degrade_power);
  ImageF in_frame = laid_into(frame, face, context.crop_map, context);
  finish(context, in_frame, frame, mask);
  return clamped(blended(frame, in_frame, mask));
}

// Stages H to M for the modes that paste.
ImageF pasted_face(const FaceContext& context, ImageF frame, ImageF face, const ImageF& target, const ImageF& mask,
                   const ImageF& crop_mask) {
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
  ImageF out = blended(frame, in_frame, mask);
  if (once_more) out = second_stage(context, frame, out, mask, target, crop_mask);
  if (s.colour_degrade_power != 0) out = colour_degrade(out, s.colour_degrade_power);
  return out;
}

ImageF raw_face(const FaceContext& context, const ImageF& frame, const ImageF& face) {
  const ImageF ones(context.output, context.output, 1, 1.0f);
  const ImageF inside = warp_inverse(ones, context.scaled_map, frame.width, frame.height, Interpolation::cubic);
  return clamped(blended(frame, laid_into(frame, face, context.scaled_map, context), inside));
}

}  // namespace

template <class T>
Result<FaceLayer> merge_face(const Image<T>& frame_bgr, const FaceLook& look, const TransferRandom& random,
                             std::optional<ColourMeasure>* measure) {
  const MergeSettings& settings = *look.settings;
  FaceLayer layer;
  layer.box = region_of(frame_bgr, look.face->landmarks, settings, *look.model);
  if (layer.box.empty()) return layer;
  const PixelBox& box = layer.box;
  const FaceContext context = context_of(look, box, sizeof(T) > 1, random, measure);
  const int o = context.output, s = context.mask_side;
  const ImageF frame = to_float(crop(frame_bgr, box.x0, box.y0, box.width(), box.height()));

  const ImageF target = clamped(warp(frame, context.crop_map, o, o, Interpolation::cubic));
  ImageF hull;
  if (settings.mask_mode == MaskMode::dst) {
    hull = clamped(
        warp(hull_mask(frame.width, frame.height, context.landmarks), context.crop_map, o, o, Interpolation::cubic));
  }
  TRY(auto prediction, predicted(context, target));
  TRY(auto crop_mask, select_mask(context, frame, hull, prediction.face_bgr, prediction));
  if (context.plate) context.plate->to_codes(prediction.face_bgr);
  drop_small(crop_mask);
  crop_mask = resize(crop_mask, s, s, Interpolation::cubic);
  if (!is_raw(settings.mode))
    crop_mask = soften_mask(crop_mask, context.resolution, settings.erode, settings.blur, settings.compat);

  layer.mask = warp_inverse(crop_mask, context.mask_map, frame.width, frame.height, Interpolation::cubic);
  clamp_01(layer.mask);
  drop_small(layer.mask);
  crop_mask = resize(crop_mask, o, o, Interpolation::cubic);
  switch (settings.mode) {
    case MergeMode::original:
      layer.image_bgr = frame;
      break;
    case MergeMode::raw_rgb:
      layer.image_bgr = raw_face(context, frame, prediction.face_bgr);
      break;
    case MergeMode::raw_predict:
      layer = {{0, 0, o, o}, std::move(prediction.face_bgr), std::move(crop_mask)};
      break;
    default:
      layer.image_bgr = pasted_face(context, frame, std::move(prediction.face_bgr), target, layer.mask, crop_mask);
  }
  return layer;
}
template Result<FaceLayer> merge_face(const ImageU8&, const FaceLook&, const TransferRandom&,
                                      std::optional<ColourMeasure>*);
template Result<FaceLayer> merge_face(const ImageU16&, const FaceLook&, const TransferRandom&,
                                      std::optional<ColourMeasure>*);

}  // namespace understudy
