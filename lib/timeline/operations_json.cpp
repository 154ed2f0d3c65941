// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/json_parts.hpp"
#include "lib/timeline/operations.hpp"

namespace understudy {
namespace {

using namespace timeline_json;

json place_json(const LayerPlace& place) {
  if (const auto* person = std::get_if<OfPerson>(&place)) return {{"person", person->person}};
  if (const auto* shot = std::get_if<OfShot>(&place)) return {{"shot", shot->shot}};
  return "clip";
}

Result<LayerPlace> place_from(const json& value) {
  const auto place = value.find("place");
  if (place == value.end()) return fail(Code::bad_file, "'place' is missing");
  if (*place == "clip") return WholeClip{};
  if (place->is_object() && place->contains("person")) {
    TRY(const auto person, integer_at(*place, "person"));
    if (person < 0 || person > highest_person) return fail(Code::bad_file, "'person' is no person's number");
    return OfPerson{static_cast<int>(person)};
  }
  if (place->is_object() && place->contains("shot")) {
    TRY(const auto shot, integer_at(*place, "shot"));
    if (shot < 0) return fail(Code::bad_file, "'shot' is no index from 0 on");
    return OfShot{static_cast<std::size_t>(shot)};
  }
  return fail(Code::bad_file, "'place' is neither clip nor a person nor a shot");
}

json optional_value(const std::string& key, const std::optional<std::string>& value) {
  return value ? value_json(key, *value) : json(nullptr);
}
Result<std::optional<std::string>> optional_from(const std::string& key, const json& value) {
  if (value.is_null()) {
    if (setting_row(key)) return std::optional<std::string>{};
    return fail(Code::bad_file, "there is no setting '{}'", key.substr(0, 80));
  }
  TRY(auto text, value_from(key, value));
  return std::optional(std::move(text));
}

struct Put {
  json operator()(const SetValue& o) const {
    return {
        {"do", "set-value"}, {"place", place_json(o.place)}, {"key", o.key}, {"value", optional_value(o.key, o.value)}};
  }
  json operator()(const SetKey& o) const {
    json out{{"do", "set-key"}, {"place", place_json(o.place)}, {"key", o.key}, {"frame", o.frame}, {"value", nullptr}};
    if (!o.set) return out;
    out["value"] = value_json(o.key, o.set->value);
    out["kind"] = Names<KeyKind>::all[static_cast<std::size_t>(o.set->kind)];
    return out;
  }
  json operator()(const SetFrames& o) const {
    json list = json::array();
    for (const auto& v : o.values)
      list.push_back({v.frames.first, v.frames.last, v.key, optional_value(v.key, v.value)});
    return {{"do", "set-frames"}, {"values", std::move(list)}};
  }
  json operator()(const InsertShot& o) const {
    json out = std::move(shots_json({o.shot})[0]);
    out["do"] = "insert-shot";
    return out;
  }
  json operator()(const RemoveShot& o) const { return {{"do", "remove-shot"}, {"shot", o.shot}}; }
  json operator()(const RenameShot& o) const { return {{"do", "rename-shot"}, {"shot", o.shot}, {"name", o.name}}; }
  json operator()(const MoveShot& o) const { return {{"do", "move-shot"}, {"shot", o.shot}, {"first", o.first}}; }
  json operator()(const SetShots& o) const { return {{"do", "set-shots"}, {"shots", shots_json(o.shots)}}; }
  json operator()(const SetPerson& o) const {
    return {{"do", "set-person"}, {"person", o.person}, {"name", o.name}, {"model", o.model}};
  }
};

using Read = Result<TimelineOperation>;

Read set_value_from(const json& value) {
  SetValue o;
  TRY(o.place, place_from(value));
  TRY(o.key, text_at(value, "key"));
  TRY(o.value, optional_from(o.key, value.value("value", json())));
  return o;
}

Read set_key_from(const json& value) {
  SetKey o;
  TRY(o.place, place_from(value));
  TRY(o.key, text_at(value, "key"));
  TRY(o.frame, integer_at(value, "frame"));
  TRY(const auto text, optional_from(o.key, value.value("value", json())));
  if (!text) return o;
  TRY(const auto kind, kind_from(value.value("kind", json())));
  o.set = Key{*text, kind};
  return o;
}

Read set_frames_from(const json& value) {
  const auto list = value.find("values");
  if (list == value.end() || !list->is_array()) return fail(Code::bad_file, "'values' is no list");
  SetFrames o;
  for (const auto& one : *list) {
    if (!one.is_array() || one.size() != 4 || !one[0].is_number_integer() || !one[1].is_number_integer() ||
        !one[2].is_string())
      return fail(Code::bad_file, "an entry of 'values' is no [first, last, key, value]");
    FramesValue v{{one[0].get<std::int64_t>(), one[1].get<std::int64_t>()}, one[2].get<std::string>(), {}};
    TRY(v.value, optional_from(v.key, one[3]));
    o.values.push_back(std::move(v));
  }
  return o;
}

Read shot_operation(const std::string& what, const json& value) {
  if (what == "insert-shot") {
    TRY(auto shot, shot_from(value));
    return InsertShot{std::move(shot)};
  }
  TRY(const auto number, integer_at(value, "shot"));
  if (number < 0) return fail(Code::bad_file, "'shot' is no index from 0 on");
  const auto shot = static_cast<std::size_t>(number);
  if (what == "remove-shot") return RemoveShot{shot};
  if (what == "rename-shot") {
    TRY(auto name, text_at(value, "name"));
    return RenameShot{shot, std::move(name)};
  }
  TRY(const auto first, integer_at(value, "first"));
  return MoveShot{shot, first};
}

Read set_person_from(const json& value) {
  TRY(const auto person, integer_at(value, "person"));
  if (person < 0 || person > highest_person) return fail(Code::bad_file, "'person' is no person's number");
  SetPerson o{static_cast<int>(person), {}, {}};
  TRY(o.name, text_at(value, "name"));
  TRY(o.model, text_at(value, "model"));
  return o;
}

}  // namespace

json to_json(const TimelineOperation& operation) { return std::visit(Put{}, operation); }

Result<TimelineOperation> timeline_operation_from_json(const json& value) {
  const auto what = value.is_object() ? value.find("do") : value.end();
  if (!value.is_object() || what == value.end() || !what->is_string())
    return fail(Code::bad_file, "an operation has no 'do'");
  const auto& name = what->get_ref<const std::string&>();
  if (name == "set-value") return set_value_from(value);
  if (name == "set-key") return set_key_from(value);
  if (name == "set-frames") return set_frames_from(value);
  if (name == "set-person") return set_person_from(value);
  if (name == "set-shots") {
    TRY(auto shots, shots_from(value.value("shots", json())));
    return SetShots{std::move(shots)};
  }
  for (const char* known : {"insert-shot", "remove-shot", "rename-shot", "move-shot"}) {
    if (name == known) return shot_operation(name, value);
  }
  return fail(Code::bad_file, "there is no operation '{}'", name.substr(0, 80));
}

}  // namespace understudy
