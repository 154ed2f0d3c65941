// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/eye_reader.hpp"

#include <algorithm>
#include <cmath>

#include "lib/detect/landmarks68.hpp"
#include "lib/detect/models.hpp"
#include "lib/image/convert.hpp"
#include "steps/6_merge/eye_axes.hpp"

namespace understudy {
namespace {

constexpr double least_score = 0.5;  // MediaPipe's face landmark graph

SeenEye seen(const Mesh468& mesh, const EyeCorners& of, const Iris& iris) {
  const auto at = [&](std::size_t i) { return Point{mesh[i][0], mesh[i][1]}; };
  SeenEye eye{at(of.left), at(of.right), iris.centre, iris.radius};
  const EyeAxes axes(eye);
  const double width = std::max(axes.width, 1e-6);
  for (const auto& [upper, lower] : lid_pairs) {
    const Point apart = iris.lids[lower] - iris.lids[upper];
    eye.open += std::hypot(apart.x, apart.y) / width / lid_pairs.size();
    eye.upper -= axes.of(iris.lids[upper]).y / lid_pairs.size();
  }
  return eye;
}

}  // namespace

Result<std::unique_ptr<EyeReader>> EyeReader::open(int threads) {
  TRY(auto mesh, FaceMesh::load(models::face_landmark(), "face_landmark.tflite", threads));
  TRY(auto iris, IrisFinder::load(models::iris_landmark(), "iris_landmark.tflite", threads));
  return std::unique_ptr<EyeReader>(new EyeReader({std::move(mesh), std::move(iris)}));
}

Result<std::optional<SeenEyes>> EyeReader::read(const ImageF& bgr, const Landmarks68& landmarks) {
  const ImageU8 picture = to_u8_rounded(bgr);
  return pool_.use([&](Networks& networks) -> Result<std::optional<SeenEyes>> {
    Pyramid pyramid(picture);
    TRY(const Mesh mesh, networks.mesh.find_steady(pyramid, square_around(landmarks)));
    if (mesh.score < least_score) return std::nullopt;
    TRY(const auto irises, networks.iris.find(pyramid, mesh.points));
    return SeenEyes{seen(mesh.points, eye_corners[0], irises[0]), seen(mesh.points, eye_corners[1], irises[1])};
  });
}

}  // namespace understudy
