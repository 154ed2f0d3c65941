// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/3_faceset/options.hpp"

namespace understudy {

struct ResizePaths {
  std::filesystem::path faces;
  std::filesystem::path results;  // <faces>_resized
  std::filesystem::path frames;   // a video or a folder of images, or empty
};
// New faces under their old names; what an earlier run made with the same options is kept.
Result<std::string> resize_faceset(const ResizePaths&, const ResizeOptions&, Run&);

}  // namespace understudy
