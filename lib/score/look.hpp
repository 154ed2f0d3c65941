// SPDX-License-Identifier: Apache-2.0
// What the networks see of a face that is known to stand somewhere in a picture.
#pragma once

#include "lib/detect/landmarks68.hpp"
#include "lib/identity/embedding.hpp"
#include "lib/score/play.hpp"

namespace understudy::score {

struct Look {
  Mesh mesh;  // frame pixels; the mean over several sizes of the square, which trembles less
  Landmarks68 landmarks{};
  Play play;
};

// Not thread-safe: share() gives each thread its own.
class FaceReader {
 public:
  // `streams` = how many threads will read at once.
  static Result<FaceReader> load(int streams = 1);
  FaceReader share() const { return {mesh_.share(), iris_.share(), embedder_.share()}; }

  // The square that a face with these landmarks is to be looked at in. Plate and result are looked at in the same one,
  // so that what the networks make of the square's place is the same for both.
  Result<Roi> square_of(const ImageU8& picture_bgr, const Landmarks68&);
  Result<Look> look(const ImageU8& picture_bgr, const Roi&);
  Result<Embedding> embed(const ImageU8& picture_bgr, const Landmarks68&);

 private:
  FaceReader(FaceMesh mesh, IrisFinder iris, FaceEmbedder embedder)
      : mesh_(std::move(mesh)), iris_(std::move(iris)), embedder_(std::move(embedder)) {}
  FaceMesh mesh_;
  IrisFinder iris_;
  FaceEmbedder embedder_;
};

// How much of the way from the dst face to the src person the result has gone: 0 = still dst, 1 = as src on average.
// The result's place on the straight line between the two; below 0 and above 1 are possible.
double identity_share(const Embedding& dst, const Embedding& result, const Embedding& src_mean);
Embedding mean_of(std::span<const Embedding>);

}  // namespace understudy::score
