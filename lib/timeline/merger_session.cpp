// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/merger_session.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lib/base/pickle_objects.hpp"

namespace understudy {
namespace {

using pickle::Value;

constexpr std::uint64_t largest_session = std::uint64_t{1} << 30;

// Our setting for each of DeepFaceLab's (spec pipeline.md 7.2).
struct Counterpart {
  std::string_view theirs, ours;
};
constexpr std::array counterparts{Counterpart{"mode", "mode"},
                                  Counterpart{"masked_hist_match", "masked-hist-match"},
                                  Counterpart{"hist_match_threshold", "hist-match-threshold"},
                                  Counterpart{"mask_mode", "mask"},
                                  Counterpart{"erode_mask_modifier", "erode"},
                                  Counterpart{"blur_mask_modifier", "blur"},
                                  Counterpart{"motion_blur_power", "motion-blur-power"},
                                  Counterpart{"output_face_scale", "face-scale"},
                                  Counterpart{"super_resolution_power", "super-resolution-power"},
                                  Counterpart{"color_transfer_mode", "colour-transfer"},
                                  Counterpart{"sharpen_mode", "sharpen"},
                                  Counterpart{"blursharpen_amount", "blur-sharpen-amount"},
                                  Counterpart{"image_denoise_power", "denoise-power"},
                                  Counterpart{"bicubic_degrade_power", "bicubic-degrade-power"},
                                  Counterpart{"color_degrade_power", "colour-degrade-power"}};

std::string_view ours_of(std::string_view theirs) {
  const auto found = std::ranges::find(counterparts, theirs, &Counterpart::theirs);
  return found == counterparts.end() ? std::string_view() : found->ours;
}

// Searches what an object holds, its parts and theirs, for the first that is wanted.
template <class Wanted>
const Value* first_in(const Value& value, const Wanted& wanted, int depth = 4) {
  if (wanted(value)) return &value;
  if (depth == 0) return nullptr;
  if (const auto* dict = value.as_dict()) {
    for (const auto& [key, part] : *dict)
      if (const auto* found = first_in(part, wanted, depth - 1)) return found;
  }
  return nullptr;
}

bool is_path(const Value& value) {
  const auto* kind = value.find(pickle::class_key);
  return kind && kind->as_string() && kind->as_string()->starts_with("pathlib");
}
bool is_config(const Value& value) { return value.find("mask_mode") && value.find("erode_mask_modifier"); }

// A path object holds its parts; a file name may also be plain text, with the slashes of whatever system.
std::string stem_of(const Value& frame) {
  std::string name;
  if (const auto* path = first_in(frame, is_path)) {
    const auto* parts = path->find(pickle::arguments_key);
    const auto* list = parts ? parts->as_sequence() : nullptr;
    if (list && !list->empty() && list->back().as_string()) name = *list->back().as_string();
  } else if (const auto* holder = first_in(frame, [](const Value& v) { return v.find("filepath") != nullptr; })) {
    if (const auto* text = holder->find("filepath")->as_string()) name = text->substr(text->find_last_of("/\\") + 1);
  }
  return fs::path(name).stem().string();
}

// One of their values as text of our row: choices are numbers or names, everything else is kept within the row's range.
std::optional<std::string> value_of(const Row& row, const Value& value) {
  if (const auto* text = value.as_string()) {
    const auto checked = checked_setting(row.key, *text);
    return checked ? std::optional(*checked) : std::nullopt;
  }
  const auto number = value.as_number();
  if (!number || !std::isfinite(*number)) return {};
  if (row.kind == Kind::choice) {
    const auto index = static_cast<std::size_t>(std::clamp(*number, 0.0, 1e6));
    return index < row.choices.size() ? std::optional(row.choices[index]) : std::nullopt;
  }
  if (row.kind == Kind::boolean) return *number != 0 ? "true" : "false";
  const double bounded = std::clamp(*number, row.lo.value_or(-1e9), row.hi.value_or(1e9));
  return row.kind == Kind::integer ? std::to_string(std::llround(bounded)) : detail::number_text(bounded);
}

SettingValues settings_in(const Value& config, std::set<std::string>& unknown) {
  SettingValues settings;
  for (const auto& [key, value] : *config.as_dict()) {
    const auto* name = key.as_string();
    if (!name || name->starts_with("__")) continue;
    const auto ours = ours_of(*name);
    const Row* row = ours.empty() ? nullptr : setting_row(ours);
    const auto text = row ? value_of(*row, value) : std::nullopt;
    if (text)
      settings[std::string(ours)] = *text;
    else if (!value.is_none() && *name != "type")
      unknown.insert(name->substr(0, 80));
  }
  return settings;
}

// Neighbouring frames of the same value become one range. The frames come ascending.
void add(std::vector<FramesValue>& of_key, std::int64_t frame, const std::string& key, const std::string& value) {
  if (!of_key.empty() && of_key.back().frames.last + 1 == frame && of_key.back().value == value)
    of_key.back().frames.last = frame;
  else
    of_key.push_back({{frame, frame}, key, value});
}

// What any person has a value of its own for.
std::set<std::string> set_for_persons(const Timeline& timeline) {
  std::set<std::string> keys;
  for (const auto& [number, person] : timeline.persons) {
    for (const auto& [key, value] : person.layer.values) keys.insert(key);
    for (const auto& [key, curve] : person.layer.curves) keys.insert(key);
  }
  return keys;
}

}  // namespace

Result<MergerSession> read_merger_session(const fs::path& path) {
  TRY(auto bytes, read_file(path, largest_session));
  const auto all = pickle::read_objects(std::move(bytes));
  if (!all) return during(all.error(), fmt::format("reading {}", path.string()));
  const auto* frames = all->find("frames");
  const auto* list = frames ? frames->as_sequence() : nullptr;
  if (!list || list->empty() || !all->find("frames_idxs")) {
    return fail_with_hint(Code::bad_file, fmt::format("{} is no session of DeepFaceLab's merger", path.string()),
                          "Its sessions are called <model name>_merger_session.dat and lie in the model folder.");
  }
  MergerSession session;
  std::set<std::string> unknown;
  for (const auto& frame : *list) {
    SessionFrame& read = session.frames.emplace_back();
    read.stem = stem_of(frame);
    if (const auto* config = first_in(frame, is_config)) read.settings = settings_in(*config, unknown);
  }
  if (std::ranges::all_of(session.frames, [](auto& f) { return f.stem.empty(); }))
    return fail(Code::bad_file, "{} names no frames", path.string());
  session.unknown.assign(unknown.begin(), unknown.end());
  return session;
}

SettingValues usual_of(const std::vector<SessionFrame>& frames) {
  std::map<SettingValues, std::size_t> counts;
  for (const auto& frame : frames)
    if (!frame.settings.empty()) ++counts[frame.settings];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; });
  return most == counts.end() ? SettingValues{} : most->first;
}

SessionTakenOver take_over(const Timeline& now, const FramesOfSession& session, const SettingValues& usual) {
  const std::pair<std::string, std::string> rules{"compat", "dfl"};  // the settings were chosen for what they do there
  SessionTakenOver taken;
  SettingValues clip = usual;
  clip.insert(rules);
  for (const auto& [key, value] : clip) {
    if (const auto curve = now.clip.curves.find(key); curve != now.clip.curves.end())
      for (const auto& [frame, k] : curve->second) taken.operations.push_back(SetKey{WholeClip{}, key, frame, {}});
    taken.operations.push_back(SetValue{WholeClip{}, key, value});
  }
  const auto of_persons = set_for_persons(now);
  std::set<std::string> keys{rules.first};
  std::vector<FrameRange> all;
  std::map<std::string, std::vector<FramesValue>> singly;
  for (const auto& [frame, settings] : session) {
    all.push_back({frame, frame});
    if (settings->empty()) continue;
    const auto& shot = now.shots[shot_of(now, frame)].layer;
    auto wanted = *settings;
    wanted.insert(rules);
    for (const auto& [key, value] : wanted) {
      keys.insert(key);
      const auto common = clip.find(key);
      const bool seen = !is_set(shot, key) && !of_persons.contains(key);  // the clip's, if it has one
      if (!seen || common == clip.end() || common->second != value) add(singly[key], frame, key, value);
    }
  }
  all = joined_ranges(std::move(all));
  SetFrames set;
  for (const auto& key : keys)
    for (const auto& range : all) set.values.push_back({range, key, {}});
  for (const auto& [key, values] : singly) {
    set.values.insert(set.values.end(), values.begin(), values.end());
    taken.ranges += values.size();
  }
  taken.operations.emplace_back(std::move(set));
  return taken;
}

}  // namespace understudy
