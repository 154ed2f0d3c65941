// SPDX-License-Identifier: Apache-2.0
// The MediaPipe networks (Apache-2.0, Google), linked into the program so that nothing has to be found at run time.
#pragma once

#include <cstdint>
#include <span>

namespace understudy::models {

std::span<const std::uint8_t> face_detection_full_range_sparse();
std::span<const std::uint8_t> face_detection_short_range();
std::span<const std::uint8_t> face_landmark();
std::span<const std::uint8_t> iris_landmark();
// dlib's face recognition network (CC0, Davis King) in OpenVINO's format (scripts/dlib_resnet.py).
std::span<const std::uint8_t> face_embedding_xml();
std::span<const std::uint8_t> face_embedding_bin();

}  // namespace understudy::models
