// SPDX-License-Identifier: Apache-2.0
// From a found face to its aligned JPEG.
#pragma once

#include "lib/detect/face_finder.hpp"
#include "lib/face/face_file.hpp"
#include "steps/2_extract/options.hpp"

namespace understudy {

FaceType face_type_of(CropType);
int crop_size_of(const ExtractOptions&);  // image_size, or the default of the face type

// The aligned picture and everything its metadata says (spec pipeline.md 2.5).
Face cut_face(const ImageU8& frame_bgr, const std::string& frame_name, const FoundFace&, const ExtractOptions&);

// The frame with rectangles, crop outlines and landmarks of all faces.
ImageU8 debug_picture(ImageU8 frame_bgr, const std::vector<FoundFace>&, FaceType);

}  // namespace understudy
