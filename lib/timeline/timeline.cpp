// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/timeline.hpp"

#include <algorithm>

#include "lib/options/options.hpp"
#include "lib/timeline/fallback_rules.hpp"

namespace understudy {
namespace {

// The layer's value of a setting at a frame, if it has one.
std::optional<ResolvedSetting> in_layer(const Layer& layer, const Row& row, std::int64_t frame, SettingFrom from) {
  if (const auto curve = layer.curves.find(row.key); curve != layer.curves.end())
    return ResolvedSetting{value_at(curve->second, frame, row), from, true};
  if (const auto value = layer.values.find(row.key); value != layer.values.end())
    return ResolvedSetting{value->second, from, false};
  return {};
}

constexpr std::string_view rules = "compat";

// What a setting is where nobody set it.
std::string standard_of(const Timeline& timeline, const Row& row) {
  if (row.key == rules) return std::string(Names<Compat>::all[static_cast<std::size_t>(timeline.compat)]);
  return row.default_text;
}

}  // namespace

const std::vector<Row>& setting_rows() {
  static MergeSettings settings;
  static const std::vector<Row> rows = [] {
    auto all = rows_of(settings);
    for (auto& row : all) {
      row.get = {};  // nobody's settings, so they are not to be read or changed
      row.set = {};
    }
    return all;
  }();
  return rows;
}

const Row* setting_row(std::string_view key) {
  const auto& rows = setting_rows();
  const auto found = std::ranges::find(rows, key, &Row::key);
  return found == rows.end() ? nullptr : &*found;
}

Result<std::string> checked_setting(std::string_view key, std::string_view value) {
  if (key == "fallback") {
    TRY(const auto rules, parse_fallbacks(value));
    return fallbacks_text(rules);
  }
  MergeSettings settings;
  auto rows = rows_of(settings);
  TRY_VOID(set_option(rows, key, value));
  return std::ranges::find(rows, key, &Row::key)->get();
}

std::size_t shot_of(const Timeline& timeline, std::int64_t frame) {
  const auto behind = std::ranges::upper_bound(timeline.shots, std::max<std::int64_t>(frame, 0), {}, &Shot::first);
  return static_cast<std::size_t>(behind - timeline.shots.begin()) - 1;
}

std::string_view name_of(SettingFrom from) {
  constexpr std::array names{"default", "clip", "person", "shot", "frame"};
  return names[static_cast<std::size_t>(from)];
}

ResolvedSetting resolve(const Timeline& timeline, const Row& row, std::int64_t frame, std::optional<int> person) {
  if (const auto single = timeline.frames.find(frame); single != timeline.frames.end()) {
    if (const auto value = single->second.find(row.key); value != single->second.end())
      return {value->second, SettingFrom::frame, false};
  }
  if (auto found = in_layer(timeline.shots[shot_of(timeline, frame)].layer, row, frame, SettingFrom::shot))
    return *std::move(found);
  if (const auto who = person ? timeline.persons.find(*person) : timeline.persons.end();
      who != timeline.persons.end()) {
    if (auto found = in_layer(who->second.layer, row, frame, SettingFrom::person)) return *std::move(found);
  }
  if (auto found = in_layer(timeline.clip, row, frame, SettingFrom::clip)) return *std::move(found);
  return {standard_of(timeline, row), SettingFrom::standard, false};
}

MergeSettings settings_at(const Timeline& timeline, std::int64_t frame, std::optional<int> person,
                          const SettingValues& clip_wide) {
  SettingValues set;
  for (const auto& row : setting_rows()) {
    auto resolved = resolve(timeline, row, frame, person);
    const bool from_below = resolved.from == SettingFrom::clip || resolved.from == SettingFrom::standard;
    if (const auto given = clip_wide.find(row.key); given != clip_wide.end() && from_below)
      resolved.value = given->second;
    if (resolved.value != row.default_text) set.emplace(row.key, std::move(resolved.value));
  }
  MergeSettings settings;
  if (set.empty()) return settings;  // most frames of most clips, and rows take their time
  for (auto& row : rows_of(settings)) {
    const auto value = set.find(row.key);
    if (value != set.end()) check(row.set(value->second).has_value(), "a timeline holds values that its rows take");
  }
  return settings;
}

}  // namespace understudy
