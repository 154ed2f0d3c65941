// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/options/options.hpp"
#include "lib/timeline/copying.hpp"
#include "steps/6_merge/timeline_tools.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// "erode=10,blur=40" in its order. Without values just the names.
Result<std::vector<std::pair<std::string, std::string>>> settings_in(const std::string& text, bool with_values) {
  std::vector<std::pair<std::string, std::string>> settings;
  if (text.empty()) return settings;
  for (const auto& part : split(text, ',')) {
    const auto equals = part.find('=');
    if ((equals != std::string::npos) != with_values) {
      return fail_with_hint(Code::bad_option, fmt::format("'{}' is no {}", part, with_values ? "KEY=VALUE" : "setting"),
                            with_values ? "For example: erode=10,blur=40" : "For example: erode,blur");
    }
    auto& [key, value] = settings.emplace_back(part.substr(0, equals), with_values ? part.substr(equals + 1) : "");
    if (with_values) {
      TRY(value, checked_setting(key, value));
    } else if (!setting_row(key)) {
      TRY_VOID(checked_setting(key, ""));
    }
  }
  return settings;
}

Result<LayerPlace> place_of(const Timeline& timeline, int shot, const std::string& person) {
  if (shot > 0 && !person.empty())
    return fail_with_hint(Code::bad_option, "Only one of --shot and --person can be used", "Leave the other out.");
  if (shot > 0) return OfShot{static_cast<std::size_t>(shot - 1)};
  if (person.empty()) return WholeClip{};
  TRY(const int number, person_called(timeline, person));
  return OfPerson{number};
}

std::string said(const LayerPlace& place) {
  if (const auto* shot = std::get_if<OfShot>(&place)) return fmt::format("shot {}", shot->shot + 1);
  if (const auto* person = std::get_if<OfPerson>(&place)) return fmt::format("person {}", person->person);
  return "the clip";
}

const Layer* layer_of(const Timeline& timeline, const LayerPlace& place) {
  if (const auto* shot = std::get_if<OfShot>(&place))
    return shot->shot < timeline.shots.size() ? &timeline.shots[shot->shot].layer : nullptr;
  const auto* person = std::get_if<OfPerson>(&place);
  if (!person) return &timeline.clip;
  const auto found = timeline.persons.find(person->person);
  return found == timeline.persons.end() ? nullptr : &found->second.layer;
}

// A preset is a JSON object of settings and their values.
Result<std::string> settings_of_preset(const fs::path& path) {
  TRY(const auto text, read_text(path, 1 << 20));
  const json all = parse_json(text);
  MergeSettings settings;
  auto rows = rows_of(settings);
  if (const auto read = options_from_json(rows, all); !read)
    return during(read.error(), fmt::format("reading {}", path.string()));
  std::string values;
  for (const auto& row : rows) {
    if (!row.given) continue;
    TRY(const auto value, checked_setting(row.key, row.get()));  // as it is kept: without a comma
    values += (values.empty() ? "" : ",") + row.key + "=" + value;
  }
  if (!values.empty()) return values;
  return fail(Code::bad_file, "{} sets nothing", path.string());
}

// Everything that is set in that place.
std::string all_settings(const Timeline& timeline, const LayerPlace* place, const std::vector<FrameRange>& frames) {
  std::vector<std::string> keys;
  for (const auto& row : setting_rows()) {
    const Layer* layer = place ? layer_of(timeline, *place) : nullptr;
    const bool in_frames = !place && std::ranges::any_of(timeline.frames, [&](const auto& one) {
      return has_frame(frames, one.first) && one.second.contains(row.key);
    });
    if (in_frames || (layer && is_set(*layer, row.key))) keys.push_back(row.key);
  }
  return fmt::format("{}", fmt::join(keys, ","));
}

Result<> check_where(const MergeSetOptions& o) {
  if (static_cast<int>(!o.frames.empty()) + static_cast<int>(o.shot > 0) + static_cast<int>(!o.person.empty()) > 1) {
    return fail_with_hint(Code::bad_option, "Only one of --frames, --shot and --person can be used",
                          "Leave the others out.");
  }
  return {};
}

struct Wanted {
  std::string where;
  std::vector<TimelineOperation> operations;
};

Result<Wanted> for_frames(const Timeline& timeline, const std::string& values, const MergeSetOptions& o) {
  TRY(const auto frames, parse_frames(o.frames));
  const auto text = values.empty() && o.unset ? all_settings(timeline, nullptr, frames) : values;
  TRY(const auto settings, settings_in(text, !o.unset));
  SetFrames set;
  for (const auto& [key, value] : settings) {
    for (const auto& range : frames) set.values.push_back({range, key, o.unset ? std::nullopt : std::optional(value)});
  }
  return Wanted{"frames " + frames_text(frames), {std::move(set)}};
}

Result<Wanted> for_layer(const Timeline& timeline, const std::string& values, const MergeSetOptions& o) {
  TRY(const auto place, place_of(timeline, o.shot, o.person));
  const auto text = values.empty() && o.unset ? all_settings(timeline, &place, {}) : values;
  TRY(const auto settings, settings_in(text, !o.unset));
  Wanted wanted{said(place), {}};
  for (const auto& [key, value] : settings) {
    remove_keys(timeline, place, key, wanted.operations);
    wanted.operations.push_back(SetValue{place, key, o.unset ? std::nullopt : std::optional(value)});
  }
  return wanted;
}

}  // namespace

void remove_keys(const Timeline& timeline, const LayerPlace& place, const std::string& key,
                 std::vector<TimelineOperation>& operations) {
  const Layer* layer = layer_of(timeline, place);
  const auto curve = layer ? layer->curves.find(key) : decltype(layer->curves.end()){};
  if (!layer || curve == layer->curves.end()) return;
  for (const auto& [frame, k] : curve->second) operations.push_back(SetKey{place, key, frame, {}});
}

fs::path timelines_of(const Workspace& workspace) { return workspace.state() / timelines_folder; }

Result<media::FrameSource> open_frames(const Workspace& workspace, const fs::path& input) {
  fs::path frames = input;
  if (frames.empty()) {
    TRY(frames, workspace.frames_or_video(Side::dst));
  }
  return media::FrameSource::open(frames);
}

Result<int> person_called(const Timeline& timeline, const std::string& text) {
  for (const auto& [number, person] : timeline.persons)
    if (!person.name.empty() && person.name == text) return number;
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= 0 && number <= highest_person)
    return number;
  return fail_with_hint(Code::bad_option, fmt::format("There is no person '{}'", text),
                        "The persons and their numbers: understudy merge persons");
}

Result<std::string> change_timeline(TimelineBook& book, const std::string& what,
                                    std::span<const TimelineOperation> operations) {
  TRY(const bool changed, book.apply(what, operations));
  return json_text(json{{"change", what}, {"changed", changed}});
}

Result<std::string> set_settings(const Workspace& workspace, const std::string& given, const MergeSetOptions& o) {
  TRY_VOID(check_where(o));
  std::string values = given;
  if (!o.preset.empty()) {
    TRY(values, settings_of_preset(o.preset));
    if (!given.empty()) values += "," + given;
  }
  if (values.empty() && !o.unset) {
    return fail_with_hint(Code::bad_option, "Nothing is said of what to set",
                          "For example: understudy merge set erode=10,blur=40 --frames 100-250");
  }
  TRY(auto book, TimelineBook::open(timelines_of(workspace), o.timeline));
  TRY(const auto wanted, o.frames.empty() ? for_layer(book.now(), values, o) : for_frames(book.now(), values, o));
  return change_timeline(book, fmt::format("{} {} for {}", o.unset ? "unset" : "set", values, wanted.where),
                         wanted.operations);
}

Result<std::string> set_keys(const Workspace& workspace, const std::string& values, const MergeKeyOptions& o) {
  TRY(const auto settings, settings_in(values, !o.remove));
  if (settings.empty() || (o.frames.empty() && !o.remove)) {
    return fail_with_hint(Code::bad_option, "A key needs a setting and a frame",
                          "For example: understudy merge key blur=60 --frames 250");
  }
  std::vector<FrameRange> frames;
  if (!o.frames.empty()) {
    TRY(frames, parse_frames(o.frames));
    constexpr std::int64_t most = 10'000;
    if (frames_in(frames) > most) return fail(Code::bad_option, "More than {} keys at once are a slip", most);
  }
  TRY(auto book, TimelineBook::open(timelines_of(workspace), o.timeline));
  TRY(const auto place, place_of(book.now(), o.shot, o.person));
  std::vector<TimelineOperation> operations;
  for (const auto& [key, value] : settings) {
    if (frames.empty()) remove_keys(book.now(), place, key, operations);
    for (const auto& range : frames) {
      for (auto f = range.first; f <= range.last; ++f)
        operations.push_back(SetKey{place, key, f, o.remove ? std::nullopt : std::optional(Key{value, o.kind})});
    }
  }
  const auto at = frames.empty() ? std::string("all") : frames_text(frames);
  return change_timeline(
      book, fmt::format("{} {} at {} for {}", o.remove ? "remove keys of" : "key", values, at, said(place)),
      operations);
}

Result<std::string> copy_frame(const Workspace& workspace, const MergeCopyOptions& o) {
  TRY(const auto source, open_frames(workspace, o.input));
  const auto count = source.count();
  if (o.frame < 1 || o.frame > count)
    return fail_with_hint(Code::bad_option, fmt::format("--frame is one of 1 to {}", count),
                          "Say whose settings to copy.");
  const std::int64_t from = o.frame - 1;
  std::vector<FrameRange> to;
  if (o.to == "previous" && from > 0)
    to = {{from - 1, from - 1}};
  else if (o.to == "next" && from + 1 < count)
    to = {{from + 1, from + 1}};
  else if (o.to == "first" && from > 0)
    to = {{0, from - 1}};
  else if (o.to == "last" && from + 1 < count)
    to = {{from + 1, count - 1}};
  else if (o.to == "previous" || o.to == "next" || o.to == "first" || o.to == "last")
    return fail(Code::bad_option, "There is no frame {} of frame {}",
                o.to == "next" || o.to == "last" ? "behind" : "in front", o.frame);
  else {
    TRY(to, parse_frames(o.to));
    if (to.back().last >= count)
      return fail(Code::bad_option, "There is no frame {}, only {}", to.back().last + 1, count);
  }
  TRY(auto book, TimelineBook::open(timelines_of(workspace), o.timeline));
  const std::vector<TimelineOperation> operations{copy_settings(book.now(), from, to)};
  return change_timeline(book, fmt::format("copy frame {} to {}", o.frame, frames_text(to)), operations);
}

Result<std::string> undo_or_redo(const Workspace& workspace, const MergeTimelineOptions& o, bool undo) {
  TRY(auto book, TimelineBook::open(timelines_of(workspace), o.timeline));
  TRY(const auto what, undo ? book.undo() : book.redo());
  return json_text(json{{"change", what}, {undo ? "undone" : "redone", true}});
}

}  // namespace understudy
