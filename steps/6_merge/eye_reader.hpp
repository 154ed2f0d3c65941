// SPDX-License-Identifier: Apache-2.0
// The networks that see where eyes look, for any number of threads.
#pragma once

#include <memory>
#include <optional>

#include "lib/detect/iris.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/infer/pool.hpp"
#include "steps/6_merge/gaze.hpp"

namespace understudy {

// Thread-safe. Up to `threads` pictures are read at the same time.
class EyeReader {
 public:
  static Result<std::unique_ptr<EyeReader>> open(int threads);
  // Of the face with these landmarks; nothing where the networks see no face there. BGR 0..1.
  Result<std::optional<SeenEyes>> read(const ImageF& bgr, const Landmarks68&);

 private:
  struct Networks {
    FaceMesh mesh;
    IrisFinder iris;
    Networks share() const { return {mesh.share(), iris.share()}; }
  };
  explicit EyeReader(Networks first) : pool_(std::move(first)) {}
  infer::Pool<Networks> pool_;
};

}  // namespace understudy
