// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/verb.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/identity/embedding.hpp"
#include "lib/image/codec.hpp"
#include "lib/project/face_history.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"
#include "lib/selection/filter.hpp"
#include "lib/selection/said.hpp"
#include "steps/3_curate/apply.hpp"
#include "steps/3_curate/stats.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// A side's faces and what the catalogue knows of them.
struct Faces {
  Workspace workspace;
  Side side = Side::src;
  fs::path folder;
  std::optional<FileLock> lock;  // when they are to be moved
  std::optional<Catalogue> catalogue;
  std::vector<CatalogueEntry> entries;

  fs::path state_file(std::string_view what, std::string_view ending) const {
    const auto state = is_workspace(workspace) ? workspace.state() : folder / ".understudy";
    return state / fmt::format("{}-{}{}", what, side_name(side), ending);
  }
};

std::function<void(std::string)> teller(Run& run) {
  return [&run](std::string text) { run.note(std::move(text)); };
}

Result<Faces> find_faces(const Call& call, const fs::path& input, bool to_move) {
  Faces faces;
  TRY(faces.workspace, open_workspace(call.workspace));
  TRY(faces.side, parse_side(call.positionals.at("side")));
  faces.folder = faceset_folder(faces.workspace, faces.side, input);
  if (to_move) {
    TRY(faces.lock, take_faceset(faces.folder));
  } else {
    TRY_VOID(look_at_faceset(faces.folder));
  }
  return faces;
}

// An output is none of the workspace's sources, and neither the faces' folder nor one of the faces.
Result<> check_target(const Faces& faces, const fs::path& output) {
  TRY_VOID(check_output(faces.workspace, output, {faces.folder}));
  std::error_code ignored;
  if (output.empty() || !fs::exists(faces.folder / output.filename(), ignored)) return {};
  TRY(const auto images, image_files(faces.folder));
  for (const auto& image : images)
    if (image.filename() == output.filename()) return check_output(output, {image});
  return {};
}

Result<> read_catalogue(Faces& faces, int threads, Run& run) {
  TRY(faces.catalogue, Catalogue::open(catalogue_for(faces.workspace, faces.folder), faces.workspace.root, run));
  TRY(faces.entries, faces.catalogue->sync(faces.folder, threads, run));
  TRY(const auto history, FaceHistory::open(faces.folder));
  take_said(faces.entries, history.facts());
  if (!faces.entries.empty()) return {};
  std::error_code ignored;
  if (fs::exists(faces.folder / "faceset.pak", ignored))
    return fail_with_hint(Code::no_faces, fmt::format("The faces of {} are packed", faces.folder.string()),
                          fmt::format("Unpack them: understudy faceset unpack {}", side_name(faces.side)));
  return fail_with_hint(Code::no_faces, fmt::format("There are no faces in {}", faces.folder.string()),
                        "Run extract first.");
}

json to_json(const SyncReport& r) {
  return {{"files", r.files},       {"measured", r.measured},     {"followed", r.followed},
          {"vanished", r.vanished}, {"unreadable", r.unreadable}, {"rebuilt", r.rebuilt}};
}

json to_json(const Order& order, const std::vector<CatalogueEntry>& entries) {
  json kept = json::array(), trash = json::array(), alone = json::array();
  for (const auto& placed : order.kept) {
    json row{{"file", path_text(entries[placed.entry].name)}};
    if (!std::isnan(placed.value)) row["value"] = placed.value;
    if (!placed.group.empty()) row["group"] = placed.group;
    kept.push_back(std::move(row));
  }
  for (const auto i : order.trash) trash.push_back(path_text(entries[i].name));
  for (const auto i : order.alone)
    alone.push_back({{"file", path_text(entries[i].name)}, {"problem", entries[i].problem}});
  return {{"order", std::move(kept)}, {"trash", std::move(trash)}, {"left_alone", std::move(alone)}};
}

Result<> check(const SortOptions& options) {
  const bool best = options.by == SortMethod::best_faces || options.by == SortMethod::best_faces_faster;
  if (!best || options.target > 64) return {};
  return fail_with_hint(Code::bad_option,
                        fmt::format("With a target of {} this sort would keep no face at all", options.target),
                        "Give a target of 65 or more, or use --by coverage, which takes any number.");
}

Result<std::string> undo_sort(const SortOptions& options, const Call& call, Run& run) {
  TRY(const Faces faces, find_faces(call, options.input, true));
  TRY(const TakenBack undone, undo_last_change(faces.folder));
  run.note(fmt::format("Took back: {}; {} files have their old names", undone.what, undone.restored));
  if (undone.missing > 0) run.warn(fmt::format("{} files are no longer where they had been put", undone.missing));
  if (undone.renamed > 0)
    run.warn(fmt::format("{} files got a name with ~: their old one is another file's now", undone.renamed));
  return json_text(json{{"undone", undone.what},
                        {"restored", undone.restored},
                        {"missing", undone.missing},
                        {"renamed", undone.renamed}});
}

Result<std::string> sort_faces(const SortOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  if (options.undo) return undo_sort(options, call, run);
  TRY_VOID(check(options));
  TRY(Faces faces, find_faces(call, options.input, !options.dry_run));
  TRY_VOID(check_target(faces, options.output));
  TRY_VOID(read_catalogue(faces, options.threads, run));
  Curation curation{*faces.catalogue, faces.entries, options, run};
  if (options.by == SortMethod::identity) {
    TRY(curation.embed, embed_by_threads(thread_count(options.threads)));
  }
  TRY(const Order order, order_faces(curation));
  for (const auto i : order.alone)
    run.warn(fmt::format("{} was left alone: {}", faces.entries[i].name, faces.entries[i].problem));
  const auto method = Names<SortMethod>::all[static_cast<std::size_t>(options.by)];
  json report{{"by", method},
              {"kept", order.kept.size()},
              {"trashed", order.trash.size()},
              {"left_alone", order.alone.size()},
              {"catalogue", to_json(faces.catalogue->report())}};
  if (options.dry_run) {
    const auto path = options.output.empty() ? faces.state_file("sort", ".json") : options.output;
    json text = to_json(order, faces.entries);
    text["by"] = method;
    TRY_VOID(write_over_ours(path, json_text(text, 1) + "\n", teller(run)));
    run.saved(path.string(), "order");
    report["output"] = path_text(path);
    return json_text(report);
  }
  const auto changes = changes_of(faces.folder, faces.entries, order);
  run.stage("rename");
  TRY_VOID(apply_changes(faces.folder, fmt::format("sort by {}", method), changes));
  if (!order.trash.empty())
    run.note(fmt::format("{} files were moved to {}", order.trash.size(), trash_of(faces.folder).string()));
  report["moved"] = changes.size();
  return json_text(report);
}

Result<std::string> filter_faces(const FilterOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  const std::string& expression = call.positionals.at("expression");
  TRY(const Filter filter, Filter::parse(expression));
  if (options.keep && options.trash) return fail(Code::bad_option, "Give --trash or --keep, not both");
  const bool moves = options.keep || options.trash;
  TRY(Faces faces, find_faces(call, options.input, moves));
  TRY_VOID(check_target(faces, options.output));
  TRY_VOID(read_catalogue(faces, options.threads, run));
  json names = json::array();
  std::string list;
  Order order;
  for (std::size_t i = 0; i < faces.entries.size(); ++i) {
    const auto& e = faces.entries[i];
    const bool holds = filter.holds(e);
    if (holds) {
      names.push_back(path_text(e.name));
      list += path_text(e.name) + "\n";
    }
    if (moves && e.state != FaceState::unreadable && holds == options.trash) order.trash.push_back(i);
  }
  json report{{"files", faces.entries.size()}, {"holds_for", names.size()}, {"trashed", order.trash.size()}};
  if (!options.output.empty()) {
    TRY_VOID(write_over_ours(options.output, list, teller(run)));
    run.saved(options.output.string(), "names");
  }
  if (!moves) {
    report["names"] = std::move(names);
    return json_text(report);
  }
  TRY_VOID(apply_changes(faces.folder, "filter " + expression, changes_of(faces.folder, faces.entries, order)));
  return json_text(report);
}

Result<std::string> make_catalogue(const CatalogueOptions& options, const std::vector<Row>&, const Call& call,
                                   Run& run) {
  TRY(Faces faces, find_faces(call, options.input, false));
  TRY_VOID(read_catalogue(faces, options.threads, run));
  return json_text(to_json(faces.catalogue->report()));
}

Result<std::string> show_stats(const StatsOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  TRY(Faces faces, find_faces(call, options.input, false));
  TRY_VOID(check_target(faces, options.output));
  TRY_VOID(read_catalogue(faces, options.threads, run));
  const auto folder = options.output.empty() ? faces.state_file("stats", "") : options.output;
  json stats = stats_of(faces.entries);
  TRY(const auto lock, lock_folder(folder));
  TRY(const Bytes pose, encode_png(draw_pose_map(faces.entries)));
  TRY(const Bytes histograms, encode_png(draw_histograms(faces.entries)));
  TRY_VOID(write_over_ours(folder / "stats.json", json_text(stats, 1) + "\n", teller(run)));
  TRY_VOID(write_over_ours(folder / "pose.png", pose, teller(run)));
  TRY_VOID(write_over_ours(folder / "histograms.png", histograms, teller(run)));
  run.saved(folder.string(), "statistics");
  json report{{"output", path_text(folder)}};
  for (const char* key : {"files", "faces", "pictures", "unreadable", "face_types", "sizes", "tracks"})
    report[key] = stats[key];
  report["pose_cells_filled"] = stats["pose"]["filled"];
  return json_text(report);
}

const Positional side_positional{"side", "Whose faces: src or dst", {"src", "dst"}};

}  // namespace

std::vector<Verb> curate_verbs() {
  return {
      make_verb<SortOptions>("sort", "Put the faces of a side into an order, by renaming them",
                             "understudy sort src --by blur\n"
                             "understudy sort src --by final --target 2000\n"
                             "understudy sort dst --by hist --dry-run\n"
                             "understudy sort src --undo",
                             {side_positional}, sort_faces),
      make_verb<CatalogueOptions>("catalogue", "Measure all faces of a side, or those that are new",
                                  "understudy catalogue src", {side_positional}, make_catalogue),
      make_verb<FilterOptions>("faceset filter", "Find faces by what was measured of them; keep or throw them out",
                               "understudy faceset filter src \"yaw < -0.4 && blur > 0.2\"\n"
                               "understudy faceset filter src \"blur < 0.1 || visible < 0.8\" --trash\n"
                               "understudy faceset filter dst \"face_type == 'whole_face'\" --keep",
                               {side_positional, {"expression", "A condition over the catalogue's columns", {}}},
                               filter_faces),
      make_verb<StatsOptions>("faceset stats", "Show where the faces look and how good they are, as pictures and JSON",
                              "understudy faceset stats src", {side_positional}, show_stats),
  };
}

}  // namespace understudy
