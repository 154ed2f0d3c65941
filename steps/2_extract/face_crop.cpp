// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/face_crop.hpp"

#include "lib/face/masks.hpp"
#include "lib/image/warp.hpp"

namespace understudy {

FaceType face_type_of(CropType type) {
  switch (type) {
    case CropType::half:
      return FaceType::half;
    case CropType::midfull:
      return FaceType::midfull;
    case CropType::full:
      return FaceType::full;
    case CropType::whole:
      return FaceType::whole;
    case CropType::head:
      return FaceType::head;
  }
  return FaceType::whole;
}

int crop_size_of(const ExtractOptions& options) {
  if (options.image_size > 0) return options.image_size;
  return options.face_type == CropType::head ? 768 : 512;
}

Face cut_face(const ImageU8& frame_bgr, const std::string& frame_name, const FoundFace& found,
              const ExtractOptions& options) {
  const FaceType type = face_type_of(options.face_type);
  const int size = crop_size_of(options);
  const Affine crop_from_frame = face_matrix(found.landmarks, size, type);
  Face face;
  face.image_bgr = options.resampling == Resampling::area
                       ? warp_antialiased(frame_bgr, crop_from_frame, size, size)
                       : warp_exact(frame_bgr, crop_from_frame, size, size, Interpolation::linear);
  face.info.face_type = type;
  face.info.landmarks = transformed(found.landmarks, crop_from_frame);
  face.info.source_filename = frame_name;
  face.info.source_rect = found.rect;
  face.info.source_landmarks = found.landmarks;
  face.info.image_to_face_mat = crop_from_frame;
  face.info.mesh = found.mesh;
  face.info.extra.emplace_back("understudy_score",
                               pickle::Value(static_cast<double>(found.score * found.detector_score)));
  return face;
}

ImageU8 debug_picture(ImageU8 frame_bgr, const std::vector<FoundFace>& faces, FaceType type) {
  for (const auto& face : faces) {
    darken_hull(frame_bgr, face.landmarks);
    draw_face(frame_bgr, face.rect, face.landmarks, type);
  }
  return frame_bgr;
}

}  // namespace understudy
