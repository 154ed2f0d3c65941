// SPDX-License-Identifier: Apache-2.0
// Everything that the catalogue keeps about one face, from its file.
#pragma once

#include <string>

#include "lib/base/result.hpp"
#include "lib/face/face_file.hpp"
#include "lib/measures/blocks.hpp"
#include "lib/measures/face_numbers.hpp"
#include "lib/measures/histogram.hpp"

namespace understudy {

struct FaceMeasures {
  bool is_face = false;           // it carries face metadata; else it is a mere picture
  std::string face_type, source;  // names, empty for a picture
  FaceNumbers numbers;
  Histograms histograms;
  Blocks blocks{};
};

// The file's content and whether its name ends in ".jpg": only there DeepFaceLab looks for metadata. An error when the
// picture cannot be decoded whole.
Result<FaceMeasures> measure_face(std::span<const std::uint8_t> file, bool may_be_face);

}  // namespace understudy
