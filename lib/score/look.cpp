// SPDX-License-Identifier: Apache-2.0
#include "lib/score/look.hpp"

#include <algorithm>
#include <cmath>
#include <future>

#include "lib/detect/models.hpp"

namespace understudy::score {

Result<FaceReader> FaceReader::load(int streams) {
  // A third of a second each, so all at once.
  auto mesh = std::async(std::launch::async,
                         [=] { return FaceMesh::load(models::face_landmark(), "face_landmark.tflite", streams); });
  auto iris = std::async(std::launch::async,
                         [=] { return IrisFinder::load(models::iris_landmark(), "iris_landmark.tflite", streams); });
  auto embedder = FaceEmbedder::load(streams);
  auto mesh_loaded = mesh.get();
  auto iris_loaded = iris.get();
  if (!mesh_loaded) return Failure(std::move(mesh_loaded).error());
  if (!iris_loaded) return Failure(std::move(iris_loaded).error());
  if (!embedder) return Failure(std::move(embedder).error());
  return FaceReader(*std::move(mesh_loaded), *std::move(iris_loaded), *std::move(embedder));
}

Result<Roi> FaceReader::square_of(const ImageU8& picture, const Landmarks68& landmarks) {
  constexpr double forehead = 0.25;  // above the brows, in heights from brows to chin
  const Point along = landmarks[45] - landmarks[36];
  const double angle = std::atan2(along.y, along.x), c = std::cos(angle), s = std::sin(angle);
  Rect box{1e9, 1e9, -1e9, -1e9};  // along the face's own axes
  for (const Point& p : landmarks) {
    const double u = c * p.x + s * p.y, v = -s * p.x + c * p.y;
    box = {std::min(box.left, u), std::min(box.top, v), std::max(box.right, u), std::max(box.bottom, v)};
  }
  box.top -= forehead * box.height();
  const double u = (box.left + box.right) / 2, v = (box.top + box.bottom) / 2;
  Pyramid pyramid(picture);
  const Roi first{{c * u - s * v, s * u + c * v}, 1.5 * std::max({box.width(), box.height(), 8.0}), angle};
  TRY(const Mesh mesh, mesh_.find(pyramid, first));
  return roi_of(mesh);
}

Result<Look> FaceReader::look(const ImageU8& picture, const Roi& square) {
  constexpr std::array sizes{0.92, 1.0, 1.08};
  Pyramid pyramid(picture);
  Look look;
  const auto count = static_cast<float>(sizes.size());
  for (const double size : sizes) {
    TRY(const Mesh mesh, mesh_.find(pyramid, {square.centre, square.side * size, square.angle}));
    for (std::size_t i = 0; i < mesh.points.size(); ++i) {
      for (std::size_t c = 0; c < 3; ++c) look.mesh.points[i][c] += mesh.points[i][c] / count;
    }
    look.mesh.score += mesh.score / count;
  }
  TRY(const auto irises, iris_.find(pyramid, look.mesh.points));
  look.landmarks = landmarks68(look.mesh);
  look.play = play_of(look.mesh.points, irises);
  return look;
}

Result<Embedding> FaceReader::embed(const ImageU8& picture, const Landmarks68& landmarks) {
  return embedder_.embed(picture, landmarks);
}

double identity_share(const Embedding& dst, const Embedding& result, const Embedding& src) {
  double along = 0, whole = 0;
  for (std::size_t i = 0; i < dst.size(); ++i) {
    const double way = src[i] - dst[i];
    along += (result[i] - dst[i]) * way;
    whole += way * way;
  }
  return whole > 1e-12 ? along / whole : 1;
}

Embedding mean_of(std::span<const Embedding> all) {
  Embedding mean{};
  for (const auto& e : all) {
    for (std::size_t i = 0; i < e.size(); ++i) mean[i] += e[i] / static_cast<float>(all.size());
  }
  return mean;
}

}  // namespace understudy::score
