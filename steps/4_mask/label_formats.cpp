// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/label_formats.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"

namespace understudy {
namespace {

using nlohmann::json;

const char* name_of(Polygon::Kind kind) { return kind == Polygon::Kind::include ? "include" : "exclude"; }

Result<Polygon::Kind> kind_of(const std::string& label) {
  const auto lower = lower_case(label);
  if (lower == "include") return Polygon::Kind::include;
  if (lower == "exclude") return Polygon::Kind::exclude;
  return fail_with_hint(Code::bad_file, fmt::format("it has a shape that is labelled '{}'", label),
                        "Label shapes 'include' or 'exclude'.");
}

Result<double> number_of(const json& value) {
  if (value.is_number() && std::isfinite(value.get<double>())) return value.get<double>();
  return fail(Code::bad_file, "a coordinate is no number");
}

Result<Polygon> polygon_of_shape(const json& shape) {
  TRY(const auto kind, kind_of(shape.at("label")));
  Polygon polygon{kind, {}};
  for (const auto& point : shape.at("points")) {
    TRY(const double x, number_of(point.at(0)));
    TRY(const double y, number_of(point.at(1)));
    polygon.points.push_back({x, y});
  }
  const std::string type = shape.value("shape_type", "polygon");
  if (type == "rectangle" && polygon.points.size() == 2) {
    const Point a = polygon.points[0], b = polygon.points[1];
    polygon.points = {a, {b.x, a.y}, b, {a.x, b.y}};
  } else if (type != "polygon") {
    return fail(Code::bad_file, "it has a shape of type '{}', which is no polygon", type);
  }
  if (polygon.points.size() < 3) return fail(Code::bad_file, "it has a polygon of fewer than three points");
  return polygon;
}

// A picture's side; 0 for what is none.
int side_of(const json& value) {
  constexpr double largest = 1e6;
  const double side = value.is_number() ? value.get<double>() : 0;
  return side >= 1 && side <= largest ? static_cast<int>(side) : 0;
}

double area_of(const Polygon& polygon) {
  double twice = 0;
  for (std::size_t i = 0; i < polygon.points.size(); ++i) {
    const Point a = polygon.points[i], b = polygon.points[(i + 1) % polygon.points.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

json annotation_of(const Polygon& polygon) {
  json flat = json::array();
  Rect box{1e9, 1e9, -1e9, -1e9};
  for (const Point p : polygon.points) {
    flat.push_back(p.x);
    flat.push_back(p.y);
    box = {std::min(box.left, p.x), std::min(box.top, p.y), std::max(box.right, p.x), std::max(box.bottom, p.y)};
  }
  return {{"category_id", polygon.kind == Polygon::Kind::include ? 1 : 2},
          {"segmentation", json::array({std::move(flat)})},
          {"area", area_of(polygon)},
          {"bbox", json::array({box.left, box.top, box.width(), box.height()})},
          {"iscrowd", 0}};
}

Result<> take_annotation(const json& one, const std::map<std::int64_t, Polygon::Kind>& kinds,
                         std::map<std::int64_t, LabelledPicture>& pictures) {
  const auto picture = pictures.find(one.at("image_id").get<std::int64_t>());
  const auto kind = kinds.find(one.at("category_id").get<std::int64_t>());
  if (picture == pictures.end() || kind == kinds.end())
    return fail(Code::bad_file, "an annotation belongs to no picture or category of the file");
  if (!one.at("segmentation").is_array())
    return fail_with_hint(Code::bad_file, "an annotation is a mask in run lengths", "Export polygons.");
  for (const auto& flat : one.at("segmentation")) {
    Polygon polygon{kind->second, {}};
    if (flat.size() % 2 != 0 || flat.size() < 6) return fail(Code::bad_file, "a polygon has fewer than three points");
    for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
      TRY(const double x, number_of(flat.at(i)));
      TRY(const double y, number_of(flat.at(i + 1)));
      polygon.points.push_back({x, y});
    }
    picture->second.polygons.push_back(std::move(polygon));
  }
  return {};
}

Result<std::vector<LabelledPicture>> coco_pictures(const json& file) {
  std::map<std::int64_t, Polygon::Kind> kinds;
  for (const auto& category : file.at("categories")) {
    TRY(const auto kind, kind_of(category.at("name")));
    kinds[category.at("id")] = kind;
  }
  std::map<std::int64_t, LabelledPicture> pictures;
  for (const auto& image : file.at("images")) {
    const ImageSize size{side_of(image.at("width")), side_of(image.at("height"))};
    pictures[image.at("id")] = {path_of_text(image.at("file_name").get<std::string>()).string(), size, {}};
  }
  for (const auto& one : file.at("annotations")) TRY_VOID(take_annotation(one, kinds, pictures));
  std::vector<LabelledPicture> all;
  for (auto& [id, picture] : pictures) {
    picture.polygons = includes_first(std::move(picture.polygons));
    all.push_back(std::move(picture));
  }
  return all;
}

}  // namespace

json labelme_json(const LabelledPicture& one, const std::string& picture) {
  json shapes = json::array();
  for (const auto& polygon : one.polygons) {
    json points = json::array();
    for (const Point p : polygon.points) points.push_back({p.x, p.y});
    shapes.push_back({{"label", name_of(polygon.kind)},
                      {"points", std::move(points)},
                      {"group_id", nullptr},
                      {"shape_type", "polygon"},
                      {"flags", json::object()}});
  }
  return {{"version", "5.0.1"},          {"flags", json::object()},
          {"shapes", std::move(shapes)}, {"imagePath", path_text(picture)},
          {"imageData", nullptr},        {"imageHeight", one.size.height},
          {"imageWidth", one.size.width}};
}

std::vector<Polygon> scaled_polygons(std::vector<Polygon> polygons, ImageSize from, ImageSize to) {
  if (from.width <= 0 || from.height <= 0) return polygons;
  const double x = static_cast<double>(to.width) / from.width, y = static_cast<double>(to.height) / from.height;
  for (auto& polygon : polygons)
    for (Point& p : polygon.points) p = {p.x * x, p.y * y};
  return polygons;
}

Result<std::vector<Polygon>> polygons_from_labelme(const json& file, ImageSize size) {
  try {
    std::vector<Polygon> polygons;
    for (const auto& shape : file.at("shapes")) {
      TRY(Polygon polygon, polygon_of_shape(shape));
      polygons.push_back(std::move(polygon));
    }
    const ImageSize shown{side_of(file.value("imageWidth", json())), side_of(file.value("imageHeight", json()))};
    return scaled_polygons(includes_first(std::move(polygons)), shown, size);
  } catch (const json::exception&) {
    return fail(Code::bad_file, "it is no LabelMe file");
  }
}

json coco_json(const std::vector<LabelledPicture>& pictures) {
  json images = json::array(), annotations = json::array();
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto& one = pictures[i];
    images.push_back(
        {{"id", i + 1}, {"file_name", path_text(one.name)}, {"width", one.size.width}, {"height", one.size.height}});
    for (const auto& polygon : one.polygons) {
      json annotation = annotation_of(polygon);
      annotation["id"] = annotations.size() + 1;
      annotation["image_id"] = i + 1;
      annotations.push_back(std::move(annotation));
    }
  }
  return {{"info", {{"description", "Face labels"}, {"version", "1.0"}}},
          {"licenses", json::array()},
          {"images", std::move(images)},
          {"annotations", std::move(annotations)},
          {"categories", json::array({{{"id", 1}, {"name", "include"}, {"supercategory", "face"}},
                                      {{"id", 2}, {"name", "exclude"}, {"supercategory", "face"}}})}};
}

Result<std::vector<LabelledPicture>> pictures_from_coco(const json& file) {
  try {
    return coco_pictures(file);
  } catch (const json::exception&) {
    return fail(Code::bad_file, "it is no COCO file");
  }
}

}  // namespace understudy
