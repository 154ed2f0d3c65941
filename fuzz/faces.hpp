// SPDX-License-Identifier: Apache-2.0
// A small face with every kind of metadata, as the program writes it.
#pragma once

#include "lib/face/face_file.hpp"
#include "lib/image/codec.hpp"

namespace understudy::fuzz {

inline FaceInfo face_info() {
  FaceInfo info;
  for (int i = 0; i < 68; ++i) info.landmarks[static_cast<std::size_t>(i)] = {20.0 + i % 9, 10.0 + i / 9};
  info.source_filename = "00001.png";
  info.source_rect = Rect{1, 2, 40, 50};
  info.source_landmarks = info.landmarks;
  info.image_to_face_mat = Affine{{1, 0, 3, 0, 1, 4}};
  info.xseg_mask = *encode_png(ImageU8(16, 16, 1));
  return info;
}

inline Bytes face_jpeg() { return *with_face_info(*encode_jpeg(ImageU8(48, 48, 3)), face_info()); }

}  // namespace understudy::fuzz
