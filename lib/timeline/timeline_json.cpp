// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"
#include "lib/options/options.hpp"
#include "lib/timeline/json_parts.hpp"
#include "lib/timeline/operations.hpp"

namespace understudy {
namespace timeline_json {

json value_json(const std::string& key, const std::string& value) {
  const Row* row = setting_row(key);
  if (row && row->kind == Kind::boolean) return value == "true";
  if (row && row->kind == Kind::integer) return json::parse(value);
  if (row && row->kind == Kind::number) return json::parse(value);
  return value;
}

Result<std::string> value_from(const std::string& key, const json& value) {
  if (value.is_structured() || value.is_null()) return fail(Code::bad_file, "'{}' has no plain value", key);
  auto checked = checked_setting(key, value.is_string() ? value.get<std::string>() : json_text(value));
  if (!checked) return fail(Code::bad_file, "{}", checked.error().message);
  return checked;
}

json values_json(const SettingValues& values) {
  json all = json::object();
  for (const auto& [key, value] : values) all[key] = value_json(key, value);
  return all;
}

Result<SettingValues> values_from(const json& all) {
  if (!all.is_object()) return fail(Code::bad_file, "the settings are no JSON object");
  SettingValues values;
  for (const auto& [key, value] : all.items()) {
    TRY(values[key], value_from(key, value));
  }
  return values;
}

Result<KeyKind> kind_from(const json& value) {
  const auto& names = Names<KeyKind>::all;
  const auto found =
      value.is_string() ? std::ranges::find(names, value.get_ref<const std::string&>()) : std::end(names);
  if (found == std::end(names)) return fail(Code::bad_file, "a key is hold, linear or smooth");
  return static_cast<KeyKind>(found - std::begin(names));
}

static Result<Curve> curve_from(const std::string& key, const json& list) {
  if (!list.is_array() || list.empty()) return fail(Code::bad_file, "the keys of '{}' are no list", key);
  Curve curve;
  for (const auto& one : list) {
    if (!one.is_array() || one.size() != 3 || !one[0].is_number_integer())
      return fail(Code::bad_file, "a key of '{}' is no [frame, value, kind]", key);
    const auto frame = one[0].get<std::int64_t>();
    if (frame < 0 || frame >= most_frames) return fail(Code::bad_file, "a key of '{}' is at no frame", key);
    Key k;
    TRY(k.value, value_from(key, one[1]));
    TRY(k.kind, kind_from(one[2]));
    if (!curve.emplace(frame, std::move(k)).second) return fail(Code::bad_file, "'{}' has two keys at one frame", key);
  }
  return curve;
}

void put_layer(const Layer& layer, json& into) {
  if (!layer.values.empty()) into["values"] = values_json(layer.values);
  for (const auto& [key, curve] : layer.curves) {
    json& list = into["keys"][key];
    for (const auto& [frame, k] : curve)
      list.push_back({frame, value_json(key, k.value), Names<KeyKind>::all[static_cast<std::size_t>(k.kind)]});
  }
}

Result<Layer> layer_from(const json& value) {
  if (!value.is_object()) return fail(Code::bad_file, "a part of the timeline is no JSON object");
  Layer layer;
  if (const auto values = value.find("values"); values != value.end()) {
    TRY(layer.values, values_from(*values));
  }
  const auto keys = value.find("keys");
  if (keys == value.end()) return layer;
  if (!keys->is_object()) return fail(Code::bad_file, "'keys' is no JSON object");
  for (const auto& [key, list] : keys->items()) {
    TRY(layer.curves[key], curve_from(key, list));
  }
  return layer;
}

Result<std::int64_t> integer_at(const json& value, const char* key) {
  const auto found = value.find(key);
  if (found == value.end() || !found->is_number_integer()) return fail(Code::bad_file, "'{}' is no whole number", key);
  return found->get<std::int64_t>();
}

Result<std::string> text_at(const json& value, const char* key) {
  const auto found = value.find(key);
  if (found == value.end()) return std::string();
  if (!found->is_string() || found->get_ref<const std::string&>().size() > longest_name)
    return fail(Code::bad_file, "'{}' is no text of at most {} bytes", key, longest_name);
  return found->get<std::string>();
}

json shots_json(const std::vector<Shot>& shots) {
  json list = json::array();
  for (const auto& shot : shots) {
    json one{{"first", shot.first}};
    if (!shot.name.empty()) one["name"] = shot.name;
    put_layer(shot.layer, one);
    list.push_back(std::move(one));
  }
  return list;
}

Result<Shot> shot_from(const json& value) {
  if (!value.is_object()) return fail(Code::bad_file, "a shot is no JSON object");
  Shot shot;
  TRY(shot.first, integer_at(value, "first"));
  TRY(shot.name, text_at(value, "name"));
  TRY(shot.layer, layer_from(value));
  return shot;
}

Result<std::vector<Shot>> shots_from(const json& list) {
  if (!list.is_array() || list.size() > most_shots) return fail(Code::bad_file, "the shots are no list");
  std::vector<Shot> shots;
  for (const auto& one : list) {
    TRY(Shot shot, shot_from(one));
    shots.push_back(std::move(shot));
  }
  return shots;
}

// Neighbouring frames of the same settings are one entry: [first, last, {settings}].
static json frames_json(const std::map<std::int64_t, SettingValues>& frames) {
  json list = json::array();
  for (auto at = frames.begin(); at != frames.end();) {
    auto end = std::next(at);
    auto last = at->first;
    while (end != frames.end() && end->first == last + 1 && end->second == at->second) last = (end++)->first;
    list.push_back({at->first, last, values_json(at->second)});
    at = end;
  }
  return list;
}

static Result<> frames_from(const json& list, std::map<std::int64_t, SettingValues>& frames) {
  if (!list.is_array()) return fail(Code::bad_file, "'frames' is no list");
  std::int64_t next = 0;
  std::size_t all = 0;
  for (const auto& one : list) {
    if (!one.is_array() || one.size() != 3 || !one[0].is_number_integer() || !one[1].is_number_integer())
      return fail(Code::bad_file, "an entry of 'frames' is no [first, last, settings]");
    const auto first = one[0].get<std::int64_t>(), last = one[1].get<std::int64_t>();
    if (first < next || last < first || last >= most_frames)
      return fail(Code::bad_file, "the ranges of 'frames' do not follow one another");
    next = last + 1;
    TRY(const auto values, values_from(one[2]));
    if (values.empty()) return fail(Code::bad_file, "an entry of 'frames' sets nothing");
    all += static_cast<std::size_t>(last - first + 1) * values.size();
    if (all > most_frame_values) return fail(Code::bad_file, "'frames' are too many");
    for (auto f = first; f <= last; ++f) frames.emplace_hint(frames.end(), f, values);
  }
  return {};
}

static Result<> persons_from(const json& all, std::map<int, Person>& persons) {
  if (!all.is_object()) return fail(Code::bad_file, "'persons' is no JSON object");
  for (const auto& [number, value] : all.items()) {
    const bool digits = !number.empty() && number.size() < 7 &&
                        std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || std::stoi(number) > highest_person || std::to_string(std::stoi(number)) != number)
      return fail(Code::bad_file, "'{}' is no person's number", number.substr(0, 20));
    Person person;
    TRY(person.layer, layer_from(value));
    TRY(person.name, text_at(value, "name"));
    TRY(person.model, text_at(value, "model"));
    if (!person.empty()) persons.emplace(std::stoi(number), std::move(person));
  }
  return {};
}

// Documents that say nothing are from before there was a choice.
static Result<Compat> compat_from(const json& all) {
  const auto said = all.find("compat");
  if (said == all.end()) return Compat::dfl;
  const auto& names = Names<Compat>::all;
  const auto found = said->is_string() ? std::ranges::find(names, said->get_ref<const std::string&>()) : names.end();
  if (found == names.end()) return fail(Code::bad_file, "'compat' is none or dfl");
  return static_cast<Compat>(found - names.begin());
}

static Result<Timeline> timeline_from(const json& all) {
  Timeline timeline;
  TRY(timeline.compat, compat_from(all));
  if (all.contains("clip")) {
    TRY(timeline.clip, layer_from(all.at("clip")));
  }
  if (all.contains("shots")) {
    TRY(auto shots, shots_from(all.at("shots")));
    Timeline checked;
    if (const auto fits = perform(SetShots{std::move(shots)}, checked); !fits)
      return fail(Code::bad_file, "{}", fits.error().message);
    timeline.shots = std::move(checked.shots);
  }
  if (all.contains("persons")) TRY_VOID(persons_from(all.at("persons"), timeline.persons));
  if (all.contains("frames")) TRY_VOID(frames_from(all.at("frames"), timeline.frames));
  return timeline;
}

}  // namespace timeline_json

using timeline_json::json;

std::string timeline_text(const Timeline& timeline) {
  json all{{"format", formats::timeline.name}, {"version", formats::timeline.version},
           {"clip", json::object()},           {"shots", timeline_json::shots_json(timeline.shots)},
           {"persons", json::object()},        {"frames", timeline_json::frames_json(timeline.frames)}};
  // Left out as in documents that know of no choice: what was said of them in journals still fits.
  if (timeline.compat != Compat::dfl) all["compat"] = Names<Compat>::all[static_cast<std::size_t>(timeline.compat)];
  timeline_json::put_layer(timeline.clip, all["clip"]);
  for (const auto& [number, person] : timeline.persons) {
    json& one = all["persons"][std::to_string(number)];
    one = json::object();
    if (!person.name.empty()) one["name"] = person.name;
    if (!person.model.empty()) one["model"] = person.model;
    timeline_json::put_layer(person.layer, one);
  }
  return json_text(all, 1) + "\n";
}

Result<Timeline> timeline_from_text(std::string_view text) {
  const json all = parse_json(text);
  const auto version = version_in(all, formats::timeline);
  if (!version) return fail(Code::bad_file, "it is no timeline");
  if (*version > formats::timeline.version)
    return fail_with_hint(Code::newer_version, "it was written by a newer version", "Update understudy.");
  return timeline_json::timeline_from(all);
}

}  // namespace understudy
