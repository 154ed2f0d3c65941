// SPDX-License-Identifier: Apache-2.0
#include "server/models.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "server/json_facts.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

std::vector<fs::path> entries(const fs::path& folder, bool folders) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->path().filename().string().starts_with('.')) continue;
    if (folders ? it->is_directory(ignored) : it->is_regular_file(ignored)) found.push_back(it->path());
  }
  std::ranges::sort(found);
  return found;
}

struct KeptPicture {
  std::int64_t iteration = 0;
  double time = 0;
  fs::path file;
};

// MODEL/shown/NAME and MODEL/history/NAME: pictures that are named by their iteration.
void add_kept(const fs::path& folder, std::vector<KeptPicture>& kept) {
  for (const auto& file : entries(folder, /*folders=*/false)) {
    const auto stem = file.stem().string();
    std::int64_t iteration = 0;
    const auto read = std::from_chars(stem.data(), stem.data() + stem.size(), iteration);
    if (read.ec != std::errc() || read.ptr != stem.data() + stem.size() || file.extension() != ".jpg") continue;
    kept.push_back({iteration, changed(file), file});
  }
}

std::map<std::string, std::vector<KeptPicture>> kept_pictures(const fs::path& model) {
  std::map<std::string, std::vector<KeptPicture>> all;
  for (const char* place : {"shown", "history"})
    for (const auto& folder : entries(model / place, /*folders=*/true))
      add_kept(folder, all[folder.filename().string()]);
  for (auto& [name, kept] : all)
    std::ranges::sort(kept, {}, [](const KeptPicture& one) { return std::pair(one.time, one.iteration); });
  return all;
}

bool whole(const json& of, const char* key) { return of.contains(key) && of[key].is_number_integer(); }

std::vector<json> generations_of(const fs::path& folder) {
  std::vector<json> found;
  const json described = read_json(folder / "generations.json");
  if (const auto list = described.find("generations"); list != described.end() && list->is_array())
    for (const auto& one : *list)
      if (one.is_object() && whole(one, "iteration")) found.push_back(one);
  return found;
}

json state_of(const fs::path& folder, const std::string& model, const json& generation, int backup) {
  json state = {{"backup", backup},
                {"iteration", generation["iteration"]},
                {"seconds", generation.value("seconds", json()).is_number() ? generation["seconds"] : json(0)},
                {"time", 0},
                {"bytes", 0},
                {"picture", nullptr}};
  std::uint64_t bytes = 0;
  for (const char* key : {"weights", "optimizer", "history"}) {
    const auto file = generation.value(key, json());
    if (!file.is_object() || !file.value("file", json()).is_string()) continue;
    const auto name = path_of_text(file["file"].get<std::string>());
    std::error_code error;
    const auto size = fs::file_size(folder / name.filename(), error);
    if (!error) bytes += size;
    if (std::string_view(key) == "weights") state["time"] = changed(folder / name.filename());
  }
  state["bytes"] = bytes;
  json options = {{"model", model}};
  options[backup > 0 ? "backup" : "iteration"] = backup > 0 ? json(backup) : generation["iteration"];
  state["restore"] = {{"verb", "model restore"}, {"options", options}};
  return state;
}

// The picture that was kept nearest before a generation was saved.
json picture_at(const Workspace& workspace, const std::vector<KeptPicture>& kept, std::int64_t iteration) {
  const KeptPicture* best = nullptr;
  for (const auto& one : kept)
    if (one.iteration <= iteration && (!best || one.iteration >= best->iteration)) best = &one;
  return best ? picture_json(workspace, best->file) : json();
}

json states_of(const Workspace& workspace, const fs::path& model) {
  const auto pictures = kept_pictures(model);
  const auto& kept = pictures.empty() ? std::vector<KeptPicture>() : pictures.begin()->second;
  json states = json::array();
  auto generations = generations_of(model);
  for (auto one = generations.rbegin(); one != generations.rend(); ++one) {
    states.push_back(state_of(model, path_text(model.filename()), *one, 0));
    states.back()["picture"] = picture_at(workspace, kept, (*one)["iteration"]);
  }
  for (const auto& slot : entries(model / "backups", /*folders=*/true)) {
    const auto name = slot.filename().string();
    int number = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
    if (name.size() != 2 || read.ec != std::errc() || read.ptr != name.data() + 2) continue;
    const auto saved = generations_of(slot);
    if (saved.empty()) continue;
    states.push_back(state_of(slot, path_text(model.filename()), saved.back(), number));
    states.back()["picture"] = picture_json(workspace, slot / "preview.png");
  }
  return states;
}

json shown(const Workspace& workspace, const fs::path& model, const json& described) {
  json states = states_of(workspace, model);
  const auto notes = read_model_notes(model);
  std::uint64_t bytes = 0;
  for (const auto& state : states) bytes += state["bytes"].get<std::uint64_t>();
  const bool saved = !states.empty() && states[0]["backup"] == 0;
  return {{"name", path_text(model.filename())},
          {"class", described.value("class", json())},
          {"options", described.value("options", json::object())},
          {"time", changed(model / (saved ? "generations.json" : "model.json"))},
          {"iteration", saved ? states[0]["iteration"] : json(0)},
          {"seconds", saved ? states[0]["seconds"] : json(0)},
          {"bytes", bytes},
          {"verify", {{"verb", "model verify"}, {"options", {{"model", path_text(model.filename())}}}}},
          {"preview", picture_json(workspace, model / "preview.png")},
          {"note", notes ? notes->newest : std::string()},
          {"notes", notes ? notes->all.size() : 0},
          {"states", std::move(states)}};
}

// At most `most` of them, with the first and the last.
std::vector<KeptPicture> some_of(const std::vector<KeptPicture>& all, std::size_t most) {
  if (all.size() <= most || most < 2) return all;
  std::vector<KeptPicture> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * (all.size() - 1) / (most - 1)]);
  return some;
}

}  // namespace

Result<fs::path> model_folder(const Workspace& workspace, const std::string& name) {
  const auto path = path_of_text(name);
  std::error_code error;
  const bool plain = !name.empty() && name.find('\0') == std::string::npos && path == path.filename() && path != "." &&
                     path != ".." && !name.starts_with('.');
  if (plain && fs::exists(workspace.model() / path / "model.json", error)) return workspace.model() / path;
  return fail(Code::not_found, "There is no model '{}' in the workspace", valid_text(name));
}

json models_shown(const Workspace& workspace) {
  std::vector<json> all;
  for (const auto& model : entries(workspace.model(), /*folders=*/true))
    if (const json described = read_json(model / "model.json"); !described.empty())
      all.push_back(shown(workspace, model, described));
  std::ranges::sort(all, std::greater(), [](const json& model) { return model["time"].get<double>(); });
  return json(all);
}

json previews_shown(const Workspace& workspace, const fs::path& model, std::size_t most) {
  auto kept = kept_pictures(model);
  for (const auto& file : entries(model / "previews", /*folders=*/false))
    if (file.extension() == ".png") kept[file.stem().string()];
  json all = json::array();
  for (const auto& [name, pictures] : kept) {
    json list = json::array();
    for (const auto& one : some_of(pictures, most)) {
      json picture = picture_json(workspace, one.file);
      if (picture.is_null()) continue;
      picture["iteration"] = one.iteration;
      picture["time"] = one.time;
      list.push_back(std::move(picture));
    }
    all.push_back({{"name", path_text(name)},
                   {"now", picture_json(workspace, model / "previews" / (name + ".png"))},
                   {"kept", std::move(list)}});
  }
  return all;
}

}  // namespace understudy::studio
