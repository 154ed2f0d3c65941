// SPDX-License-Identifier: Apache-2.0
// For tests: a small faceset.
#pragma once

#include <gtest/gtest.h>

#include "lib/face/face_file.hpp"

namespace understudy {

inline void write_fake_faces(const fs::path& folder) {
  fs::create_directories(folder);
  for (int i = 0; i < 6; ++i) {
    FaceInfo info;
    info.face_type = FaceType::full;
    info.source_filename = fmt::format("{:05}.png", i + 1);
    for (std::size_t k = 0; k < 68; ++k)
      info.landmarks[k] = {24 + 80 * canonical_landmarks[k].x, 24 + 80 * canonical_landmarks[k].y};
    ImageU8 picture(96, 96, 3);
    for (std::size_t k = 0; k < picture.data.size(); ++k) picture.data[k] = static_cast<std::uint8_t>(k * (i + 3) / 97);
    ASSERT_TRUE(write_face_jpeg(folder / fmt::format("{:05}_0.jpg", i + 1), picture, 90, info));
  }
}

}  // namespace understudy
