// SPDX-License-Identifier: Apache-2.0
// The faces of a folder, loose or packed, for verbs that only look at them.
#pragma once

#include <optional>

#include "lib/face/extra_keys.hpp"
#include "lib/face/faceset.hpp"
#include "lib/image/codec.hpp"

namespace understudy {

class FaceSource {
 public:
  // no_faces where there is none. Files of a loose folder that are no faces are among them: reading one is an error.
  static Result<FaceSource> open(const fs::path& folder);

  std::size_t count() const { return names_.size(); }
  const std::string& name(std::size_t index) const { return names_[index]; }  // "a.jpg" or "person/a.jpg"
  bool packed() const { return pack_.has_value(); }

  // Thread-safe. Of a packed face, labels and mask are those of the pack's table, as DeepFaceLab uses them.
  Result<FaceInfo> info(std::size_t index) const;
  Result<Face> face(std::size_t index) const;  // BGR
  Result<Bytes> jpeg(std::size_t index) const;
  Result<ImageSize> size(std::size_t index) const;

 private:
  Result<FaceInfo> with_table(Result<FaceInfo>, std::size_t index) const;

  fs::path folder_;
  std::vector<std::string> names_;
  std::optional<Faceset> pack_;
};

}  // namespace understudy
