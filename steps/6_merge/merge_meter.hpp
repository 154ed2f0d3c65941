// SPDX-License-Identifier: Apache-2.0
// What is measured in one merged frame beside the frame that it was made of.
#pragma once

#include <memory>
#include <optional>

#include "lib/face/faceset.hpp"
#include "lib/identity/embedding.hpp"
#include "lib/jobs/run.hpp"
#include "steps/6_merge/reasons.hpp"

namespace understudy {

// All of one size, BGR; the mask has one channel and may be empty: the face's hull stands for it then.
struct MergedPictures {
  ImageU8 plate, merged, mask;
};

// Who the faces should be: the mean of a faceset's embeddings, over some of its faces.
Result<Embedding> mean_person(const Faceset&, FaceEmbedder&, Run&);

// Not thread-safe; one for each thread.
class MergeMeter {
 public:
  // Without a person nothing is said of it.
  MergeMeter(std::optional<FaceEmbedder> embedder, std::optional<Embedding> person)
      : embedder_(std::move(embedder)), person_(std::move(person)) {}
  // The facts that are measured, of the face with these landmarks in the frame; `before` may be null. Where the merge
  // pasted nothing they stay unknown.
  Result<FrameFacts> measure(const Landmarks68&, const MergedPictures& now, const MergedPictures* before);

 private:
  std::optional<FaceEmbedder> embedder_;
  std::optional<Embedding> person_;
};

}  // namespace understudy
