// SPDX-License-Identifier: Apache-2.0
// The settings of a merge over time, as values: shots, persons, keys, single frames. Changed by operations only
// (lib/timeline/operations.hpp), so that everything can be taken back.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/timeline/curve.hpp"
#include "lib/timeline/frame_ranges.hpp"
#include "lib/timeline/merge_settings.hpp"

namespace understudy {

// Settings by the keys of their rows; only those that are set.
using SettingValues = std::map<std::string, std::string>;

// What is set for one part of the clip. A curve goes before a value of the same setting.
struct Layer {
  SettingValues values;
  std::map<std::string, Curve> curves;  // none of them empty
  bool empty() const { return values.empty() && curves.empty(); }
  bool operator==(const Layer&) const = default;
};

inline bool is_set(const Layer& layer, const std::string& key) {
  return layer.values.contains(key) || layer.curves.contains(key);
}

struct Shot {
  std::int64_t first = 0;  // goes on to the next shot, or to the end
  std::string name;
  Layer layer;
  bool operator==(const Shot&) const = default;
};

constexpr std::string_view no_model = "none";
struct Person {
  std::string name;
  std::string
      model;  // name of the model that makes this person's face; empty: the merge's own; no_model: left as it is
  Layer layer;
  bool empty() const { return name.empty() && model.empty() && layer.empty(); }
  bool operator==(const Person&) const = default;
};

struct Timeline {
  // The rules of what nobody set otherwise (MergeSettings::compat). Documents from before there was a choice have
  // DeepFaceLab's, so that nothing changes under anybody's hands.
  Compat compat = Compat::none;
  Layer clip;
  std::vector<Shot> shots{Shot{}};               // at least one; ascending, the first begins with frame 0
  std::map<int, Person> persons;                 // by the number that extraction gave; none of them empty
  std::map<std::int64_t, SettingValues> frames;  // what is set for single frames; none of them empty
  bool operator==(const Timeline&) const = default;
};

// The rows of MergeSettings: kinds, ranges and choices. They point at no settings of anybody's.
const std::vector<Row>& setting_rows();
// Empty where there is no such setting.
const Row* setting_row(std::string_view key);
// The value as its row writes it: "12" for "+12". bad_option for an unknown key or a value out of range.
Result<std::string> checked_setting(std::string_view key, std::string_view value);

// Index of the shot that the frame belongs to.
std::size_t shot_of(const Timeline&, std::int64_t frame);

enum class SettingFrom { standard, clip, person, shot, frame };
std::string_view name_of(SettingFrom);
struct ResolvedSetting {
  std::string value;
  SettingFrom from = SettingFrom::standard;
  bool keyed = false;
};
// What is set of one setting at a frame: frame before shot before person before clip before the timeline's default.
// Without a person those of persons count for nothing.
ResolvedSetting resolve(const Timeline&, const Row&, std::int64_t frame, std::optional<int> person);

// All of them. `clip_wide` goes before what the timeline says of the whole clip (a value given on the command line).
MergeSettings settings_at(const Timeline&, std::int64_t frame, std::optional<int> person,
                          const SettingValues& clip_wide = {});

// The whole timeline as a document, the same text for the same content (docs/timeline.md).
std::string timeline_text(const Timeline&);
// bad_file in one sentence for anything odd, newer_version for a later version's.
Result<Timeline> timeline_from_text(std::string_view);

}  // namespace understudy
