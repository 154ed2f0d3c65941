// SPDX-License-Identifier: Apache-2.0
#include "lib/face/labels/carry.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {

LabelMotion::LabelMotion(const FaceInfo& from, const FaceInfo& to) {
  for (std::size_t i = 0; i < from.landmarks.size(); ++i) pairs_.push_back({from.landmarks[i], to.landmarks[i]});
  if (from.mesh && to.mesh && from.image_to_face_mat && to.image_to_face_mat) {
    for (std::size_t i = 0; i < from.mesh->size(); ++i) {
      const auto& a = (*from.mesh)[i];
      const auto& b = (*to.mesh)[i];
      pairs_.push_back({(*from.image_to_face_mat)({a[0], a[1]}), (*to.image_to_face_mat)({b[0], b[1]})});
    }
  }
  std::erase_if(pairs_,
                [](const Pair& p) { return !std::isfinite(p.from.x + p.from.y) || !std::isfinite(p.to.x + p.to.y); });
  // A fortieth of the face's breadth: about the error of a landmark.
  const Point breadth = from.landmarks[16] - from.landmarks[0];
  near_ = std::max((breadth.x * breadth.x + breadth.y * breadth.y) / 1600, 1e-6);
}

Point LabelMotion::operator()(Point v) const {
  if (!std::isfinite(v.x + v.y) || pairs_.empty()) return v;
  const auto weight = [&](const Pair& p) {
    const Point d = p.from - v;
    return 1 / (d.x * d.x + d.y * d.y + near_);
  };
  double sum = 0;
  Point from, to;
  for (const auto& p : pairs_) {
    const double w = weight(p);
    sum += w;
    from = from + p.from * w;
    to = to + p.to * w;
  }
  from = from * (1 / sum);
  to = to * (1 / sum);
  double along = 0, across = 0, norm = 0;
  for (const auto& p : pairs_) {
    const double w = weight(p);
    const Point a = p.from - from, b = p.to - to;
    along += w * (a.x * b.x + a.y * b.y);
    across += w * (a.x * b.y - a.y * b.x);
    norm += w * (a.x * a.x + a.y * a.y);
  }
  if (norm < 1e-12) return to + (v - from);
  const Point d = v - from;
  return {to.x + (along * d.x - across * d.y) / norm, to.y + (across * d.x + along * d.y) / norm};
}

std::vector<Polygon> carried_polygons(const std::vector<Polygon>& polygons, const FaceInfo& from, const FaceInfo& to) {
  const LabelMotion motion(from, to);
  std::vector<Polygon> carried = polygons;
  for (auto& polygon : carried) std::ranges::transform(polygon.points, polygon.points.begin(), motion);
  return carried;
}

}  // namespace understudy
