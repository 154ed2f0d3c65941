// SPDX-License-Identifier: Apache-2.0
#include "lib/face/face_mask.hpp"

#include <algorithm>

#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

struct Overlap {
  std::size_t both = 0, only_a = 0, only_b = 0;
};

Overlap overlap(const ImageF& a, const ImageF& b) {
  check(a.channels == 1 && b.channels == 1 && a.data.size() == b.data.size(), "two masks of one size");
  Overlap sum;
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    const bool in_a = a.data[i] >= 0.5F, in_b = b.data[i] >= 0.5F;
    sum.both += in_a && in_b;
    sum.only_a += in_a && !in_b;
    sum.only_b += !in_a && in_b;
  }
  return sum;
}

double share(std::size_t part, std::size_t whole, double of_nothing) {
  return whole == 0 ? of_nothing : static_cast<double>(part) / static_cast<double>(whole);
}

double iou_of(const Overlap& sum) { return share(sum.both, sum.both + sum.only_a + sum.only_b, 1); }

}  // namespace

Result<std::optional<ImageF>> stored_mask(const FaceInfo& info, int width, int height) {
  if (!info.xseg_mask) return std::nullopt;
  auto decoded = decode_mask(*info.xseg_mask);
  if (!decoded) return during(std::move(decoded).error(), "reading its mask");
  ImageF mask = *std::move(decoded);
  if (mask.width != width || mask.height != height) mask = resize(mask, width, height, Interpolation::cubic);
  clamp_01(mask);
  return mask;
}

std::optional<ImageF> label_mask(const FaceInfo& info, int width, int height) {
  const auto includes = [](const Polygon& p) { return p.kind == Polygon::Kind::include && !p.points.empty(); };
  if (std::ranges::none_of(info.polygons, includes)) return std::nullopt;
  return polygon_mask(width, height, info.polygons);
}

double mask_iou(const ImageF& a, const ImageF& b) {
  if (a.width == b.width && a.height == b.height) return iou_of(overlap(a, b));
  return iou_of(overlap(a, resize(b, a.width, a.height, Interpolation::linear)));
}

double mask_uncertainty(const ImageF& probability, double threshold) {
  double wrong = 0, either = 0;  // numbers of pixels, expected
  for (const float value : probability.data) {
    const double p = std::clamp(static_cast<double>(value), 0.0, 1.0);
    const bool inside = value >= static_cast<float>(threshold);
    wrong += inside ? 1 - p : p;
    either += inside ? 1 : p;
  }
  return either > 0 ? wrong / either : 0;
}

HullComparison compare_with_hull(const ImageF& mask, const ImageF& hull) {
  const Overlap sum = overlap(mask, hull);
  return {iou_of(sum), share(sum.only_b, sum.both + sum.only_b, 0), share(sum.only_a, sum.both + sum.only_a, 0)};
}

}  // namespace understudy
