// SPDX-License-Identifier: Apache-2.0
#include "lib/face/face_type.hpp"

#include <array>
#include <numbers>

#include "lib/base/text.hpp"

namespace understudy {
namespace {

struct Row {
  FaceType type;
  std::string_view name, key;
  double padding, rise;
};
constexpr std::array<Row, 8> rows = {{
    {FaceType::half, "half_face", "h", 0, 0},
    {FaceType::midfull, "midfull_face", "mf", 0.0675, 0},
    {FaceType::full, "full_face", "f", 0.2109375, 0},
    {FaceType::full_no_align, "full_face_no_align", "", 0.2109375, 0},
    {FaceType::whole, "whole_face", "wf", 0.40, 0.07},
    {FaceType::head, "head", "head", 0.70, 0.5},
    {FaceType::head_no_align, "head_no_align", "", 0.70, 0},
    {FaceType::mark_only, "mark_only", "", 0, 0},
}};

const Row& row_of(FaceType type) {
  for (const auto& row : rows) {
    if (row.type == type) return row;
  }
  return rows[2];
}

}  // namespace

std::string_view face_type_name(FaceType type) { return row_of(type).name; }
std::string_view face_type_key(FaceType type) { return row_of(type).key; }
double face_crop_side(FaceType type) { return 1 + 2 * std::numbers::sqrt2 * row_of(type).padding; }
double face_crop_rise(FaceType type) { return row_of(type).rise; }

std::optional<FaceType> face_type_from_name(std::string_view name) {
  const auto wanted = lower_case(name);
  for (const auto& row : rows) {
    if (row.name == wanted) return row.type;
  }
  return std::nullopt;
}

std::optional<FaceType> face_type_from_key(std::string_view key) {
  for (const auto& row : rows) {
    if (!row.key.empty() && row.key == key) return row.type;
  }
  return std::nullopt;
}

std::optional<FaceType> face_type_from_code(long long code) {
  for (const auto& row : rows) {
    if (static_cast<long long>(row.type) == code) return row.type;
  }
  return std::nullopt;
}

}  // namespace understudy
