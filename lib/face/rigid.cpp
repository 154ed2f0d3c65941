// SPDX-License-Identifier: Apache-2.0
#include "lib/face/rigid.hpp"

#include <opencv2/calib3d.hpp>

#include "lib/base/result.hpp"

namespace understudy {
namespace {

Point3 mean_of(std::span<const Point3> points) {
  Point3 sum{};
  for (const auto& p : points) {
    for (std::size_t c = 0; c < 3; ++c) sum[c] += p[c] / static_cast<double>(points.size());
  }
  return sum;
}

}  // namespace

Point3 RigidMotion::operator()(const Point3& p) const {
  Point3 out = shift;
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) out[r] += scale * rotation[3 * r + c] * p[c];
  }
  return out;
}

RigidMotion rigid_motion(std::span<const Point3> from, std::span<const Point3> to) {
  check(from.size() == to.size() && from.size() >= 3, "rigid_motion() takes two sets of at least three points");
  const Point3 a = mean_of(from), b = mean_of(to);
  cv::Matx33d covariance = cv::Matx33d::zeros();
  double spread = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    for (int r = 0; r < 3; ++r) {
      const auto row = static_cast<std::size_t>(r);
      for (int c = 0; c < 3; ++c) {
        const auto column = static_cast<std::size_t>(c);
        covariance(r, c) += (to[i][row] - b[row]) * (from[i][column] - a[column]);
      }
      spread += (from[i][row] - a[row]) * (from[i][row] - a[row]);
    }
  }
  RigidMotion motion;
  if (spread > 0) {
    cv::Matx33d u, vt;
    cv::Matx31d w;
    cv::SVD::compute(covariance, w, u, vt);
    cv::Matx33d turn = cv::Matx33d::eye();
    if (cv::determinant(u) * cv::determinant(vt) < 0) turn(2, 2) = -1;
    const cv::Matx33d rotation = u * turn * vt;
    std::copy_n(rotation.val, 9, motion.rotation.begin());
    const double scale = (w(0) + w(1) + turn(2, 2) * w(2)) / spread;
    if (scale > 0) motion.scale = scale;
  }
  const Point3 moved = motion(a);
  for (std::size_t c = 0; c < 3; ++c) motion.shift[c] = b[c] - moved[c];
  return motion;
}

Point3 rotation_vector(const RigidMotion& motion) {
  cv::Vec3d vector;
  cv::Rodrigues(cv::Matx33d(motion.rotation.data()), vector);
  return {vector[0], vector[1], vector[2]};
}

}  // namespace understudy
