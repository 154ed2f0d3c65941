// SPDX-License-Identifier: Apache-2.0
// From a found face to its aligned JPEG.
#pragma once

#include "lib/face/face_file.hpp"
#include "steps/2_extract/options.hpp"
#include "steps/2_extract/plan.hpp"

namespace understudy {

FaceType face_type_of(CropType);
int crop_size_of(const ExtractOptions&);  // image_size, or the default of the face type

// The aligned picture and everything its metadata says (spec pipeline.md 2.5). Of our own: understudy_mesh,
// understudy_score, and of a tracked face understudy_track, understudy_person, understudy_filled.
Face cut_face(const ImageU8& frame_bgr, const std::string& frame_name, const PlannedCrop&, const ExtractOptions&);

// The frame with rectangles, crop outlines and landmarks of all faces.
ImageU8 debug_picture(ImageU8 frame_bgr, const std::vector<PlannedCrop>&, FaceType);

}  // namespace understudy
