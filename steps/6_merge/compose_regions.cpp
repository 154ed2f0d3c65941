// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "steps/6_merge/compose_parts.hpp"
#include "steps/6_merge/crop_geometry.hpp"

namespace understudy {
namespace {

void grow_to(PixelBox& box, const Point& p) {
  const auto bounded = [](double v) { return static_cast<int>(std::clamp(std::isfinite(v) ? v : 0.0, -1e6, 1e6)); };
  box.x0 = std::min(box.x0, bounded(std::floor(p.x) - 4));
  box.y0 = std::min(box.y0, bounded(std::floor(p.y) - 4));
  box.x1 = std::max(box.x1, bounded(std::ceil(p.x) + 5));
  box.y1 = std::max(box.y1, bounded(std::ceil(p.y) + 5));
}

// The part of the frame that a crop sees or is pasted to, with room for the widest filter.
void grow(PixelBox& box, const Affine& crop_from_frame, int side) {
  const Affine frame_from_crop = crop_from_frame.inverse();
  const double edge = 4;
  for (const Point corner :
       {Point{-edge, -edge}, {side + edge, -edge}, {side + edge, side + edge}, {-edge, side + edge}}) {
    grow_to(box, frame_from_crop(corner));
  }
}

}  // namespace

bool changes_whole_frame(const MergeSettings& s) {
  return s.denoise_power != 0 || s.bicubic_degrade_power != 0 || s.colour_degrade_power != 0;
}

PixelBox region_of(int frame_width, int frame_height, const Landmarks68& landmarks, const MergeSettings& settings,
                   const MergeModel& model) {
  PixelBox box{frame_width, frame_height, 0, 0};
  const Affine map = face_matrix(landmarks, model.resolution, model.face_type);
  const double area = map.m[0] * map.m[4] - map.m[1] * map.m[3];
  if (!std::isfinite(area) || !std::isfinite(map.m[2] + map.m[5]) || area < 1e-9) return {};  // no face to speak of
  if (changes_whole_frame(settings)) return {0, 0, frame_width, frame_height};
  grow(box, map, model.resolution);
  grow(box, face_matrix(landmarks, model.resolution, model.face_type, 1 + 0.01 * settings.face_scale),
       model.resolution);
  return {std::max(box.x0, 0), std::max(box.y0, 0), std::min(box.x1, frame_width), std::min(box.y1, frame_height)};
}

FaceContext context_of(const FaceLook& look, const PixelBox& box, bool deep, const TransferRandom& random,
                       std::optional<ColourMeasure>* measure) {
  const MergeFace& face = *look.face;
  const MergeSettings& settings = *look.settings;
  const MergeModel& model = *look.model;
  const int resolution = model.resolution;
  const int output = settings.super_resolution_power != 0 ? enlargement * resolution : resolution;
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
                      measure,
                      {0, 0, box.width(), box.height()},
                      map(output, 0)};
  const auto& m = context.crop_map.m;
  context.step = {m[0] * face.step.x + m[1] * face.step.y, m[3] * face.step.x + m[4] * face.step.y};
  // Whole before they are shifted, so that the hull's whole pixels are those of the frame.
  const auto whole = [exact](double v) { return exact ? std::floor(v + 0.5) : std::trunc(v); };
  for (auto& p : context.landmarks) p = {whole(p.x) - box.x0, whole(p.y) - box.y0};
  return context;
}

PixelBox reach_of(const ImageF& crop_mask, const Affine& mask_map, const PixelBox& region) {
  PixelBox in_crop{crop_mask.width, crop_mask.height, 0, 0};
  for (int y = 0; y < crop_mask.height; ++y) {
    const float *row = crop_mask.row(y), *end = row + crop_mask.width;
    const float* first = std::find_if(row, end, [](float v) { return v > 0; });
    if (first == end) continue;
    while (end[-1] <= 0) --end;
    in_crop = {std::min<int>(in_crop.x0, static_cast<int>(first - row)), std::min(in_crop.y0, y),
               std::max<int>(in_crop.x1, static_cast<int>(end - row)), y + 1};
  }
  if (in_crop.empty()) return {};
  constexpr double taps = 3;  // of the cubic warp, in the mask's pixels
  PixelBox box{region.x1, region.y1, region.x0, region.y0};
  const Affine region_from_crop = mask_map.inverse();
  for (const Point corner : {Point{in_crop.x0 - taps, in_crop.y0 - taps},
                             {in_crop.x1 + taps, in_crop.y0 - taps},
                             {in_crop.x1 + taps, in_crop.y1 + taps},
                             {in_crop.x0 - taps, in_crop.y1 + taps}})
    grow_to(box, region_from_crop(corner));
  return {std::max(box.x0, region.x0), std::max(box.y0, region.y0), std::min(box.x1, region.x1),
          std::min(box.y1, region.y1)};
}

void narrow(FaceContext& context, const PixelBox& inner) {
  const Affine from_inner{{1, 0, double(inner.x0), 0, 1, double(inner.y0)}};
  context.inner = inner;
  context.inner_crop_map = context.crop_map * from_inner;
  context.scaled_map = context.scaled_map * from_inner;
  context.mask_map = context.mask_map * from_inner;
}

}  // namespace understudy
