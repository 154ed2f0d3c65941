// SPDX-License-Identifier: Apache-2.0
// For tests: a small faceset, and a small model to train on it.
#pragma once

#include <gtest/gtest.h>

#include "lib/face/face_file.hpp"
#include "steps/5_train/train.hpp"

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

// A new df-ud on one thread (so small a model is quickest so) and in fp32, without faces and without an end.
inline TrainRequest small_request(const fs::path& models) {
  TrainRequest r;
  r.models = models;
  r.wanted.saehd.archi = "df-ud";
  r.wanted.saehd.batch_size = 2;
  r.wanted.shared.ae_dims = 16;
  r.wanted.shared.e_dims = r.wanted.shared.d_dims = r.wanted.shared.d_mask_dims = 4;
  r.options.precision = PrecisionChoice::fp32;
  r.options.threads = 1;
  return r;
}

}  // namespace understudy
