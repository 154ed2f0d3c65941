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
    case CropType::full_upright:
      return FaceType::full_no_align;
    case CropType::head_upright:
      return FaceType::head_no_align;
    case CropType::mark_only:
      return FaceType::mark_only;
  }
  return FaceType::whole;
}

int crop_size_of(const ExtractOptions& options) {
  if (options.image_size > 0) return options.image_size;
  return options.face_type == CropType::head || options.face_type == CropType::head_upright ? 768 : 512;
}

Face cut_face(const ImageU8& frame_bgr, const std::string& frame_name, const PlannedCrop& planned,
              const ExtractOptions& options) {
  const FoundFace& found = planned.found;
  const FaceType type = face_type_of(options.face_type);
  const int size = crop_size_of(options);
  const Affine crop_from_frame = face_matrix(found.landmarks, size, type);
  Face face;
  face.image_bgr = type == FaceType::mark_only ? frame_bgr
                   : options.resampling == Resampling::area
                       ? warp_antialiased(frame_bgr, crop_from_frame, size, size)
                       : warp_exact(frame_bgr, crop_from_frame, size, size, Interpolation::linear);
  face.info.face_type = type;
  face.info.landmarks = transformed(found.landmarks, crop_from_frame);
  face.info.source_filename = frame_name;
  face.info.source_rect = found.rect;
  face.info.source_landmarks = found.landmarks;
  if (type != FaceType::mark_only) face.info.image_to_face_mat = crop_from_frame;
  if (found.has_mesh) face.info.mesh = found.mesh;
  auto& extra = face.info.extra;
  extra.emplace_back("understudy_score", pickle::Value(static_cast<double>(found.score * found.detector_score)));
  if (planned.track >= 0) extra.emplace_back("understudy_track", pickle::Value(planned.track));
  if (planned.person >= 0) extra.emplace_back("understudy_person", pickle::Value(planned.person));
  if (planned.filled) extra.emplace_back("understudy_filled", pickle::Value(true));
  return face;
}

ImageU8 debug_picture(ImageU8 frame_bgr, const std::vector<PlannedCrop>& faces, FaceType type) {
  if (type == FaceType::mark_only) return frame_bgr;  // spec pipeline.md 2.5
  for (const auto& face : faces) {
    darken_hull(frame_bgr, face.found.landmarks);
    draw_face(frame_bgr, face.found.rect, face.found.landmarks, type);
  }
  return frame_bgr;
}

}  // namespace understudy
