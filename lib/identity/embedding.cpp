// SPDX-License-Identifier: Apache-2.0
#include "lib/identity/embedding.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lib/detect/models.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

constexpr int chip = 150;         // side of the picture that the network sees
constexpr double padding = 0.25;  // around the unit square of the mean face, on each side
constexpr std::array<float, 3> mean_rgb{122.782f, 117.001f, 104.298f};

// dlib aligns by nose, eyes and upper lip; its mean face is the one of DeepFaceLab.
Affine chip_from_image(const Landmarks68& landmarks) {
  std::vector<Point> from, to;
  for (std::size_t i = 27; i < 65; ++i) {
    if (i >= 55 && i <= 59) continue;
    from.push_back(landmarks[i]);
    to.push_back((canonical_landmarks[i] + Point{padding, padding}) * (chip / (1 + 2 * padding)));
  }
  return similarity(from, to);
}

}  // namespace

double distance(const Embedding& a, const Embedding& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

Result<FaceEmbedder> FaceEmbedder::load(int streams) {
  infer::SessionOptions options;
  options.streams = streams;
  TRY(infer::Session session,
      infer::Session::load(models::face_embedding_xml(), models::face_embedding_bin(), "face_embedding", options));
  if (session.inputs().size() != 1 || session.inputs()[0].size() != 3 * chip * chip ||
      session.outputs()[0].size() != std::tuple_size_v<Embedding>)
    return fail(Code::bad_file, "face_embedding is no face recognition network");
  return FaceEmbedder(std::move(session));
}

Result<Embedding> FaceEmbedder::embed(const ImageU8& image_bgr, const Landmarks68& landmarks) {
  const ImageU8 picture = warp_antialiased(image_bgr, chip_from_image(landmarks), chip, chip);
  const auto input = session_.input(0);
  constexpr std::size_t plane = chip * chip;
  for (std::size_t i = 0; i < plane; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      input[c * plane + i] = (static_cast<float>(picture.data[i * 3 + 2 - c]) - mean_rgb[c]) / 256;
  }
  TRY_VOID(session_.run());
  Embedding embedding;
  std::ranges::copy(session_.output(0), embedding.begin());
  return embedding;
}

Result<FaceToNumbers> embed_by_threads(int threads) {
  TRY(const auto embedder, FaceEmbedder::load(threads));
  auto own = std::make_shared<std::vector<FaceEmbedder>>();
  for (int i = 0; i < threads; ++i) own->push_back(embedder.share());
  return [own](const Face& face, unsigned thread) -> Result<std::vector<float>> {
    TRY(const Embedding e, own->at(thread).embed(face.image_bgr, face.info.landmarks));
    return std::vector<float>(e.begin(), e.end());
  };
}

}  // namespace understudy
