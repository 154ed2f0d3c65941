// SPDX-License-Identifier: Apache-2.0
// What can be done to a face's labels, as values: each operation, once done, gives the one that takes it back.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <variant>
#include <vector>

#include "lib/face/face_file.hpp"

namespace understudy {

// What somebody drew on one face, in pixels of its crop, and the mask that was applied to it.
struct FaceLabels {
  std::vector<Polygon> polygons;  // closed ones, includes first: what the face file holds (spec pipeline.md 3.4)
  std::optional<Polygon> open;    // the one that is being drawn; only our journal knows it
  std::optional<Bytes> mask;      // encoded, see decode_mask()
  bool operator==(const FaceLabels&) const = default;
};

// `polygon` counts from 0 in FaceLabels::polygons; nothing is the open one.
struct InsertPoint {
  std::optional<std::size_t> polygon;
  std::optional<std::size_t> point;  // its index afterwards; nothing: behind the last
  Point at;
};
struct MovePoint {
  std::optional<std::size_t> polygon;
  std::size_t point = 0;
  Point to;
};
// A closed polygon goes when fewer than three points are left, the open one with its last (spec pipeline.md 6.1).
struct DeletePoint {
  std::optional<std::size_t> polygon;
  std::size_t point = 0;
};
struct AddPolygon {
  std::optional<std::size_t> index;  // its index afterwards, among those of its kind; nothing: behind the last of them
  Polygon polygon;
};
struct DeletePolygon {
  std::size_t polygon = 0;
};
struct StartPolygon {
  Polygon polygon;  // the open one from now on
};
struct DropOpen {};
struct ClosePolygon {
  std::optional<std::size_t> index;  // as AddPolygon's
};
struct ReopenPolygon {
  std::size_t polygon = 0;
};
struct SetPolygons {
  std::vector<Polygon> polygons;  // all of them anew: copied, carried over, made of a mask, or none
};
struct SetMask {
  std::optional<Bytes> mask;
};
using LabelOperation = std::variant<InsertPoint, MovePoint, DeletePoint, AddPolygon, DeletePolygon, StartPolygon,
                                    DropOpen, ClosePolygon, ReopenPolygon, SetPolygons, SetMask>;

// Whether it may come from outside: coordinates are finite and within 30,000 pixels of the crop's corner, a closed
// polygon has at least three points, a face at most 4,000. Polygons may cross themselves (they are filled even-odd) and
// leave the picture (what is outside is not drawn). bad_option in one sentence.
Result<> check_operation(const LabelOperation&);

// Does it and returns the operation that takes it back. bad_option when it does not fit the labels (no such polygon or
// point, none being drawn); they are unchanged then. Coordinates are rounded to 32 bits, as the face file holds them.
Result<LabelOperation> apply(const LabelOperation&, FaceLabels&);

// {"do": "move-point", "polygon": 0, "point": 3, "to": [101.5, 88]}; docs/mask.md lists them all. Masks are not written
// into JSON: `keep` puts one away and returns what stands for it, `find` gives it back.
using KeepMask = std::function<Result<nlohmann::json>(const Bytes&)>;
using FindMask = std::function<Result<Bytes>(const nlohmann::json&)>;
Result<nlohmann::json> to_json(const LabelOperation&, const KeepMask& keep);
// Without `find`, "set-mask" is refused. bad_file in one sentence for anything odd.
Result<LabelOperation> operation_from_json(const nlohmann::json&, const FindMask& find = {});
// {"kind": "include", "points": [[x, y], …]}; NaN is null.
nlohmann::json to_json(const Polygon&);
Result<Polygon> polygon_from_json(const nlohmann::json&);

}  // namespace understudy
