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
  Pyramid pyramid(picture);
  TRY(const Mesh mesh, mesh_.find(pyramid, square_around(landmarks)));
  return roi_of(mesh);
}

Result<Look> FaceReader::look(const ImageU8& picture, const Roi& square) {
  Pyramid pyramid(picture);
  Look look;
  TRY(look.mesh, mesh_.find_steady(pyramid, square));
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
