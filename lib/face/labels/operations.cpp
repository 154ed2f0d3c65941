// SPDX-License-Identifier: Apache-2.0
#include "lib/face/labels/operations.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr double farthest = 30000;  // polygon_mask() draws no farther
constexpr std::size_t most_points = 4000, fewest_points = 3;

Result<> check_point(Point p) {
  if (!std::isfinite(p.x) || !std::isfinite(p.y)) return fail(Code::bad_option, "A point is not a pair of numbers");
  if (std::abs(p.x) > farthest || std::abs(p.y) > farthest)
    return fail(Code::bad_option, "The point ({}, {}) lies more than {} pixels away", p.x, p.y, farthest);
  return {};
}

Result<> check_polygon(const Polygon& polygon, std::size_t fewest) {
  if (polygon.points.size() < fewest)
    return fail(Code::bad_option, "A polygon of {} points has no area; it needs {}", polygon.points.size(), fewest);
  if (polygon.points.size() > most_points)
    return fail(Code::bad_option, "A polygon of {} points is too much; {} fit into a face's metadata",
                polygon.points.size(), most_points);
  for (const Point p : polygon.points) TRY_VOID(check_point(p));
  return {};
}

struct Check {
  Result<> operator()(const InsertPoint& o) const { return check_point(o.at); }
  Result<> operator()(const MovePoint& o) const { return check_point(o.to); }
  Result<> operator()(const AddPolygon& o) const { return check_polygon(o.polygon, fewest_points); }
  Result<> operator()(const StartPolygon& o) const { return check_polygon(o.polygon, 1); }
  Result<> operator()(const SetPolygons& o) const {
    std::size_t points = 0;
    for (const auto& polygon : o.polygons) {
      TRY_VOID(check_polygon(polygon, fewest_points));
      points += polygon.points.size();
    }
    if (points <= most_points) return {};
    return fail(Code::bad_option, "Polygons of {} points are too much; {} fit into a face's metadata", points,
                most_points);
  }
  template <class Other>
  Result<> operator()(const Other&) const {
    return {};
  }
};

Point rounded(Point p) { return {static_cast<float>(p.x), static_cast<float>(p.y)}; }
Polygon rounded(Polygon polygon) {
  for (Point& p : polygon.points) p = rounded(p);
  return polygon;
}

std::ptrdiff_t offset(std::size_t index) { return static_cast<std::ptrdiff_t>(index); }

Result<Polygon*> find(FaceLabels& labels, std::optional<std::size_t> polygon) {
  if (polygon && *polygon < labels.polygons.size()) return &labels.polygons[*polygon];
  if (polygon)
    return fail(Code::bad_option, "There is no polygon {}: the face has {}", *polygon, labels.polygons.size());
  if (labels.open) return &*labels.open;
  return fail(Code::bad_option, "No polygon is being drawn");
}

Result<> must_have(const Polygon& polygon, std::size_t point) {
  if (point < polygon.points.size()) return {};
  return fail(Code::bad_option, "There is no point {}: the polygon has {}", point, polygon.points.size());
}

// Where a polygon of that kind may stand: includes come before excludes.
Result<std::size_t> place_for(const FaceLabels& labels, Polygon::Kind kind, std::optional<std::size_t> wanted) {
  const auto is_include = [](const Polygon& p) { return p.kind == Polygon::Kind::include; };
  const auto includes = static_cast<std::size_t>(std::ranges::count_if(labels.polygons, is_include));
  const std::size_t first = kind == Polygon::Kind::include ? 0 : includes;
  const std::size_t last = kind == Polygon::Kind::include ? includes : labels.polygons.size();
  const std::size_t place = wanted.value_or(last);
  if (place >= first && place <= last) return place;
  return fail(Code::bad_option, "There is no place {} for such a polygon: includes come before excludes", place);
}

// Does one operation to the labels.
struct Apply {
  FaceLabels& labels;

  Result<LabelOperation> operator()(const InsertPoint& o) const {
    TRY(Polygon* const polygon, find(labels, o.polygon));
    const std::size_t place = o.point.value_or(polygon->points.size());
    if (place > polygon->points.size()) TRY_VOID(must_have(*polygon, place));
    if (polygon->points.size() >= most_points)
      return fail(Code::bad_option, "The polygon has {} points already, as many as it may", most_points);
    polygon->points.insert(polygon->points.begin() + offset(place), rounded(o.at));
    return DeletePoint{o.polygon, place};
  }
  Result<LabelOperation> operator()(const MovePoint& o) const {
    TRY(Polygon* const polygon, find(labels, o.polygon));
    TRY_VOID(must_have(*polygon, o.point));
    return MovePoint{o.polygon, o.point, std::exchange(polygon->points[o.point], rounded(o.to))};
  }
  Result<LabelOperation> operator()(const DeletePoint& o) const {
    TRY(Polygon* const polygon, find(labels, o.polygon));
    TRY_VOID(must_have(*polygon, o.point));
    if (o.polygon && polygon->points.size() <= fewest_points) return (*this)(DeletePolygon{*o.polygon});
    if (!o.polygon && polygon->points.size() == 1) return (*this)(DropOpen{});
    const Point was = polygon->points[o.point];
    polygon->points.erase(polygon->points.begin() + offset(o.point));
    return InsertPoint{o.polygon, o.point, was};
  }
  Result<LabelOperation> operator()(const AddPolygon& o) const {
    TRY(const std::size_t place, place_for(labels, o.polygon.kind, o.index));
    labels.polygons.insert(labels.polygons.begin() + offset(place), rounded(o.polygon));
    return DeletePolygon{place};
  }
  Result<LabelOperation> operator()(const DeletePolygon& o) const {
    TRY(Polygon* const polygon, find(labels, o.polygon));
    AddPolygon back{o.polygon, std::move(*polygon)};
    labels.polygons.erase(labels.polygons.begin() + offset(o.polygon));
    return back;
  }
  Result<LabelOperation> operator()(const StartPolygon& o) const {
    if (labels.open) return fail(Code::bad_option, "A polygon is being drawn already; close or drop it first");
    labels.open = rounded(o.polygon);
    return DropOpen{};
  }
  Result<LabelOperation> operator()(const DropOpen&) const {
    TRY(Polygon* const polygon, find(labels, std::nullopt));
    StartPolygon back{std::move(*polygon)};
    labels.open.reset();
    return back;
  }
  Result<LabelOperation> operator()(const ClosePolygon& o) const {
    TRY(Polygon* const polygon, find(labels, std::nullopt));
    TRY_VOID(check_polygon(*polygon, fewest_points));
    TRY(const std::size_t place, place_for(labels, polygon->kind, o.index));
    labels.polygons.insert(labels.polygons.begin() + offset(place), std::move(*polygon));
    labels.open.reset();
    return ReopenPolygon{place};
  }
  Result<LabelOperation> operator()(const ReopenPolygon& o) const {
    if (labels.open) return fail(Code::bad_option, "A polygon is being drawn already; close or drop it first");
    TRY(Polygon* const polygon, find(labels, o.polygon));
    labels.open = std::move(*polygon);
    labels.polygons.erase(labels.polygons.begin() + offset(o.polygon));
    return ClosePolygon{o.polygon};
  }
  Result<LabelOperation> operator()(const SetPolygons& o) const {
    std::vector<Polygon> polygons;
    for (const auto& polygon : o.polygons) polygons.push_back(rounded(polygon));
    return SetPolygons{std::exchange(labels.polygons, includes_first(std::move(polygons)))};
  }
  Result<LabelOperation> operator()(const SetMask& o) const { return SetMask{std::exchange(labels.mask, o.mask)}; }
};

}  // namespace

Result<> check_operation(const LabelOperation& operation) { return std::visit(Check{}, operation); }

Result<LabelOperation> apply(const LabelOperation& operation, FaceLabels& labels) {
  return std::visit(Apply{labels}, operation);
}

}  // namespace understudy
