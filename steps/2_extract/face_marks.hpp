// SPDX-License-Identifier: Apache-2.0
// Faces that were marked by hand to be cut out again.
#pragma once

#include <map>
#include <set>

#include "lib/project/face_history.hpp"

namespace understudy {

class FaceMarks {
 public:
  static Result<FaceMarks> read(const fs::path& folder);
  // Whether a face of that frame is marked; frames are told by their stems.
  bool has(const std::string& frame_name) const;
  // The faces of that frame have been cut anew.
  void cut(const std::string& frame_name);
  // The marks of those that were cut; others stay. The folder must have been taken; a step of its history, so that it
  // can be taken back.
  Result<> take_away();

 private:
  fs::path folder_;
  std::multimap<std::string, std::string> keys_;  // stem of the frame -> names of its marked faces
  std::set<std::string> cut_;                     // stems
};

}  // namespace understudy
