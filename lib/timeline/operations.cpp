// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/operations.hpp"

#include <algorithm>

namespace understudy {
namespace {

Failure no_fit(std::string what) { return Failure(Error{Code::bad_option, std::move(what), {}, {}}); }

Result<> check_name(const std::string& name) {
  if (name.size() <= longest_name) return {};
  return no_fit(fmt::format("A name has at most {} bytes", longest_name));
}
Result<> check_frame(std::int64_t frame) {
  if (frame >= 0 && frame < most_frames) return {};
  return no_fit(fmt::format("There is no frame {}", frame + 1));
}
Result<> check_shot(const Timeline& timeline, std::size_t shot, bool not_first) {
  if (shot >= timeline.shots.size())
    return no_fit(fmt::format("There is no shot {}, only {}", shot + 1, timeline.shots.size()));
  if (not_first && shot == 0) return no_fit("The first shot begins where the clip begins");
  return {};
}

// The value as its row writes it, and whether it may be there.
Result<std::optional<std::string>> checked(const std::string& key, const std::optional<std::string>& value,
                                           const LayerPlace* place) {
  if (setting_row(key) == nullptr || value) {
    TRY(auto text, checked_setting(key, value.value_or("")));
    if (place && std::holds_alternative<OfPerson>(*place) && key == "mode" && text == "raw-predict")
      return no_fit("raw-predict is a mode of whole frames, not of one person");
    return std::optional(std::move(text));
  }
  return std::optional<std::string>{};
}

Result<> check_layer(const Layer& layer) {
  for (const auto& [key, value] : layer.values) TRY_VOID(checked(key, value, nullptr));
  for (const auto& [key, curve] : layer.curves) {
    if (curve.empty()) return no_fit(fmt::format("The keys of '{}' are none", key));
    for (const auto& [frame, k] : curve) {
      TRY_VOID(check_frame(frame));
      TRY_VOID(checked(key, k.value, nullptr));
    }
  }
  return {};
}

Result<> check_shots(const std::vector<Shot>& shots) {
  if (shots.empty() || shots.size() > most_shots || shots.front().first != 0)
    return no_fit("The first shot begins with the first frame");
  for (std::size_t i = 0; i < shots.size(); ++i) {
    if (i > 0 && shots[i].first <= shots[i - 1].first) return no_fit("Shots begin one behind another");
    TRY_VOID(check_frame(shots[i].first));
    TRY_VOID(check_name(shots[i].name));
    TRY_VOID(check_layer(shots[i].layer));
  }
  return {};
}

Result<> check_person(int person) {
  if (person >= 0 && person <= highest_person) return {};
  return no_fit(fmt::format("There is no person {}", person));
}

// The layer, made where it is a person's first; drop_empty() afterwards.
Result<Layer*> layer_at(const LayerPlace& place, Timeline& timeline) {
  if (const auto* person = std::get_if<OfPerson>(&place)) {
    TRY_VOID(check_person(person->person));
    return &timeline.persons[person->person].layer;
  }
  if (const auto* shot = std::get_if<OfShot>(&place)) {
    TRY_VOID(check_shot(timeline, shot->shot, false));
    return &timeline.shots[shot->shot].layer;
  }
  return &timeline.clip;
}
void drop_empty(const LayerPlace& place, Timeline& timeline) {
  const auto* person = std::get_if<OfPerson>(&place);
  if (person && timeline.persons[person->person].empty()) timeline.persons.erase(person->person);
}

Result<TimelineOperation> done(const SetValue& o, Timeline& timeline) {
  TRY(const auto value, checked(o.key, o.value, &o.place));
  TRY(Layer * layer, layer_at(o.place, timeline));
  SetValue back{o.place, o.key, {}};
  if (const auto old = layer->values.find(o.key); old != layer->values.end()) back.value = old->second;
  if (value)
    layer->values[o.key] = *value;
  else
    layer->values.erase(o.key);
  drop_empty(o.place, timeline);
  return back;
}

Result<TimelineOperation> done(const SetKey& o, Timeline& timeline) {
  TRY_VOID(check_frame(o.frame));
  TRY(const auto value, checked(o.key, o.set ? std::optional(o.set->value) : std::nullopt, &o.place));
  TRY(Layer * layer, layer_at(o.place, timeline));
  SetKey back{o.place, o.key, o.frame, {}};
  Curve& curve = layer->curves[o.key];
  if (const auto old = curve.find(o.frame); old != curve.end()) back.set = old->second;
  if (o.set)
    curve[o.frame] = {*value, o.set->kind};
  else
    curve.erase(o.frame);
  if (curve.empty()) layer->curves.erase(o.key);
  drop_empty(o.place, timeline);
  return back;
}

// Puts down what one setting was in a range, in as few pieces as it takes.
void put_down(const Timeline& timeline, const FramesValue& change, std::vector<FramesValue>& back) {
  const std::size_t begin = back.size();
  const auto add = [&](FrameRange range, const std::optional<std::string>& value) {
    if (range.last < range.first) return;
    if (back.size() > begin && back.back().value == value && back.back().frames.last + 1 == range.first)
      back.back().frames.last = range.last;
    else
      back.push_back({range, change.key, value});
  };
  std::int64_t next = change.frames.first;
  const auto end = timeline.frames.upper_bound(change.frames.last);
  for (auto frame = timeline.frames.lower_bound(change.frames.first); frame != end; ++frame) {
    const auto value = frame->second.find(change.key);
    if (value == frame->second.end()) continue;
    add({next, frame->first - 1}, {});
    add({frame->first, frame->first}, value->second);
    next = frame->first + 1;
  }
  add({next, change.frames.last}, {});
}

void set_in_range(const FramesValue& change, Timeline& timeline) {
  auto& frames = timeline.frames;
  if (change.value) {
    for (auto f = change.frames.first; f <= change.frames.last; ++f) frames[f][change.key] = *change.value;
    return;
  }
  for (auto at = frames.lower_bound(change.frames.first); at != frames.end() && at->first <= change.frames.last;) {
    at->second.erase(change.key);
    at = at->second.empty() ? frames.erase(at) : std::next(at);
  }
}

// Counted as if nothing that is set were set already: what one operation set its inverse can then set, too.
Result<> check_room(const SetFrames& o, const Timeline& timeline) {
  std::size_t all = 0;
  for (const auto& change : o.values)
    if (change.value) all += static_cast<std::size_t>(change.frames.last - change.frames.first + 1);
  if (all == 0 || all + timeline.frames.size() * setting_rows().size() <= most_frame_values) return {};
  for (const auto& [frame, values] : timeline.frames) all += values.size();
  if (all <= most_frame_values) return {};
  return no_fit("Too much would be set for single frames: set it for the shot or the clip");
}

Result<TimelineOperation> done(const SetFrames& o, Timeline& timeline) {
  if (o.values.size() > most_ranges) return no_fit("These are too many ranges of frames");
  SetFrames fitting = o;
  for (auto& change : fitting.values) {
    TRY_VOID(check_frame(change.frames.first));
    TRY_VOID(check_frame(change.frames.last));
    if (change.frames.last < change.frames.first) return no_fit("A range of frames ends before it begins");
    TRY(change.value, checked(change.key, change.value, nullptr));
    if (change.value && change.frames.last - change.frames.first >= static_cast<std::int64_t>(most_ranges))
      return no_fit("A range of single frames is too long: set it for the shot or the clip");
  }
  TRY_VOID(check_room(fitting, timeline));
  std::vector<std::vector<FramesValue>> pieces;
  for (const auto& change : fitting.values) {
    put_down(timeline, change, pieces.emplace_back());
    set_in_range(change, timeline);
  }
  SetFrames back;  // the last change is taken back first
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece)
    back.values.insert(back.values.end(), piece->begin(), piece->end());
  return back;
}

Result<TimelineOperation> done(const InsertShot& o, Timeline& timeline) {
  TRY_VOID(check_frame(o.shot.first));
  TRY_VOID(check_name(o.shot.name));
  TRY_VOID(check_layer(o.shot.layer));
  const auto behind = std::ranges::lower_bound(timeline.shots, o.shot.first, {}, &Shot::first);
  if (behind != timeline.shots.end() && behind->first == o.shot.first)
    return no_fit(fmt::format("A shot begins with frame {} already", o.shot.first + 1));
  if (timeline.shots.size() >= most_shots) return no_fit("These are too many shots");
  const auto index = static_cast<std::size_t>(behind - timeline.shots.begin());
  timeline.shots.insert(behind, o.shot);
  return RemoveShot{index};
}

Result<TimelineOperation> done(const RemoveShot& o, Timeline& timeline) {
  TRY_VOID(check_shot(timeline, o.shot, true));
  const auto at = timeline.shots.begin() + static_cast<std::ptrdiff_t>(o.shot);
  InsertShot back{*at};
  timeline.shots.erase(at);
  return back;
}

Result<TimelineOperation> done(const RenameShot& o, Timeline& timeline) {
  TRY_VOID(check_shot(timeline, o.shot, false));
  TRY_VOID(check_name(o.name));
  return RenameShot{o.shot, std::exchange(timeline.shots[o.shot].name, o.name)};
}

Result<TimelineOperation> done(const MoveShot& o, Timeline& timeline) {
  TRY_VOID(check_shot(timeline, o.shot, true));
  TRY_VOID(check_frame(o.first));
  const bool last = o.shot + 1 == timeline.shots.size();
  if (o.first <= timeline.shots[o.shot - 1].first || (!last && o.first >= timeline.shots[o.shot + 1].first))
    return no_fit(fmt::format("Shot {} cannot begin with frame {}: it would not lie between its neighbours", o.shot + 1,
                              o.first + 1));
  return MoveShot{o.shot, std::exchange(timeline.shots[o.shot].first, o.first)};
}

Result<TimelineOperation> done(const SetShots& o, Timeline& timeline) {
  TRY_VOID(check_shots(o.shots));
  return SetShots{std::exchange(timeline.shots, o.shots)};
}

Result<TimelineOperation> done(const SetPerson& o, Timeline& timeline) {
  TRY_VOID(check_person(o.person));
  TRY_VOID(check_name(o.name));
  TRY_VOID(check_name(o.model));
  Person& person = timeline.persons[o.person];
  SetPerson back{o.person, std::exchange(person.name, o.name), std::exchange(person.model, o.model)};
  if (person.empty()) timeline.persons.erase(o.person);
  return back;
}

}  // namespace

Result<TimelineOperation> perform(const TimelineOperation& operation, Timeline& timeline) {
  return std::visit([&timeline](const auto& o) { return done(o, timeline); }, operation);
}

}  // namespace understudy
