// SPDX-License-Identifier: Apache-2.0
#include "server/face_replies.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <set>

#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/selection/orders.hpp"
#include "lib/selection/reasons.hpp"
#include "server/pictures.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

json number_or_null(double value) { return std::isfinite(value) ? json(value) : json(); }

json face_row(const FaceTables& tables, const FaceTable& table, std::uint32_t at) {
  const auto& entry = table.entries[at];
  return {{"id", table.ids[at]},
          {"name", path_text(entry.name)},
          {"path", path_text(entry.path.lexically_relative(tables.workspace().root))},
          {"v", version_of(entry)},
          {"measured", entry.id != 0},
          {"reasons", table.reasons[at]},
          {"person", number_or_null(entry.numbers.person)},
          {"polygons", number_or_null(entry.numbers.polygons)},
          {"masked", entry.numbers.masked == 1},
          {"marked", table.entries[at].marked}};
}

void append(std::string& out, const auto& value) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

json list_window(const FaceTables& tables, const FaceTable& table, const FaceList& list, const ListQuery& query,
                 const Request& request) {
  const auto [total, from, to] = window_of(list.faces.size(), request);
  const auto* number = find_number(query.order);
  json faces = json::array();
  for (long i = from; i < to; ++i) {
    const auto at = list.faces[static_cast<std::size_t>(i)];
    auto row = face_row(tables, table, at);
    if (number) row["value"] = number_or_null(table.entries[at].numbers.*number->member);
    if (!list.behind.empty()) row["behind"] = list.behind[static_cast<std::size_t>(i)];
    faces.push_back(std::move(row));
  }
  return {{"version", table.version},
          {"epoch", tables.epoch()},
          {"total", total},
          {"all", table.entries.size()},
          {"from", from},
          {"unmeasured", table.unmeasured},
          {"trouble", table.trouble},
          {"undo", table.undo},
          {"redo", table.redo},
          {"faces", std::move(faces)}};
}

Result<std::string> list_numbers(const FaceTable& table, const FaceList& list, const std::string& columns) {
  constexpr std::size_t most_columns = 8;
  const auto names = columns.empty() ? std::vector<std::string>() : split(columns, ',');
  if (names.size() > most_columns) return fail(Code::bad_option, "At most {} columns at a time", most_columns);
  std::string out;
  append(out, static_cast<std::uint32_t>(list.faces.size()));
  append(out, static_cast<std::uint32_t>(table.version));
  for (const auto at : list.faces) append(out, table.ids[at]);
  for (const auto& name : names) {
    TRY(const auto order, column_order(name, false));
    if (!order.number) return fail(Code::bad_option, "'{}' is no number", name);
    for (const auto at : list.faces) append(out, static_cast<float>(table.entries[at].numbers.*order.number->member));
  }
  return out;
}

json measures(const FaceTable& table) {
  json columns = json::array(), functions = json::array(), reasons = json::array();
  for (const auto& row : number_rows()) {
    std::size_t known = 0;
    double least = INFINITY, most = -INFINITY;
    for (const auto& entry : table.entries) {
      const double value = entry.numbers.*row.member;
      if (!std::isfinite(value)) continue;
      ++known, least = std::min(least, value), most = std::max(most, value);
    }
    columns.push_back({{"name", row.name},
                       {"help", row.help},
                       {"kind", "number"},
                       {"known", known},
                       {"least", number_or_null(least)},
                       {"most", number_or_null(most)}});
  }
  for (const auto& row : filter_texts())
    columns.push_back({{"name", row.name}, {"help", row.help}, {"kind", "text"}, {"known", table.entries.size()}});
  for (const auto& row : filter_conditions()) {
    const auto held = std::ranges::count_if(table.entries, &CatalogueEntry::marked);
    columns.push_back({{"name", row.name}, {"help", row.help}, {"kind", "condition"}, {"known", held}});
  }
  for (const auto& row : filter_functions()) functions.push_back({{"name", row.name}, {"help", row.help}});
  const auto all = quality_reasons();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto held = std::ranges::count_if(table.reasons, [i](auto bits) { return (bits >> i & 1) != 0; });
    reasons.push_back({{"name", all[i].name}, {"condition", all[i].condition}, {"help", all[i].help}, {"faces", held}});
  }
  return {{"columns", columns}, {"functions", functions}, {"reasons", reasons}};
}

json persons(const FaceTables& tables, const FaceTable& table) {
  constexpr std::size_t examples = 8;
  std::map<int, std::vector<std::uint32_t>> own;
  for (std::uint32_t i = 0; i < table.entries.size(); ++i)
    if (const auto person = person_of(table.entries[i])) own[*person].push_back(i);
  std::vector<json> all;
  for (auto& [person, faces] : own) {
    std::set<double> tracks;
    for (const auto i : faces)
      if (const double track = table.entries[i].numbers.track; !std::isnan(track)) tracks.insert(track);
    const auto quality = [&](std::uint32_t i) {
      const double value = table.entries[i].numbers.quality;
      return std::isnan(value) ? -1 : value;
    };
    // From all over the clip, of each part the best: one shot is a poor likeness.
    const auto parts = std::min(examples, faces.size());
    json shown = json::array();
    for (std::size_t p = 0; p < parts; ++p) {
      const auto first = faces.begin() + static_cast<std::ptrdiff_t>(p * faces.size() / parts);
      const auto last = faces.begin() + static_cast<std::ptrdiff_t>((p + 1) * faces.size() / parts);
      shown.push_back(face_row(
          tables, table, *std::max_element(first, last, [&](auto a, auto b) { return quality(a) < quality(b); })));
    }
    const auto name = table.person_names.find(person);
    all.push_back({{"person", person},
                   {"name", name == table.person_names.end() ? "" : name->second},
                   {"faces", faces.size()},
                   {"tracks", tracks.size()},
                   {"examples", std::move(shown)}});
  }
  std::ranges::stable_sort(all, std::greater{}, [](const json& row) { return row["faces"].get<std::size_t>(); });
  return {{"version", table.version}, {"epoch", tables.epoch()}, {"persons", json(std::move(all))}};
}

Result<json> trash_window(const Workspace& workspace, Side side, const Request& request) {
  const auto trash = trash_of(workspace.aligned(side)), name = trash_name(workspace, side);
  std::error_code error;
  std::vector<fs::path> files;
  if (fs::is_directory(trash, error)) {
    TRY(files, image_files(trash));
  }
  const auto [total, from, to] = window_of(files.size(), request);
  json pictures = json::array();
  for (long i = from; i < to; ++i) {
    const auto& file = files[static_cast<std::size_t>(i)];
    CatalogueEntry entry;
    entry.bytes = fs::file_size(file, error);
    entry.time = fs::last_write_time(file, error).time_since_epoch().count();
    pictures.push_back({{"name", path_text(file.filename())},
                        {"path", path_text((name / file.filename()).lexically_relative(workspace.root))},
                        {"v", version_of(entry)}});
  }
  return json{{"total", total}, {"from", from}, {"pictures", std::move(pictures)}};
}

}  // namespace understudy::studio
