// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "lib/face/labels/operations.hpp"

namespace understudy {
namespace {

using nlohmann::json;

json point_json(Point p) {
  const auto number = [](double v) { return std::isfinite(v) ? json(v) : json(nullptr); };
  return json::array({number(p.x), number(p.y)});
}

Result<Point> point_from(const json& value) {
  const auto is_number = [](const json& v) { return v.is_number() || v.is_null(); };
  if (!value.is_array() || value.size() != 2 || !is_number(value[0]) || !is_number(value[1]))
    return fail(Code::bad_file, "a point is no pair of numbers");
  const auto number = [](const json& v) { return v.is_null() ? std::nan("") : v.get<double>(); };
  return Point{number(value[0]), number(value[1])};
}

using Index = std::optional<std::size_t>;

void put(json& to, const char* key, const Index& index) {
  if (index) to[key] = *index;
}

Result<Index> index_at(const json& from, const char* key) {
  const auto found = from.find(key);
  if (found == from.end() || found->is_null()) return Index{};
  if (!found->is_number_integer() || found->get<std::int64_t>() < 0)
    return fail(Code::bad_file, "'{}' is no index from 0 on", key);
  return Index(found->get<std::size_t>());
}

Result<std::size_t> needed_index(const json& from, const char* key) {
  TRY(const Index index, index_at(from, key));
  if (index) return *index;
  return fail(Code::bad_file, "'{}' is missing", key);
}

Result<Point> needed_point(const json& from, const char* key) {
  const auto found = from.find(key);
  if (found == from.end()) return fail(Code::bad_file, "'{}' is missing", key);
  return point_from(*found);
}

struct Put {
  const KeepMask& keep;

  Result<json> operator()(const InsertPoint& o) const {
    json out{{"do", "insert-point"}, {"at", point_json(o.at)}};
    put(out, "polygon", o.polygon);
    put(out, "point", o.point);
    return out;
  }
  Result<json> operator()(const MovePoint& o) const {
    json out{{"do", "move-point"}, {"point", o.point}, {"to", point_json(o.to)}};
    put(out, "polygon", o.polygon);
    return out;
  }
  Result<json> operator()(const DeletePoint& o) const {
    json out{{"do", "delete-point"}, {"point", o.point}};
    put(out, "polygon", o.polygon);
    return out;
  }
  Result<json> operator()(const AddPolygon& o) const {
    json out = to_json(o.polygon);
    out["do"] = "add-polygon";
    put(out, "index", o.index);
    return out;
  }
  Result<json> operator()(const DeletePolygon& o) const {
    return json{{"do", "delete-polygon"}, {"polygon", o.polygon}};
  }
  Result<json> operator()(const StartPolygon& o) const {
    json out = to_json(o.polygon);
    out["do"] = "start-polygon";
    return out;
  }
  Result<json> operator()(const DropOpen&) const { return json{{"do", "drop-open"}}; }
  Result<json> operator()(const ClosePolygon& o) const {
    json out{{"do", "close-polygon"}};
    put(out, "index", o.index);
    return out;
  }
  Result<json> operator()(const ReopenPolygon& o) const {
    return json{{"do", "reopen-polygon"}, {"polygon", o.polygon}};
  }
  Result<json> operator()(const SetPolygons& o) const {
    json polygons = json::array();
    for (const auto& polygon : o.polygons) polygons.push_back(to_json(polygon));
    return json{{"do", "set-polygons"}, {"polygons", std::move(polygons)}};
  }
  Result<json> operator()(const SetMask& o) const {
    json out{{"do", "set-mask"}, {"mask", nullptr}};
    if (o.mask) {
      TRY(out["mask"], keep(*o.mask));
    }
    return out;
  }
};

Result<LabelOperation> set_polygons_from(const json& value) {
  const auto list = value.find("polygons");
  if (list == value.end() || !list->is_array()) return fail(Code::bad_file, "'polygons' is no list");
  SetPolygons all;
  for (const auto& one : *list) {
    TRY(Polygon polygon, polygon_from_json(one));
    all.polygons.push_back(std::move(polygon));
  }
  return all;
}

Result<LabelOperation> set_mask_from(const json& value, const FindMask& find) {
  const auto mask = value.find("mask");
  if (!find || mask == value.end()) return fail(Code::bad_file, "'set-mask' cannot be asked for here");
  if (mask->is_null()) return SetMask{};
  TRY(Bytes bytes, find(*mask));
  return SetMask{std::move(bytes)};
}

Result<LabelOperation> point_operation(const std::string& what, const json& value) {
  TRY(const Index polygon, index_at(value, "polygon"));
  if (what == "insert-point") {
    TRY(const Index point, index_at(value, "point"));
    TRY(const Point at, needed_point(value, "at"));
    return InsertPoint{polygon, point, at};
  }
  TRY(const std::size_t point, needed_index(value, "point"));
  if (what == "delete-point") return DeletePoint{polygon, point};
  TRY(const Point to, needed_point(value, "to"));
  return MovePoint{polygon, point, to};
}

Result<LabelOperation> polygon_operation(const std::string& what, const json& value) {
  if (what == "drop-open") return DropOpen{};
  if (what == "delete-polygon" || what == "reopen-polygon") {
    TRY(const std::size_t polygon, needed_index(value, "polygon"));
    return what == "delete-polygon" ? LabelOperation(DeletePolygon{polygon}) : LabelOperation(ReopenPolygon{polygon});
  }
  TRY(const Index index, index_at(value, "index"));
  if (what == "close-polygon") return ClosePolygon{index};
  TRY(Polygon polygon, polygon_from_json(value));
  if (what == "add-polygon") return AddPolygon{index, std::move(polygon)};
  return StartPolygon{std::move(polygon)};
}

}  // namespace

json to_json(const Polygon& polygon) {
  json points = json::array();
  for (const Point p : polygon.points) points.push_back(point_json(p));
  return {{"kind", polygon.kind == Polygon::Kind::include ? "include" : "exclude"}, {"points", std::move(points)}};
}

Result<Polygon> polygon_from_json(const json& value) {
  const auto kind = value.is_object() ? value.find("kind") : value.end();
  if (!value.is_object() || kind == value.end() || (*kind != "include" && *kind != "exclude"))
    return fail(Code::bad_file, "a polygon's 'kind' is neither include nor exclude");
  const auto points = value.find("points");
  if (points == value.end() || !points->is_array()) return fail(Code::bad_file, "a polygon has no list of 'points'");
  Polygon polygon{*kind == "include" ? Polygon::Kind::include : Polygon::Kind::exclude, {}};
  for (const auto& one : *points) {
    TRY(const Point p, point_from(one));
    polygon.points.push_back(p);
  }
  return polygon;
}

Result<json> to_json(const LabelOperation& operation, const KeepMask& keep) { return std::visit(Put{keep}, operation); }

Result<LabelOperation> operation_from_json(const json& value, const FindMask& find) {
  const auto what = value.is_object() ? value.find("do") : value.end();
  if (!value.is_object() || what == value.end() || !what->is_string())
    return fail(Code::bad_file, "an operation has no 'do'");
  const auto& name = what->get_ref<const std::string&>();
  if (name == "set-polygons") return set_polygons_from(value);
  if (name == "set-mask") return set_mask_from(value, find);
  for (const char* known : {"insert-point", "delete-point", "move-point"}) {
    if (name == known) return point_operation(name, value);
  }
  for (const char* known :
       {"drop-open", "delete-polygon", "reopen-polygon", "close-polygon", "add-polygon", "start-polygon"}) {
    if (name == known) return polygon_operation(name, value);
  }
  return fail(Code::bad_file, "there is no operation '{}'", name);
}

}  // namespace understudy
