// SPDX-License-Identifier: Apache-2.0
// A face's metadata has to fit into one JPEG segment of 65,533 bytes (spec pipeline.md 3.1), whatever the mask, the
// labels and the mesh together come to.
#pragma once

#include "lib/face/face_file.hpp"

namespace understudy {

struct FittedInfo {
  FaceInfo info;
  std::string gave_way;  // "its mask is kept at 128 x 128 and its mesh is left out"; empty when all fits as it is
};
// What does not fit gives way in this order: the mask in a better encoding (PNG of one bit a pixel, or JPEG), then at
// half its size and half again, down to 64 pixels a side, and last the mesh. DeepFaceLab's reader takes each of these
// masks: it decodes PNG and JPEG of any size and depth (spec pipeline.md 3.5). Labels and keys of other programs never
// give way: bad_file when these alone are too long.
Result<FittedInfo> fit_metadata(FaceInfo);

}  // namespace understudy
