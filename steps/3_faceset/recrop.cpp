// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/recrop.hpp"

#include <cmath>

#include "lib/face/carry_over.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

Result<> check_crop(const Face& face) {
  if (face.info.face_type == FaceType::mark_only) return fail(Code::bad_file, "it is a whole frame, no crop");
  if (face.image_bgr.width != face.image_bgr.height) return fail(Code::bad_file, "it is not square");
  return {};
}

// Everything that is told in crop pixels. `scaled_only`: the area stays, and with it the mask.
Result<> move_metadata(FaceInfo& info, const Affine& new_from_old, int old_size, int new_size, bool scaled_only) {
  info.landmarks = transformed(info.landmarks, new_from_old);
  for (auto& polygon : info.polygons)
    for (auto& p : polygon.points) p = new_from_old(p);
  if (info.image_to_face_mat) info.image_to_face_mat = new_from_old * *info.image_to_face_mat;
  if (info.xseg_mask && !scaled_only) TRY_VOID(move_mask(info, new_from_old, old_size, new_size));
  return {};
}

}  // namespace

Result<Face> recropped(const Face& face, int size, std::optional<FaceType> type) {
  TRY_VOID(check_crop(face));
  const int old_size = face.image_bgr.width;
  const double ratio = static_cast<double>(size) / old_size;
  // Scaling goes by the same map as the landmarks and the matrix, not by pixel centres, so that all stay together
  // (spec pipeline.md W23).
  const Affine map = type ? face_matrix(face.info.landmarks, size, *type) : Affine{{ratio, 0, 0, 0, ratio, 0}};
  const bool shrinks = std::hypot(map.m[0], map.m[3]) < 1;
  const Border border = type ? Border::constant : Border::replicate;
  Face out;
  out.image_bgr = shrinks ? warp_antialiased(face.image_bgr, map, size, size, border)
                          : warp(face.image_bgr, map, size, size, Interpolation::lanczos4, border);
  out.info = face.info;
  TRY_VOID(move_metadata(out.info, map, old_size, size, !type));
  if (type) out.info.face_type = *type;
  return out;
}

Result<Face> recropped_from_frame(const Face& face, const ImageU8& frame_bgr, int size, std::optional<FaceType> type) {
  TRY_VOID(check_crop(face));
  const auto& landmarks = face.info.source_landmarks;
  if (!landmarks) return fail(Code::bad_file, "it does not say where it lies in its frame");
  const FaceType new_type = type.value_or(face.info.face_type);
  const int old_size = face.image_bgr.width;
  const Affine crop_from_frame = face_matrix(*landmarks, size, new_type);
  const Affine old_crop_from_frame =
      face.info.image_to_face_mat.value_or(face_matrix(*landmarks, old_size, face.info.face_type));
  Face out;
  out.image_bgr = warp_antialiased(frame_bgr, crop_from_frame, size, size);
  out.info = face.info;
  TRY_VOID(move_metadata(out.info, crop_from_frame * old_crop_from_frame.inverse(), old_size, size, false));
  out.info.image_to_face_mat = crop_from_frame;
  out.info.face_type = new_type;
  return out;
}

}  // namespace understudy
