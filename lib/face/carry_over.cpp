// SPDX-License-Identifier: Apache-2.0
#include "lib/face/carry_over.hpp"

#include <algorithm>
#include <cmath>

#include "lib/image/warp.hpp"

namespace understudy {
namespace {

// Pixels of one square picture to those of another that shows the same area, by pixel centres.
Affine same_area(double from, double to) {
  const double ratio = to / from, shift = (ratio - 1) / 2;
  return {{ratio, 0, shift, 0, ratio, shift}};
}

bool is_binary(const ImageF& mask) {
  return std::ranges::all_of(mask.data, [](float v) { return v == 0 || v == 1; });
}

bool is_ours(const std::string& key) { return key.starts_with("understudy_"); }

}  // namespace

bool has_hand_work(const FaceInfo& info) {
  return !info.polygons.empty() || info.xseg_mask || info.eyebrows_expand_mod != 1 ||
         std::ranges::any_of(info.extra, [](const auto& item) { return !is_ours(item.first); });
}

// DeepFaceLab takes the mask's own side for 256 (spec pipeline.md W22).
Result<> move_mask(FaceInfo& info, const Affine& new_from_old, int old_size, int new_size) {
  TRY(const ImageF mask, decode_mask(*info.xseg_mask));
  const int side = mask.width;
  const Affine map = same_area(new_size, side) * new_from_old * same_area(side, old_size);
  ImageF moved = warp(mask, map, side, side, Interpolation::lanczos4);
  // Lanczos rings; a mask that was yes or no stays so, a soft one keeps its softness (spec pipeline.md W31).
  const bool binary = is_binary(mask);
  for (float& v : moved.data) v = binary ? (v < 0.5F ? 0.F : 1.F) : std::clamp(v, 0.F, 1.F);
  TRY(info.xseg_mask, encode_mask(moved));
  return {};
}

Result<> carry_hand_work(const FaceInfo& from, int from_size, FaceInfo& to, int to_size) {
  const Affine none{{1, 0, 0, 0, 1, 0}};
  const bool same = from.image_to_face_mat == to.image_to_face_mat && from_size == to_size;
  const Affine new_from_old =
      same ? none : to.image_to_face_mat.value_or(none) * from.image_to_face_mat.value_or(none).inverse();
  for (const double m : new_from_old.m)
    if (!std::isfinite(m)) return fail(Code::bad_file, "its alignment cannot be turned round");
  to.polygons = from.polygons;
  for (auto& polygon : to.polygons)
    for (auto& point : polygon.points) point = new_from_old(point);
  to.xseg_mask = from.xseg_mask;
  if (to.xseg_mask && !same) TRY_VOID(move_mask(to, new_from_old, from_size, to_size));
  to.eyebrows_expand_mod = from.eyebrows_expand_mod;
  for (const auto& item : from.extra)
    if (!is_ours(item.first)) to.extra.push_back(item);
  return {};
}

}  // namespace understudy
