// SPDX-License-Identifier: Apache-2.0
// How much of the head a crop covers (spec pipeline.md 1.3).
#pragma once

#include <optional>
#include <string_view>

namespace understudy {

// The numbers are DeepFaceLab's (faceset.pak stores them). A larger number covers more.
enum class FaceType {
  half = 0,
  midfull = 1,
  full = 2,
  full_no_align = 3,  // upright crop of the full-face area
  whole = 4,
  head = 10,
  head_no_align = 20,
  mark_only = 100,  // no crop: the picture is the whole frame
};

std::string_view face_type_name(FaceType);                      // "whole_face", as in metadata
std::optional<FaceType> face_type_from_name(std::string_view);  // "whole_face", any case
std::optional<FaceType> face_type_from_key(std::string_view);   // "h" "mf" "f" "wf" "head", as in model options
std::optional<FaceType> face_type_from_code(long long);
std::string_view face_type_key(FaceType);  // "wf"; empty for types without one
// The crop in the unit square of the alignment (spec pipeline.md 1.4, step 2): its side, and how far its centre lies
// above the square's.
double face_crop_side(FaceType);
double face_crop_rise(FaceType);
constexpr bool is_aligned(FaceType t) {
  return t != FaceType::full_no_align && t != FaceType::head_no_align && t != FaceType::mark_only;
}

}  // namespace understudy
