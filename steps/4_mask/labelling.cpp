// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/labelling.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/limits.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/labels/carry.hpp"
#include "lib/face/outline.hpp"
#include "lib/image/codec.hpp"
#include "lib/jobs/each.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/4_mask/face_source.hpp"
#include "steps/4_mask/label_document.hpp"

namespace understudy {
namespace {

using nlohmann::json;
using Operations = std::optional<std::vector<LabelOperation>>;
constexpr std::uint64_t largest_document = std::uint64_t{1} << 28;

// A folder that is taken for changing its labels.
struct Opened {
  FileLock lock;
  std::vector<std::string> names;
  LabelBook book;
};
Result<Opened> open_for_labels(const fs::path& folder) {
  TRY(FileLock lock, take_faceset(folder));
  TRY(auto names, loose_names(folder));
  TRY(auto book, LabelBook::open(folder));
  return Opened{std::move(lock), std::move(names), std::move(book)};
}

// Those of the folder that --names gives, or all; bad_option for one that is not there.
Result<std::vector<std::string>> chosen_names(const std::vector<std::string>& all, const std::string& wanted) {
  if (wanted.empty()) return all;
  const std::set<std::string> there(all.begin(), all.end());
  std::vector<std::string> names;
  for (const auto& text : split(wanted, ',')) {
    const auto name = path_of_text(text).string();
    if (!there.contains(name)) return fail(Code::bad_option, "There is no face {} here", text);
    names.push_back(name);
  }
  return names;
}

LabelBook::Loop loop_of(int threads, Run& run) {
  return [threads, &run](std::size_t count, const std::function<Result<>(std::size_t)>& work) {
    return for_each_index(count, threads, run, "faces", [&work](std::size_t i, unsigned) { return work(i); });
  };
}

Result<ImageSize> picture_size(const fs::path& path) {
  constexpr std::uint64_t beginning = 256 * 1024;
  TRY(const Bytes head, read_range(path, 0, beginning));
  auto size = image_size(head);
  if (!size) return during(std::move(size).error(), fmt::format("reading {}", path.string()));
  return size;
}

Result<std::string> undo_or_redo(const fs::path& folder, const MaskLabelOptions& options, Run& run) {
  TRY(Opened opened, open_for_labels(folder));
  TRY(const auto names, chosen_names(opened.names, options.names));
  run.stage(options.undo ? "undo" : "redo");
  Tally tally(run);
  json faces = json::array();
  const auto tell = [&](const LabelBook::Undone& undone) {
    tally.set("change", undone.what);
    tally.count("changed", static_cast<std::int64_t>(undone.faces.size()));
    for (const auto& face : undone.faces) faces.push_back(path_text(face));
    for (const auto& refused : undone.refused) tally.skip(refused.face, refused.why);
  };
  const auto loop = loop_of(options.threads, run);
  if (options.names.empty()) {
    TRY(const auto undone, options.undo ? opened.book.undo({}, loop) : opened.book.redo({}, loop));
    tell(undone);
  }
  for (const auto& name : options.names.empty() ? std::vector<std::string>{} : names) {
    TRY(const auto undone, options.undo ? opened.book.undo(name) : opened.book.redo(name));
    tell(undone);
  }
  tally.set("changed_faces", std::move(faces));
  return tally.report();
}

Result<Operations> labels_from_mask(const fs::path& path, const FaceInfo& info, bool replace) {
  if (!info.xseg_mask || (!info.polygons.empty() && !replace)) return Operations{};
  TRY(const ImageSize size, picture_size(path));
  TRY(const auto mask, stored_mask(info, size.width, size.height));
  auto polygons = polygons_of_mask(*mask);
  if (polygons.empty()) return Operations{};
  return Operations{{SetPolygons{std::move(polygons)}}};
}

Result<std::string> label_from_masks(const fs::path& folder, const MaskLabelOptions& options, Run& run) {
  TRY(Opened opened, open_for_labels(folder));
  TRY(const auto names, chosen_names(opened.names, options.names));
  run.stage("label");
  Tally tally(run);
  tally.count("changed", 0);
  TRY_VOID(change_faces(folder, opened.book, opened.book.begin("labels from masks"), names, options.threads, tally, run,
                        [&](const std::string& name, const FaceInfo& info) {
                          return labels_from_mask(folder / name, info, options.replace);
                        }));
  return tally.report();
}

// Whether labels go from the one to the other without being asked for by name.
bool on_one_track(const FaceInfo& a, const FaceInfo& b) {
  const auto track = extra_number(a, "understudy_track");
  return track && extra_number(b, "understudy_track") == track;
}

Result<std::string> carry_labels(const fs::path& folder, const MaskLabelOptions& options, Run& run) {
  TRY(Opened opened, open_for_labels(folder));
  TRY(const auto origin, chosen_names(opened.names, options.carry_from));
  TRY(const auto names, chosen_names(opened.names, options.names));
  if (origin.size() != 1) return fail(Code::bad_option, "--carry-from takes one face");
  TRY(const FaceInfo from, read_face_info(folder / origin[0]));
  if (from.polygons.empty()) return fail(Code::bad_option, "{} has no labels to carry over", options.carry_from);
  if (options.names.empty() && !extra_number(from, "understudy_track"))
    return fail_with_hint(Code::bad_option, fmt::format("{} belongs to no track that is known of", options.carry_from),
                          "Say to which faces its labels go, with --names.");
  run.stage("carry");
  Tally tally(run);
  tally.count("changed", 0);
  const auto change = opened.book.begin(fmt::format("labels of {} carried over", options.carry_from));
  TRY_VOID(change_faces(folder, opened.book, change, names, options.threads, tally, run,
                        [&](const std::string& name, const FaceInfo& to) -> Result<Operations> {
                          const bool wanted = !options.names.empty() || on_one_track(from, to);
                          const bool free = to.polygons.empty() || options.replace;
                          if (name == origin[0] || !wanted || !free) return Operations{};
                          return Operations{{SetPolygons{carried_polygons(from.polygons, from, to)}}};
                        }));
  return tally.report();
}

Result<std::string> apply_file(const fs::path& folder, const MaskLabelOptions& options, Run& run) {
  TRY(const std::string text, read_text(options.apply, largest_document));
  const json document = parse_json(text);
  if (document.is_discarded()) return fail(Code::bad_file, "{} is no JSON", options.apply.string());
  auto report = apply_labels(folder, document, run);
  if (!report) return during(std::move(report).error(), fmt::format("applying {}", options.apply.string()));
  return report;
}

// "what" names the change for who takes it back.
std::string title_of(const json& document) {
  const auto what = document.find("what");
  return what != document.end() && what->is_string() ? what->get<std::string>() : "labels drawn";
}

Result<json> json_of(const std::vector<LabelOperation>& operations) {
  json list = json::array();
  for (const auto& operation : operations) {
    TRY(json one, to_json(operation, [](const Bytes&) -> Result<json> {
          return fail(Code::bad_option, "A document of labels holds no masks");
        }));
    list.push_back(std::move(one));
  }
  return list;
}

// Whether that change is the document's, as far as there was something to do in its faces.
Result<bool> is_same_change(const LabelBook::Finished& change, const std::string& what,
                            const std::vector<FaceWork>& work) {
  std::map<std::string_view, const FaceWork*> of_face;
  for (const auto& one : work) of_face.emplace(one.face, &one);
  for (const auto& entry : change.entries) {
    const auto own = of_face.find(entry.face);
    if (entry.what != what || own == of_face.end()) return false;
    TRY(const json wanted, json_of(own->second->operations));
    if (parse_json(entry.forward) != wanted) return false;
  }
  return true;
}

// All faces of the document, or none: what does not fit is told before anything is done.
Result<> apply_work(const std::string& what, const std::vector<FaceWork>& work, LabelBook& book, Tally& tally,
                    Run& run) {
  auto change = book.begin(what);
  change.whole = true;
  std::vector<LabelBook::Wanted> wanted;
  for (const auto& one : work) {
    if (run.stopping()) return Run::cancelled();
    TRY(auto face, book.load(one.face));
    wanted.push_back({std::move(face), one.operations, {}});
  }
  TRY(const auto applied, book.apply(change, std::move(wanted)));
  for (std::size_t i = 0; i < work.size(); ++i) {
    if (!applied[i]->gave_way.empty()) run.warn(fmt::format("{}: {}", work[i].face, applied[i]->gave_way));
    tally.count("changed", applied[i]->changed);
  }
  return {};
}

}  // namespace

Result<> change_faces(const fs::path& folder, LabelBook& book, const LabelChange& change,
                      const std::vector<std::string>& names, int threads, Tally& tally, Run& run,
                      const MakeOperations& make) {
  return for_each_index(names.size(), threads, run, "faces", [&](std::size_t i, unsigned) -> Result<> {
    const auto info = read_face_info(folder / names[i]);
    const auto operations = info ? make(names[i], *info) : Result<Operations>(Failure(info.error()));
    if (!operations) {
      tally.skip(names[i], operations.error());
      return {};
    }
    if (!*operations) return {};
    const auto applied = book.apply(change, names[i], **operations);
    // A full disk is the end; a face that the labels do not fit into is told of.
    if (!applied && applied.error().code == Code::io) return Failure(applied.error());
    if (!applied) {
      tally.skip(names[i], applied.error());
      return {};
    }
    if (!applied->gave_way.empty()) run.warn(fmt::format("{}: {}", names[i], applied->gave_way));
    tally.count("changed", applied->changed);
    return {};
  });
}

Result<std::string> remove_labels(const fs::path& folder, const MaskRemoveOptions& options, Run& run) {
  TRY(Opened opened, open_for_labels(folder));
  TRY(const auto names, chosen_names(opened.names, options.names));
  run.stage("remove");
  Tally tally(run);
  tally.count("changed", 0);
  tally.count("polygons", 0);
  TRY_VOID(change_faces(folder, opened.book, opened.book.begin("labels removed"), names, options.threads, tally, run,
                        [&](const std::string&, const FaceInfo& info) -> Result<Operations> {
                          if (info.polygons.empty()) return Operations{};
                          tally.count("polygons", static_cast<std::int64_t>(info.polygons.size()));
                          return Operations{{SetPolygons{}}};
                        }));
  return tally.report();
}

Result<std::string> remove_masks(const fs::path& folder, const MaskRemoveOptions& options, Run& run) {
  TRY(Opened opened, open_for_labels(folder));
  TRY(const auto names, chosen_names(opened.names, options.names));
  run.stage("remove");
  Tally tally(run);
  tally.count("changed", 0);
  TRY_VOID(change_faces(folder, opened.book, opened.book.begin("masks removed"), names, options.threads, tally, run,
                        [](const std::string&, const FaceInfo& info) -> Result<Operations> {
                          if (!info.xseg_mask) return Operations{};
                          return Operations{{SetMask{}}};
                        }));
  return tally.report();
}

Result<std::string> label_faces(const fs::path& folder, const MaskLabelOptions& options, Run& run) {
  const int ways =
      !options.apply.empty() + !options.carry_from.empty() + options.from_masks + options.undo + options.redo;
  if (ways != 1) return fail(Code::bad_option, "Give one of --apply, --carry-from, --from-masks, --undo and --redo");
  if (options.undo || options.redo) return undo_or_redo(folder, options, run);
  if (options.from_masks) return label_from_masks(folder, options, run);
  if (!options.carry_from.empty()) return carry_labels(folder, options, run);
  return apply_file(folder, options, run);
}

Result<std::string> apply_labels(const fs::path& folder, const json& document, Run& run) {
  TRY(const auto work, work_of(document));
  TRY(Opened opened, open_for_labels(folder));
  Tally tally(run);
  tally.count("changed", 0);
  const std::string what = title_of(document);
  TRY(const auto finished, opened.book.finish());
  if (finished) {
    run.note(fmt::format("'{}' had been stopped in the middle: it is done in all its faces now",
                         valid_text(finished->entries.front().what)));
    for (const auto& refused : finished->refused) tally.skip(refused.face, refused.why);
    TRY(const bool was_it, is_same_change(*finished, what, work));
    if (was_it) {
      tally.count("changed", static_cast<std::int64_t>(finished->entries.size() - finished->refused.size()));
      return tally.report();
    }
  }
  TRY_VOID(apply_work(what, work, opened.book, tally, run));
  return tally.report();
}

Result<json> labels_of_face(const fs::path& folder, const std::string& face) {
  TRY_VOID(look_at_faceset(folder));
  TRY(const auto book, LabelBook::open(folder));
  TRY(const FaceLabels labels, book.labels(face));
  TRY(const ImageSize size, picture_size(folder / face));
  json polygons = json::array();
  for (const auto& polygon : labels.polygons) polygons.push_back(to_json(polygon));
  return json{{"face", path_text(face)},
              {"width", size.width},
              {"height", size.height},
              {"polygons", std::move(polygons)},
              {"open", labels.open ? to_json(*labels.open) : json(nullptr)},
              {"mask", labels.mask.has_value()}};
}

}  // namespace understudy
