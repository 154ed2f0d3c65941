// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/face_view.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr int upright_side = 256;

}  // namespace

double side_in_frame(const Landmarks68& landmarks) {
  const Affine map = face_matrix(landmarks, upright_side, FaceType::full);
  const double zoom = std::hypot(map.m[0], map.m[3]);
  return std::isfinite(zoom) && zoom >= 1e-6 ? upright_side / zoom : 0;
}

Pose upright_pose(const Landmarks68& landmarks) {
  const Affine map = face_matrix(landmarks, upright_side, FaceType::full);
  Pose pose = true_pose(transformed(landmarks, map), upright_side);
  for (double* angle : {&pose.pitch, &pose.yaw, &pose.roll}) *angle = std::isfinite(*angle) ? *angle : 0;
  return pose;
}

PixelBox box_around(std::span<const Landmarks68> faces, int frame_width, int frame_height) {
  double x0 = 1e9, y0 = 1e9, x1 = -1e9, y1 = -1e9;
  for (const auto& landmarks : faces) {
    for (const Point p : landmarks)
      x0 = std::min(x0, p.x), y0 = std::min(y0, p.y), x1 = std::max(x1, p.x), y1 = std::max(y1, p.y);
  }
  const double room = 0.3 * std::max(x1 - x0, y1 - y0);
  const auto within = [](double v, int end) { return static_cast<int>(std::clamp(v, 0.0, static_cast<double>(end))); };
  const PixelBox box{within(x0 - room, frame_width), within(y0 - room, frame_height), within(x1 + room, frame_width),
                     within(y1 + room, frame_height)};
  return box.width() < 8 || box.height() < 8 ? PixelBox{0, 0, frame_width, frame_height} : box;
}

}  // namespace understudy
