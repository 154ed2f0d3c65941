// SPDX-License-Identifier: Apache-2.0
// Between FaceInfo and DeepFaceLab's metadata dict (spec pipeline.md 3.3).
#include <algorithm>
#include <cmath>

#include "lib/face/face_file.hpp"

namespace understudy {
namespace {

using pickle::Value;

template <std::size_t count>
std::optional<std::array<double, count>> fixed_numbers(const Value& value) {
  const auto numbers = value.numbers();
  if (!numbers || numbers->size() != count) return std::nullopt;
  std::array<double, count> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::isfinite((*numbers)[i])) return std::nullopt;
    out[i] = (*numbers)[i];
  }
  return out;
}

std::optional<Polygon> polygon_from(const Value& kind, const Value& points) {
  const auto type = kind.as_int();
  const auto numbers = points.numbers();
  if (!type || !numbers || numbers->size() % 2 != 0) return std::nullopt;
  Polygon polygon{*type == 1 ? Polygon::Kind::include : Polygon::Kind::exclude, {}};
  for (std::size_t i = 0; i + 1 < numbers->size(); i += 2) polygon.points.push_back({(*numbers)[i], (*numbers)[i + 1]});
  return polygon;
}

// {'polys': [{'type':, 'pts':}]}, or the old list of (type, points).
std::optional<std::vector<Polygon>> polygons_from(const Value& value) {
  const Value* list = value.as_dict() ? value.find("polys") : &value;
  const auto* items = list ? list->as_sequence() : nullptr;
  if (!items) return std::nullopt;
  std::vector<Polygon> polygons;
  for (const auto& item : *items) {
    const auto* pair = item.as_sequence();
    const Value* kind = pair ? (pair->size() == 2 ? &(*pair)[0] : nullptr) : item.find("type");
    const Value* points = pair ? (pair->size() == 2 ? &(*pair)[1] : nullptr) : item.find("pts");
    auto polygon = kind && points ? polygon_from(*kind, *points) : std::nullopt;
    if (!polygon) return std::nullopt;
    polygons.push_back(*std::move(polygon));
  }
  return includes_first(std::move(polygons));
}

Value point_list(const Landmarks68& landmarks) {
  pickle::List points;
  for (const Point p : landmarks) points.push_back(Value::list({p.x, p.y}));
  return Value::list(std::move(points));
}

Value polygon_dict(const std::vector<Polygon>& polygons) {
  pickle::List list;
  for (const auto& polygon : polygons) {
    std::vector<float> points;
    for (const Point p : polygon.points) {
      points.push_back(static_cast<float>(p.x));
      points.push_back(static_cast<float>(p.y));
    }
    auto one = Value::dict();
    one.set("type", static_cast<int>(polygon.kind));
    one.set("pts", NdArray::of<float>(points, {static_cast<std::int64_t>(polygon.points.size()), 2}));
    list.push_back(std::move(one));
  }
  auto dict = Value::dict();
  dict.set("polys", Value::list(std::move(list)));
  return dict;
}

std::optional<Mesh468> mesh_from(const Value& value) {
  const auto* array = value.as_array();
  if (!array || array->size() != 468 * 3) return std::nullopt;
  const auto numbers = array->to<float>();
  Mesh468 mesh;
  for (std::size_t i = 0; i < 468; ++i) mesh[i] = {numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]};
  return mesh;
}

// One known key; false when its value is not what it should be. Unknown keys are kept in `extra`.
bool take(const std::string& key, const Value& value, FaceInfo& info) {
  if (key == "face_type") {
    const auto type = value.as_string() ? face_type_from_name(*value.as_string()) : std::nullopt;
    if (type) info.face_type = *type;
    return type.has_value();
  }
  if (key == "landmarks" || key == "source_landmarks") {
    const auto landmarks = landmarks_from(value);
    if (landmarks && key == "landmarks") info.landmarks = *landmarks;
    if (landmarks && key == "source_landmarks") info.source_landmarks = *landmarks;
    return landmarks.has_value();
  }
  if (key == "source_filename") {
    if (value.as_string()) info.source_filename = *value.as_string();
    return value.as_string() != nullptr;
  }
  if (key == "source_rect") {
    const auto n = fixed_numbers<4>(value);
    if (n) info.source_rect = Rect{(*n)[0], (*n)[1], (*n)[2], (*n)[3]};
    return n.has_value();
  }
  if (key == "image_to_face_mat") {
    const auto n = fixed_numbers<6>(value);
    if (n) info.image_to_face_mat = Affine{*n};
    return n.has_value();
  }
  if (key == "eyebrows_expand_mod") {
    const auto n = value.as_number();
    if (n) info.eyebrows_expand_mod = *n;
    return n.has_value();
  }
  if (key == "seg_ie_polys") {
    auto polygons = polygons_from(value);
    if (polygons) info.polygons = *std::move(polygons);
    return polygons.has_value();
  }
  if (key == "xseg_mask") {
    const auto* array = value.as_array();
    if (array && array->dtype == "u1") info.xseg_mask = array->to<std::uint8_t>();
    return info.xseg_mask.has_value();
  }
  if (key == "understudy_mesh") {
    info.mesh = mesh_from(value);
    if (info.mesh) return true;
  }
  info.extra.emplace_back(key, value);
  return true;
}

}  // namespace

std::optional<Landmarks68> landmarks_from(const Value& value) {
  const auto numbers = fixed_numbers<136>(value);
  if (!numbers) return std::nullopt;
  Landmarks68 landmarks;
  for (std::size_t i = 0; i < 68; ++i) landmarks[i] = {(*numbers)[2 * i], (*numbers)[2 * i + 1]};
  return landmarks;
}

Result<FaceInfo> face_info_from_dict(const Value& dict) {
  const auto* entries = dict.as_dict();
  if (!entries) return fail(Code::bad_file, "the face metadata is no dictionary");
  FaceInfo info;
  if (!dict.find("landmarks")) return fail(Code::bad_file, "the face metadata holds no landmarks");
  for (const auto& [key, value] : *entries) {
    const auto* name = key.as_string();
    if (!name) return fail(Code::bad_file, "the face metadata has a key that is no text");
    if (!value.is_none() && !take(*name, value, info))
      return fail(Code::bad_file, "the face metadata has an odd '{}'", *name);
  }
  return info;
}

Value dict_from_face_info(const FaceInfo& info) {
  auto dict = Value::dict();
  dict.set("face_type", std::string(face_type_name(info.face_type)));
  dict.set("landmarks", point_list(info.landmarks));
  if (!info.source_filename.empty()) dict.set("source_filename", info.source_filename);
  if (const auto& rect = info.source_rect) {
    // The size sorter indexes it with a list, so it has to be an array (spec pipeline.md 3.3).
    const std::array<std::int32_t, 4> ltrb = {
        static_cast<std::int32_t>(std::lround(rect->left)), static_cast<std::int32_t>(std::lround(rect->top)),
        static_cast<std::int32_t>(std::lround(rect->right)), static_cast<std::int32_t>(std::lround(rect->bottom))};
    dict.set("source_rect", NdArray::of<std::int32_t>(ltrb, {4}));
  }
  if (info.source_landmarks) dict.set("source_landmarks", point_list(*info.source_landmarks));
  if (info.image_to_face_mat) dict.set("image_to_face_mat", NdArray::of<double>(info.image_to_face_mat->m, {2, 3}));
  if (info.eyebrows_expand_mod != 1) dict.set("eyebrows_expand_mod", info.eyebrows_expand_mod);
  if (!info.polygons.empty()) dict.set("seg_ie_polys", polygon_dict(info.polygons));
  if (info.xseg_mask) {
    dict.set("xseg_mask",
             NdArray::of<std::uint8_t>(*info.xseg_mask, {static_cast<std::int64_t>(info.xseg_mask->size())}));
  }
  if (info.mesh) {
    dict.set("understudy_mesh",
             NdArray::of<float>(std::span<const float>(info.mesh->front().data(), 468 * 3), {468, 3}));
  }
  for (const auto& [key, value] : info.extra) dict.set(key, value);
  return dict;
}

}  // namespace understudy
