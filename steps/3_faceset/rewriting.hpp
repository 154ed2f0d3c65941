// SPDX-License-Identifier: Apache-2.0
// Making every face of a folder anew in another folder: what resize and enhance share.
#pragma once

#include <functional>

#include "lib/face/face_file.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

struct Rewriting {
  fs::path faces;
  fs::path results;
  const char* tool;  // "resize"
  int jpeg_quality;
  bool replace;  // the results take the originals' places when all are done
  int threads;
};
using MakeFace = std::function<Result<Face>(const Face&, unsigned thread, Tally&)>;
using OrderNames = std::function<void(std::vector<std::string>&)>;  // may be empty

// Results that an earlier run made with the same options (rows) are kept. A face that `make` refuses is told of and
// left out. Returns the report.
Result<std::string> rewrite_faces(const Rewriting&, std::span<const Row> rows, const OrderNames&, Run&,
                                  const MakeFace& make);

}  // namespace understudy
