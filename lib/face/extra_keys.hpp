// SPDX-License-Identifier: Apache-2.0
// Keys of our own in a face's metadata, which the extraction may have written: understudy_track, understudy_person, …
#pragma once

#include <cmath>
#include <optional>
#include <string_view>

#include "lib/face/face_file.hpp"

namespace understudy {

inline const pickle::Value* extra_value(const FaceInfo& info, std::string_view key) {
  for (const auto& [name, value] : info.extra)
    if (name == key) return &value;
  return nullptr;
}

inline std::optional<double> extra_number(const FaceInfo& info, std::string_view key) {
  const auto* value = extra_value(info, key);
  return value ? value->as_number() : std::nullopt;
}

// A number of a track or person; what no extraction would have written, a huge one or none at all, is none.
inline std::optional<int> extra_whole(const FaceInfo& info, std::string_view key) {
  const auto number = extra_number(info, key);
  constexpr double most = 1e9;
  if (!number || !(std::abs(*number) <= most)) return std::nullopt;
  return static_cast<int>(*number);
}

}  // namespace understudy
