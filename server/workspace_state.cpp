// SPDX-License-Identifier: Apache-2.0
#include "server/workspace_state.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/frame_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/project/extract_journal.hpp"
#include "server/json_facts.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

json step(const char* name, bool empty, const std::string& why) {
  return {{"step", name}, {"state", empty ? "empty" : why.empty() ? "current" : "stale"}, {"why", why}};
}

// The pack that stands for loose faces.
bool has_pack(const fs::path& aligned) {
  std::error_code error;
  return fs::exists(aligned / "faceset.pak", error);
}

}  // namespace

std::size_t WorkspaceState::pictures_in(const fs::path& folder) {
  const auto stamp = change_stamp(folder);
  auto& counted = counted_[folder.string()];
  if (stamp != 0 && counted.stamp == stamp) return counted.pictures;
  counted = {stamp, 0};
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_picture_name(it->path())) ++counted.pictures;
  }
  return counted.pictures;
}

json WorkspaceState::frames() {
  json sides = json::object();
  std::string why;
  bool empty = true;
  for (const auto side : {Side::src, Side::dst}) {
    const auto folder = workspace_.frames(side);
    const auto video = workspace_.video(side);
    const auto count = pictures_in(folder);
    json shown = {{"frames", count}, {"folder", path_text(folder.filename())}};
    if (video) shown["video"] = path_text(video->filename());
    if (count > 0 || video) empty = false;
    const auto made = changed(workspace_.state() / fmt::format("frames-{}.json", side_name(side)));
    if (video && made > 0 && changed(*video) > made)
      why = fmt::format("{} was changed after its frames were made", path_text(video->filename()));
    sides[std::string(side_name(side))] = shown;
  }
  json result = step("frames", empty, why);
  result["sides"] = sides;
  return result;
}

json WorkspaceState::faces() {
  json sides = json::object();
  std::string why;
  bool empty = true;
  for (const auto side : {Side::src, Side::dst}) {
    const auto aligned = workspace_.aligned(side);
    const auto count = pictures_in(aligned);
    const bool packed = has_pack(aligned);
    if (count > 0 || packed) empty = false;
    sides[std::string(side_name(side))] = {{"faces", count}, {"packed", packed}};
    const auto done = changed(extract_journal_of(workspace_, side));
    if (done > 0 && changed(workspace_.frames(side)) > done && pictures_in(workspace_.frames(side)) > 0)
      why = fmt::format("The frames of {} were changed after its faces were cut out", side_name(side));
  }
  json result = step("faces", empty, why);
  result["sides"] = sides;
  return result;
}

json WorkspaceState::curated() {
  json sides = json::object();
  bool empty = true;
  for (const auto side : {Side::src, Side::dst}) {
    const auto trash = pictures_in(trash_of(workspace_.aligned(side)));
    sides[std::string(side_name(side))] = {{"in_trash", trash}};
    if (trash > 0) empty = false;
    std::error_code error;
    if (fs::exists(workspace_.aligned(side) / ".understudy" / "sorts", error)) empty = false;
  }
  json result = step("curate", empty, {});
  result["sides"] = sides;
  return result;
}

json WorkspaceState::masks() {
  json sides = json::object();
  bool empty = true;
  for (const auto side : {Side::src, Side::dst}) {
    std::error_code error;
    const bool touched = fs::exists(workspace_.aligned(side) / ".understudy" / "labels" / "journal.jsonl", error);
    sides[std::string(side_name(side))] = {{"labels", touched}};
    if (touched) empty = false;
  }
  json result = step("masks", empty, {});
  result["sides"] = sides;
  return result;
}

json WorkspaceState::models() const {
  std::vector<json> all;
  std::error_code error;
  for (fs::directory_iterator it(workspace_.model(), error), end; !error && it != end; it.increment(error)) {
    const auto described = read_json(it->path() / "model.json");
    const auto generations = read_json(it->path() / "generations.json");
    if (described.empty()) continue;
    json model = {{"name", path_text(it->path().filename())},
                  {"class", described.value("class", json())},
                  {"options", described.value("options", json::object())},
                  {"time", changed(it->path() / "generations.json")},
                  {"iteration", 0}};
    if (const auto kept = generations.value("generations", json::array()); kept.is_array()) {
      for (const auto& one : kept)
        if (one.is_object() && one.value("iteration", json()).is_number_integer())
          model["iteration"] = std::max(model["iteration"].get<std::int64_t>(), one["iteration"].get<std::int64_t>());
    }
    all.push_back(model);
  }
  std::ranges::sort(all, std::greater(), [](const json& model) { return model["time"].get<double>(); });
  return json(all);
}

json WorkspaceState::training(const json& models) {
  std::string why;
  const double trained = models.empty() ? 0 : models[0]["time"].get<double>();
  for (const auto side : {Side::src, Side::dst}) {
    if (trained > 0 && changed(workspace_.aligned(side)) > trained)
      why = fmt::format("The faces of {} were changed after the last training", side_name(side));
  }
  return step("train", models.empty(), why);
}

json WorkspaceState::merged(const json& models) {
  const auto count = pictures_in(workspace_.merged());
  const double made = changed(workspace_.merged() / ".understudy" / "made.jsonl");
  std::string why;
  if (count > 0 && !models.empty() && models[0]["time"].get<double>() > made)
    why = "The model was trained on after the merge";
  if (count > 0 && made > 0 && changed(workspace_.aligned(Side::dst)) > made)
    why = "The faces of dst were changed after the merge";
  json result = step("merge", count == 0, why);
  result["frames"] = count;
  result["of"] = pictures_in(workspace_.frames(Side::dst));
  return result;
}

json WorkspaceState::video() {
  const auto result = workspace_.result();
  const double made = changed(result);
  std::string why;
  if (made > 0 && changed(workspace_.merged()) > made) why = "Frames were merged after the video was made";
  json shown = step("video", made == 0, why);
  shown["sheets"] = json::array();
  for (const char* sheet : {"contact_sheet.png", "score.png"})
    if (changed(workspace_.root / sheet) > 0) shown["sheets"].push_back(sheet);
  if (made > 0) {
    std::error_code error;
    shown["result"] = path_text(result.filename());
    shown["bytes"] = fs::file_size(result, error);
    shown["time"] = made;
  }
  return shown;
}

json WorkspaceState::read() {
  const std::lock_guard lock(mutex_);
  const auto all_models = models();
  json result = {{"root", path_text(workspace_.root)},      {"name", valid_text(workspace_.root.filename().string())},
                 {"disk_free", disk_free(workspace_.root)}, {"memory_total", memory_total()},
                 {"memory_available", memory_available()},  {"models", all_models}};
  result["steps"] = {frames(), faces(), curated(), masks(), training(all_models), merged(all_models), video()};
  return result;
}

}  // namespace understudy::studio
