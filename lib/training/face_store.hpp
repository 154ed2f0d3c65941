// SPDX-License-Identifier: Apache-2.0
// The faces of one set, prepared when they are asked for and kept within a budget of memory. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/face/face_list.hpp"
#include "lib/training/samples.hpp"

namespace understudy {

class FaceStore {
 public:
  // Only what prepare_face() reads of the rules counts. What the budget does not hold is prepared anew each time.
  FaceStore(FaceList faces, const SampleRules& rules, std::uint64_t budget_bytes);

  std::size_t count() const { return faces_.count(); }
  const FaceList& faces() const { return faces_; }
  // The face, or the next readable one after it: one that cannot be read is told once.
  Result<std::shared_ptr<const PreparedFace>> face(std::size_t index);
  Result<ImageU8> picture(std::size_t index);
  std::vector<std::string> take_warnings();
  std::uint64_t bytes_kept() const;

 private:
  Result<std::shared_ptr<const PreparedFace>> prepared(std::size_t index);
  // `read` on the index, or on the next one for which it succeeds.
  template <class Read>
  auto next_readable(std::size_t index, const Read& read) -> decltype(read(index));

  FaceList faces_;
  SampleRules rules_;
  std::uint64_t budget_;
  mutable std::mutex mutex_;
  std::uint64_t used_ = 0;
  std::vector<std::shared_ptr<const PreparedFace>> kept_;
  std::unordered_set<std::size_t> told_;
  std::vector<std::string> warnings_;
};

}  // namespace understudy
