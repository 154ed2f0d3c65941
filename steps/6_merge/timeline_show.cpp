// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/options/options.hpp"
#include "steps/6_merge/timeline_tools.hpp"

namespace understudy {
namespace {

using nlohmann::json;

json settings_json(const MergeSettings& settings) {
  MergeSettings copy = settings;
  const auto rows = rows_of(copy);
  return options_to_json(rows);
}

std::optional<std::int64_t> frame_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number >= 1 && number <= most_frames ? std::optional(number - 1) : std::nullopt;
}

json difference(const std::string& what, const json& a, const json& b) { return {{"what", what}, {"a", a}, {"b", b}}; }

json frame_difference(const Timeline& timeline, std::int64_t a, std::int64_t b) {
  json list = json::array();
  std::vector<std::optional<int>> persons{{}};
  for (const auto& [number, person] : timeline.persons) persons.emplace_back(number);
  for (const auto& person : persons) {
    const json of_a = settings_json(settings_at(timeline, a, person)),
               of_b = settings_json(settings_at(timeline, b, person));
    for (const auto& [key, value] : of_a.items()) {
      if (value == of_b[key]) continue;
      list.push_back(difference(key, value, of_b[key]));
      if (person) list.back()["person"] = *person;
    }
  }
  return list;
}

// The documents themselves, part by part: "clip/values/erode", "shots/2/name".
void compare(const std::string& where, const json& a, const json& b, json& list) {
  if (a == b) return;
  if (!a.is_object() || !b.is_object()) {
    list.push_back(difference(where, a, b));
    return;
  }
  json all = a;
  all.update(b);
  for (const auto& [key, value] : all.items())
    compare(where.empty() ? key : where + "/" + key, a.value(key, json()), b.value(key, json()), list);
}

// Lists of shots and frames by their first frames, so that one more does not shift the rest.
json by_place(const Timeline& timeline) {
  json all = json::parse(timeline_text(timeline));
  json shots = json::object(), frames = json::object();
  for (const auto& shot : all["shots"]) shots[fmt::format("from {}", shot["first"].get<std::int64_t>() + 1)] = shot;
  for (const auto& [frame, values] : timeline.frames)
    for (const auto& [key, value] : values) frames[std::to_string(frame + 1)][key] = value;
  all["shots"] = std::move(shots);
  all["frames"] = std::move(frames);
  return all;
}

Result<> save_preset(const fs::path& path, const MergeSettings& settings, Run& run) {
  TRY(const auto lock, lock_file(path));
  TRY_VOID(write_over_ours(path, json_text(settings_json(settings), 1) + "\n",
                           [&run](std::string text) { run.note(std::move(text)); }));
  run.saved(path.string(), "preset");
  return {};
}

}  // namespace

Result<std::string> show_frame(const Workspace& workspace, const MergeShowOptions& o, Run& run) {
  TRY(const auto timeline, read_timeline(timelines_of(workspace), o.timeline));
  std::optional<int> person;
  if (!o.person.empty()) {
    TRY(person, person_called(timeline, o.person));
  }
  const std::int64_t frame = o.frame - 1;
  const auto shot = shot_of(timeline, frame);
  const auto settings = settings_at(timeline, frame, person);
  json from = json::object();
  for (const auto& row : setting_rows()) {
    const auto resolved = resolve(timeline, row, frame, person);
    if (resolved.from == SettingFrom::standard) continue;
    from[row.key] = std::string(name_of(resolved.from)) + (resolved.keyed ? " key" : "");
  }
  if (!o.save.empty()) TRY_VOID(save_preset(o.save, settings, run));
  json report{{"frame", o.frame},
              {"shot", shot + 1},
              {"shot_name", timeline.shots[shot].name},
              {"settings", settings_json(settings)},
              {"from", std::move(from)},
              {"saved", path_text(o.save)}};
  if (person) report["person"] = *person;
  return json_text(report);
}

Result<std::string> diff(const Workspace& workspace, const std::string& a, const std::string& b,
                         const MergeTimelineOptions& o) {
  const auto frame_a = frame_number(a), frame_b = frame_number(b);
  json list = json::array();
  if (frame_a && frame_b) {
    TRY(const auto timeline, read_timeline(timelines_of(workspace), o.timeline));
    list = frame_difference(timeline, *frame_a, *frame_b);
  } else {
    Timeline both[2];
    for (const int i : {0, 1}) {
      const auto& name = i == 0 ? a : b;
      TRY(const auto file, timeline_file(timelines_of(workspace), name));
      std::error_code error;
      if (!fs::exists(file, error)) {
        return fail_with_hint(Code::not_found, fmt::format("There is no timeline {}", file.string()),
                              "Name two timelines, or two frames by their numbers.");
      }
      TRY(both[i], read_timeline(timelines_of(workspace), name));
    }
    compare("", by_place(both[0]), by_place(both[1]), list);
  }
  return json_text(json{{"a", a}, {"b", b}, {"same", list.empty()}, {"differences", std::move(list)}});
}

}  // namespace understudy
