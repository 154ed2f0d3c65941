// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/face_mesh.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

// MediaPipe's graphs scale both boxes by this much and make them square by the longer side.
constexpr double mesh_roi_scale = 1.5;
constexpr std::size_t mesh_points = std::tuple_size_v<Mesh468>;
constexpr std::size_t left_eye_corner = 33, right_eye_corner = 263;  // outer corners, left and right in the image

// The square ends where the chin is when the mouth is shut, or speaking would change it, and with it all points by a
// hair; only for a mouth wide open it must reach further, or the chin is missed.
constexpr std::size_t top = 10, nose_base = 2, chin = 152;
double face_height(double nose_height, double chin_height) {
  constexpr double shut = 1.65, speaking = 0.06, wide_open = 0.12;  // heights from top to nose
  const double more = chin_height / nose_height - shut;
  return nose_height * (shut + more * std::clamp((std::abs(more) - speaking) / (wide_open - speaking), 0.0, 1.0));
}

Point xy(const std::array<float, 3>& p) { return {p[0], p[1]}; }

double angle_of(Point from, Point to) { return std::atan2(to.y - from.y, to.x - from.x); }

}  // namespace

Result<FaceMesh> FaceMesh::load(std::span<const std::uint8_t> model, const std::string& name, int streams) {
  infer::SessionOptions options;
  options.streams = streams;
  TRY(infer::Session session, infer::Session::load(model, name, options));
  FaceMesh mesh(std::move(session));
  const auto& in = mesh.session_.inputs();
  const auto& out = mesh.session_.outputs();
  if (in.size() != 1 || in[0].shape.size() != 4 || out.size() != 2)
    return fail(Code::bad_file, "{} is no face mesh network", name);
  mesh.size_ = static_cast<int>(in[0].shape[1]);
  mesh.points_ = out[0].size() == mesh_points * 3 ? 0 : 1;
  mesh.score_ = 1 - mesh.points_;
  if (out[mesh.points_].size() != mesh_points * 3 || out[mesh.score_].size() != 1)
    return fail(Code::bad_file, "{} is no face mesh network", name);
  return mesh;
}

FaceMesh FaceMesh::share() const {
  FaceMesh other(session_.share());
  other.size_ = size_;
  other.points_ = points_;
  other.score_ = score_;
  return other;
}

Result<Mesh> FaceMesh::find(Pyramid& pyramid, const Roi& roi) {
  pyramid.sample(roi, size_, Outside::edge, 0, 1, session_.input(0));
  TRY_VOID(session_.run());
  const auto raw = session_.output(points_);
  const Affine frame_from_crop = roi.frame_from_crop(size_);
  const double scale = roi.side / size_;
  Mesh mesh;
  mesh.score = 1 / (1 + std::exp(-session_.output(score_)[0]));
  for (std::size_t i = 0; i < mesh_points; ++i) {
    const Point p = frame_from_crop({raw[3 * i], raw[3 * i + 1]});
    mesh.points[i] = {static_cast<float>(p.x), static_cast<float>(p.y), static_cast<float>(raw[3 * i + 2] * scale)};
  }
  return mesh;
}

Result<Mesh> FaceMesh::find_steady(Pyramid& pyramid, const Roi& square) {
  constexpr std::array sizes{0.92, 1.0, 1.08};
  const auto count = static_cast<float>(sizes.size());
  Mesh mean;
  for (const double size : sizes) {
    TRY(const Mesh mesh, find(pyramid, {square.centre, square.side * size, square.angle}));
    for (std::size_t i = 0; i < mesh.points.size(); ++i) {
      for (std::size_t c = 0; c < 3; ++c) mean.points[i][c] += mesh.points[i][c] / count;
    }
    mean.score += mesh.score / count;
  }
  return mean;
}

Roi roi_of(const Detection& face) {
  const Point centre{(face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2};
  return {centre, mesh_roi_scale * std::max(face.box.width(), face.box.height()),
          angle_of(face.keypoints[0], face.keypoints[1])};
}

Roi roi_of(const Mesh& mesh) {
  // The box is measured along the face's own axes, so that its size does not change as the head tilts.
  const double angle = angle_of(xy(mesh.points[left_eye_corner]), xy(mesh.points[right_eye_corner]));
  const double c = std::cos(angle), s = std::sin(angle);
  Rect box{1e9, 1e9, -1e9, -1e9};
  for (const auto& p : mesh.points) {
    const double u = c * p[0] + s * p[1], v = -s * p[0] + c * p[1];
    box = {std::min(box.left, u), std::min(box.top, v), std::max(box.right, u), std::max(box.bottom, v)};
  }
  const auto height = [&](std::size_t vertex) { return -s * mesh.points[vertex][0] + c * mesh.points[vertex][1]; };
  if (const double nose = height(nose_base) - height(top); nose > 0)
    box.bottom = box.top + face_height(nose, height(chin) - height(top));
  const double u = (box.left + box.right) / 2, v = (box.top + box.bottom) / 2;
  return {{c * u - s * v, s * u + c * v}, mesh_roi_scale * std::max(box.width(), box.height()), angle};
}

Roi on_lattice(const Roi& roi) {
  constexpr double step = 0.06;  // of the side; of its logarithm; radians
  const auto nearest = [](double value, double unit) { return std::round(value / unit) * unit; };
  const double side = std::exp(nearest(std::log(roi.side), step));
  return {{nearest(roi.centre.x, step * side), nearest(roi.centre.y, step * side)}, side, nearest(roi.angle, step)};
}

Rect bounds(const Mesh& mesh) {
  Rect box{1e9, 1e9, -1e9, -1e9};
  for (const auto& p : mesh.points) {
    box = {std::min<double>(box.left, p[0]), std::min<double>(box.top, p[1]), std::max<double>(box.right, p[0]),
           std::max<double>(box.bottom, p[1])};
  }
  return box;
}

}  // namespace understudy
