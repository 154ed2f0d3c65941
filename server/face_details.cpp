// SPDX-License-Identifier: Apache-2.0
// One face with its frame, and what src lacks for dst.
#include <cmath>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/face/face_file.hpp"
#include "lib/selection/coverage.hpp"
#include "server/face_replies.hpp"
#include "server/json_facts.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

json points(std::span<const Point> all) {
  json out = json::array();
  for (const auto& point : all) out.push_back({point.x, point.y});
  return out;
}

void add_metadata(json& face, const Workspace& workspace, Side side, const FaceInfo& info) {
  face["landmarks"] = points(info.landmarks);
  face["polygons"] = json::array();
  for (const auto& polygon : info.polygons) face["polygons"].push_back(points(polygon.points));
  const fs::path source = path_of_text(info.source_filename);
  // A name with folders in it is none that an extraction wrote: it must not lead out of the frames.
  if (source.empty() || source.filename() != source) return;
  json frame{{"name", path_text(source)},
             {"picture", picture_json(workspace, workspace.frames(side) / source)},
             {"rect", json()},
             {"landmarks", json()}};
  if (const auto& rect = info.source_rect) frame["rect"] = {rect->left, rect->top, rect->right, rect->bottom};
  if (info.source_landmarks) frame["landmarks"] = points(*info.source_landmarks);
  face["frame"] = std::move(frame);
  face["debug"] = picture_json(workspace, workspace.aligned_debug(side) / (source.stem().string() + ".jpg"));
}

json axis(const CoverageAxis& one) {
  return {{"column", one.column}, {"low", one.low}, {"step", one.step}, {"cells", one.cells}};
}

struct Lit {
  FaceTablePtr table;
  std::vector<double> side_lights;
};
Result<Lit> lit_faces(FaceTables& tables, Side side) {
  Lit lit;
  TRY(lit.table, tables.of(side));
  for (const auto& blocks : tables.blocks(*lit.table))
    lit.side_lights.push_back(blocks ? side_light(*blocks) : unknown);
  return lit;
}

}  // namespace

Result<json> one_face(const FaceTables& tables, const FaceTable& table, std::uint32_t id) {
  const auto found = table.place_of.find(id);
  if (found == table.place_of.end()) return fail(Code::not_found, "That face is not there any more");
  const auto& entry = table.entries[found->second];
  const auto& workspace = tables.workspace();
  json face{{"id", id},
            {"name", path_text(entry.name)},
            {"path", path_text(entry.path.lexically_relative(workspace.root))},
            {"v", version_of(entry)},
            {"bytes", entry.bytes},
            {"state", text_of(entry, "state")},
            {"problem", entry.problem},
            {"face_type", entry.face_type},
            {"reasons", table.reasons[found->second]},
            {"marked", table.entries[found->second].marked},
            {"numbers", json::object()},
            {"frame", json()},
            {"debug", json()}};
  for (const auto& row : number_rows())
    if (const double value = entry.numbers.*row.member; std::isfinite(value))
      face["numbers"][std::string(row.name)] = value;
  if (const auto person = person_of(entry))
    if (const auto name = table.person_names.find(*person); name != table.person_names.end())
      face["person_name"] = name->second;
  if (const auto info = read_face_info(entry.path)) add_metadata(face, workspace, table.side, *info);
  return face;
}

Result<json> coverage(FaceTables& tables) {
  constexpr std::size_t worst = 60;
  TRY(const auto src, lit_faces(tables, Side::src));
  TRY(const auto dst, lit_faces(tables, Side::dst));
  const auto found = coverage_of({src.table->entries, src.side_lights}, {dst.table->entries, dst.side_lights});
  json maps = json::array(), gaps = json::array();
  for (const auto& map : found.maps)
    maps.push_back({{"name", map.name},
                    {"x", axis(map.x)},
                    {"y", axis(map.y)},
                    {"src", map.src},
                    {"dst", map.dst},
                    {"gap", map.gap}});
  for (const auto& gap : found.gaps) {
    if (gaps.size() == worst) break;
    const auto& entry = dst.table->entries[gap.face];
    gaps.push_back({{"id", dst.table->ids[gap.face]},
                    {"name", path_text(entry.name)},
                    {"source", path_text(entry.source)},
                    {"path", path_text(entry.path.lexically_relative(tables.workspace().root))},
                    {"v", version_of(entry)},
                    {"gaps", gap.gaps}});
  }
  return json{{"versions", {src.table->version, dst.table->version}},
              {"epoch", tables.epoch()},
              {"unmeasured", src.table->unmeasured + dst.table->unmeasured},
              {"src_faces", src.table->entries.size()},
              {"dst_faces", found.dst_faces},
              {"covered", found.covered},
              {"enough", found.enough},
              {"maps", std::move(maps)},
              {"worst", std::move(gaps)}};
}

}  // namespace understudy::studio
