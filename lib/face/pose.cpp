// SPDX-License-Identifier: Apache-2.0
// Head pose by PnP (spec pipeline.md 1.5).
#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/calib3d.hpp>

#include "lib/face/landmarks.hpp"

namespace understudy {
namespace {

// DeepFaceLab's Euler convention, each angle clamped to a quarter turn.
Pose pose_of(const cv::Vec3d& rotation_vector) {
  cv::Matx33d r;
  cv::Rodrigues(rotation_vector, r);
  const double sy = std::hypot(r(0, 0), r(1, 0));
  double x, z = 0;
  const double y = std::atan2(-r(2, 0), sy);
  if (sy >= 1e-6) {
    x = std::atan2(r(2, 1), r(2, 2));
    z = std::atan2(r(1, 0), r(0, 0));
  } else {
    x = std::atan2(-r(1, 2), r(1, 1));
  }
  const auto clamped = [](double v) { return std::clamp(v, -std::numbers::pi / 2, std::numbers::pi / 2); };
  return {-clamped(x), clamped(y), clamped(z)};
}

Pose solve(const Landmarks68& in_crop, int size, cv::Vec3d rotation, cv::Vec3d translation) {
  std::vector<cv::Point3d> model;
  std::vector<cv::Point2d> seen;
  for (std::size_t i = 0; i < 36; ++i) {
    if (i > 26 && i < 30) continue;  // the nose bridge takes no part
    model.emplace_back(model_points_3d[i][0], model_points_3d[i][1], model_points_3d[i][2]);
    seen.emplace_back(in_crop[i].x, in_crop[i].y);
  }
  const double focal = size, centre = size / 2.0;
  const cv::Matx33d camera(focal, 0, centre, 0, focal, centre, 0, 0, 1);
  cv::solvePnP(model, seen, camera, cv::noArray(), rotation, translation, true, cv::SOLVEPNP_ITERATIVE);
  return pose_of(rotation);
}

}  // namespace

// OpenCV's own start (a linear solution) ends in the mirror solution behind the camera, so the search starts there.
Pose compatible_pose(const Landmarks68& in_crop, int size) {
  return solve(in_crop, size, {0, 0, std::numbers::pi}, {0, 0, -double(size)});
}

Pose true_pose(const Landmarks68& in_crop, int size) { return solve(in_crop, size, {0, 0, 0}, {0, 0, double(size)}); }

}  // namespace understudy
