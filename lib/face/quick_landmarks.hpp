// SPDX-License-Identifier: Apache-2.0
// Inner part of face_list: the landmarks of a face file without building all of its metadata, some thirty times faster.
#pragma once

#include <optional>
#include <span>

#include "lib/face/landmarks.hpp"

namespace understudy {

// Of a JPEG or its beginning. Empty when the metadata is not laid out as DeepFaceLab and we write it: then
// face_info_from_jpeg() has to decide.
std::optional<Landmarks68> quick_landmarks(std::span<const std::uint8_t> jpeg);

}  // namespace understudy
