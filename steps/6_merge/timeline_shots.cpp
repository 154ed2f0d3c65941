// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/path_text.hpp"
#include "lib/detect/tracks/signature.hpp"
#include "lib/face/faceset.hpp"
#include "steps/6_merge/alignments.hpp"
#include "steps/6_merge/timeline_tools.hpp"

namespace understudy {
namespace {

using nlohmann::json;

Result<std::vector<std::int64_t>> cuts_of(media::FrameSource& source, Run& run) {
  run.stage("look");
  std::vector<Signature> signatures;
  std::vector<std::int64_t> frames;
  for (std::int64_t i = 0; i < source.count(); ++i) {
    if (run.stopping()) return Run::cancelled();
    const auto frame = source.at(i);
    run.progress(static_cast<std::uint64_t>(i + 1), static_cast<std::uint64_t>(source.count()), "frames");
    if (!frame) {
      run.warn(to_sentence(frame.error()));
      continue;
    }
    signatures.push_back(signature_of(frame->bgr));
    frames.push_back(i);
  }
  std::vector<std::int64_t> cuts;
  const auto begins = shot_begins(signatures);
  for (std::size_t i = 1; i < begins.size(); ++i)
    if (begins[i]) cuts.push_back(frames[i]);
  return cuts;
}

// The shots anew. One that begins where one began before keeps its name and settings; a new one has those of the shot
// that its first frame belonged to, so that nothing looks different.
std::vector<Shot> shots_at(const Timeline& timeline, const std::vector<std::int64_t>& cuts) {
  std::vector<Shot> shots{timeline.shots.front()};
  for (const auto cut : cuts) {
    Shot shot = timeline.shots[shot_of(timeline, cut)];
    if (shot.first != cut) shot.name.clear();
    shot.first = cut;
    shots.push_back(std::move(shot));
  }
  return shots;
}

Result<std::size_t> shot_named(const Timeline& timeline, int number, const char* action) {
  if (number >= 1 && static_cast<std::size_t>(number) <= timeline.shots.size())
    return static_cast<std::size_t>(number - 1);
  return fail_with_hint(Code::bad_option,
                        fmt::format("'{}' needs --shot, one of 1 to {}", action, timeline.shots.size()),
                        "The shots and their numbers: understudy merge shots");
}

struct ShotChange {
  std::string what;
  TimelineOperation operation;
};

Result<ShotChange> shot_change(const Timeline& timeline, const std::string& action, const MergeShotsOptions& o,
                               std::int64_t count) {
  if (action == "split" || action == "move") {
    if (o.frame < 1 || o.frame > count)
      return fail(Code::bad_option, "'{}' needs --frame, one of 1 to {}", action, count);
  }
  if (action == "split") {
    Shot shot = timeline.shots[shot_of(timeline, o.frame - 1)];
    shot.first = o.frame - 1;
    shot.name.clear();
    return ShotChange{fmt::format("split at frame {}", o.frame), InsertShot{std::move(shot)}};
  }
  TRY(const auto shot, shot_named(timeline, o.shot, action.c_str()));
  if (action == "rename")
    return ShotChange{fmt::format("rename shot {}", o.shot), RenameShot{shot, valid_text(o.name)}};
  if (action == "move")
    return ShotChange{fmt::format("move shot {} to frame {}", o.shot, o.frame), MoveShot{shot, o.frame - 1}};
  if (shot + 1 == timeline.shots.size())
    return fail(Code::bad_option, "There is no shot behind shot {} that could be joined to it", o.shot);
  return ShotChange{fmt::format("join shots {} and {}", o.shot, o.shot + 1), RemoveShot{shot + 1}};
}

json person_json(int number, const Person& person) {
  const auto model = person.model.empty() ? "own" : person.model;
  json one{{"person", number}, {"name", person.name}, {"model", model}, {"faces", 0}, {"frames", 0}};
  one["set"] = json::object();
  for (const auto& [key, value] : person.layer.values) one["set"][key] = value;
  for (const auto& [key, curve] : person.layer.curves) one["set"][key] = fmt::format("{} keys", curve.size());
  return one;
}

}  // namespace

json shot_list(const Timeline& timeline, std::optional<std::int64_t> frames) {
  json list = json::array();
  for (std::size_t i = 0; i < timeline.shots.size(); ++i) {
    const Shot& shot = timeline.shots[i];
    json one{{"shot", i + 1}, {"first", shot.first + 1}, {"name", shot.name}, {"set", json::object()}};
    if (i + 1 < timeline.shots.size())
      one["last"] = timeline.shots[i + 1].first;
    else if (frames)
      one["last"] = *frames;
    for (const auto& [key, value] : shot.layer.values) one["set"][key] = value;
    for (const auto& [key, curve] : shot.layer.curves) one["set"][key] = fmt::format("{} keys", curve.size());
    list.push_back(std::move(one));
  }
  return list;
}

Result<std::string> edit_shots(const Workspace& workspace, const std::string& action, const MergeShotsOptions& o,
                               Run& run) {
  TRY(auto source, open_frames(workspace, o.input));
  if (action == "list") {
    TRY(const auto timeline, read_timeline(timelines_of(workspace), o.timeline));
    return json_text(json{{"shots", shot_list(timeline, source.count())}, {"changed", false}});
  }
  std::vector<std::int64_t> cuts;
  if (action == "find") {
    TRY(cuts, cuts_of(source, run));
  }
  TRY(auto book, TimelineBook::open(timelines_of(workspace), o.timeline));
  ShotChange change{"find shots", SetShots{}};
  if (action == "find") {
    change.operation = SetShots{shots_at(book.now(), cuts)};
  } else {
    TRY(change, shot_change(book.now(), action, o, source.count()));
  }
  TRY(const bool changed, book.apply(change.what, {&change.operation, 1}));
  return json_text(
      json{{"change", change.what}, {"changed", changed}, {"shots", shot_list(book.now(), source.count())}});
}

static Result<json> counted_persons(const Timeline& timeline, const fs::path& aligned) {
  std::map<int, json> persons;
  for (const auto& [number, person] : timeline.persons) persons[number] = person_json(number, person);
  std::int64_t nobodys = 0;
  TRY(const auto set, Faceset::open(aligned));
  TRY(const auto alignments, read_alignments(set));
  for (const auto& [stem, faces] : alignments.by_frame) {
    std::set<int> seen;
    for (const auto& face : faces) {
      nobodys += !face.person;
      if (!face.person) continue;
      json& one = persons.try_emplace(*face.person, person_json(*face.person, {})).first->second;
      one["faces"] = one["faces"].get<std::int64_t>() + 1;
      if (seen.insert(*face.person).second) one["frames"] = one["frames"].get<std::int64_t>() + 1;
    }
  }
  json list = json::array();
  for (auto& [number, one] : persons) list.push_back(std::move(one));
  return json{{"persons", std::move(list)}, {"faces_without_person", nobodys}};
}

Result<std::string> edit_persons(const Workspace& workspace, const MergePersonsOptions& o) {
  const bool changes = !o.name.empty() || !o.model.empty();
  if (changes && o.person.empty())
    return fail_with_hint(Code::bad_option, "--name and --model need --person", "Say whose they are.");
  bool changed = false;
  if (changes) {
    TRY(auto book, TimelineBook::open(timelines_of(workspace), o.timeline));
    TRY(const int number, person_called(book.now(), o.person));
    const auto found = book.now().persons.find(number);
    const Person now = found == book.now().persons.end() ? Person{} : found->second;
    const auto model = o.model.empty() ? now.model : o.model == "own" ? std::string() : path_text(o.model);
    if (!model.empty() && model != no_model) {
      std::error_code error;
      const bool name = model != "." && model != ".." && model.find('/') == std::string::npos;
      if (!name || !fs::is_directory(workspace.model() / path_of_text(model), error)) {
        return fail_with_hint(Code::not_found,
                              fmt::format("There is no model '{}' in {}", o.model, workspace.model().string()),
                              "The models: understudy model list. Or none, or own.");
      }
    }
    const TimelineOperation operation = SetPerson{number, o.name.empty() ? now.name : valid_text(o.name), model};
    TRY(changed, book.apply(fmt::format("person {}", number), {&operation, 1}));
  }
  TRY(const auto timeline, read_timeline(timelines_of(workspace), o.timeline));
  TRY(auto report, counted_persons(timeline, o.aligned.empty() ? workspace.aligned(Side::dst) : o.aligned));
  report["changed"] = changed;
  return json_text(report);
}

}  // namespace understudy
