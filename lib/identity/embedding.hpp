// SPDX-License-Identifier: Apache-2.0
// Who it is: a face as 128 numbers that lie near each other for one person (dlib's face recognition ResNet).
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "lib/face/face_file.hpp"
#include "lib/infer/session.hpp"

namespace understudy {

using Embedding = std::array<float, 128>;
inline constexpr const char* embedding_maker = "dlib_face_recognition_resnet_model_v1";

// Two pictures of one person are mostly nearer than this, two people farther apart (dlib's threshold).
constexpr double same_person = 0.6;
// Middles of groups of faces tremble less, so they are told apart more strictly: people who look alike come as near as
// 0.58 on the test clips, two groups of one person stay below 0.45.
constexpr double same_group = 0.5;
double distance(const Embedding&, const Embedding&);

// Not thread-safe: share() gives each thread its own.
class FaceEmbedder {
 public:
  // `streams` = how many threads will call embed() at once.
  static Result<FaceEmbedder> load(int streams = 1);
  FaceEmbedder share() const { return FaceEmbedder(session_.share()); }
  // The landmarks are pixels of the picture: a frame, or an aligned crop. About 5 ms.
  Result<Embedding> embed(const ImageU8& image_bgr, const Landmarks68&);

 private:
  explicit FaceEmbedder(infer::Session session) : session_(std::move(session)) {}
  infer::Session session_;
};

// For that many threads at once, which call it with their numbers: as Catalogue::embeddings() wants it.
using FaceToNumbers = std::function<Result<std::vector<float>>(const Face&, unsigned thread)>;
Result<FaceToNumbers> embed_by_threads(int threads);

}  // namespace understudy
