// SPDX-License-Identifier: Apache-2.0
// What can be done to a timeline, as values: each operation, once done, gives the one that takes it back.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <variant>

#include "lib/timeline/timeline.hpp"

namespace understudy {

struct WholeClip {
  bool operator==(const WholeClip&) const = default;
};
struct OfPerson {
  int person = 0;
  bool operator==(const OfPerson&) const = default;
};
struct OfShot {
  std::size_t shot = 0;  // its index
  bool operator==(const OfShot&) const = default;
};
using LayerPlace = std::variant<WholeClip, OfPerson, OfShot>;

// Sets a setting's value there, or removes it.
struct SetValue {
  LayerPlace place;
  std::string key;
  std::optional<std::string> value;
};
// Sets a key there, or removes it. Choices and switches are held whatever the key says.
struct SetKey {
  LayerPlace place;
  std::string key;
  std::int64_t frame = 0;
  std::optional<Key> set;
};
// For single frames, in this order: sets a setting in a range of them, or removes it.
struct FramesValue {
  FrameRange frames;
  std::string key;
  std::optional<std::string> value;
  bool operator==(const FramesValue&) const = default;
};
struct SetFrames {
  std::vector<FramesValue> values;
};
// A shot that begins where none does; the one before it ends there.
struct InsertShot {
  Shot shot;
};
// Its frames go to the shot before it, its settings are gone. Not the first.
struct RemoveShot {
  std::size_t shot = 0;
};
struct RenameShot {
  std::size_t shot = 0;
  std::string name;
};
// Lets it begin elsewhere between the beginnings of its neighbours. Not the first.
struct MoveShot {
  std::size_t shot = 0;
  std::int64_t first = 0;
};
// All of them anew.
struct SetShots {
  std::vector<Shot> shots;
};
struct SetPerson {
  int person = 0;
  std::string name, model;  // see Person
};
using TimelineOperation =
    std::variant<SetValue, SetKey, SetFrames, InsertShot, RemoveShot, RenameShot, MoveShot, SetShots, SetPerson>;

// Does it and returns the operation that takes it back. bad_option when it does not fit the timeline or a value does
// not fit its setting; the timeline is unchanged then.
Result<TimelineOperation> perform(const TimelineOperation&, Timeline&);

// {"do": "set-value", "place": {"shot": 2}, "key": "erode", "value": "12"}; docs/timeline.md lists them all.
nlohmann::json to_json(const TimelineOperation&);
// bad_file in one sentence for anything odd.
Result<TimelineOperation> timeline_operation_from_json(const nlohmann::json&);

constexpr std::size_t longest_name = 200;  // bytes of a shot's, a person's or a model's
constexpr std::size_t most_shots = 100'000, most_ranges = 1'000'000;
// All that is set for single frames, setting by setting; a few bytes of a file could ask for more than a machine holds.
constexpr std::size_t most_frame_values = 4'000'000;
constexpr int highest_person = 100'000;

}  // namespace understudy
