// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/frame_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/timeline/merger_session.hpp"
#include "steps/6_merge/timeline_tools.hpp"

namespace understudy {
namespace {

using nlohmann::json;

Result<fs::path> session_in(const fs::path& models) {
  std::vector<fs::path> found;
  const auto files = plain_files(models);
  for (const auto& file : files ? *files : std::vector<fs::path>{})
    if (file.filename().string().ends_with("_merger_session.dat")) found.push_back(file);
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return fail_with_hint(Code::not_found, fmt::format("There is no merger session in {}", models.string()),
                          "Name one with --from.");
  }
  return fail_with_hint(Code::bad_option,
                        fmt::format("There are {} merger sessions in {}", found.size(), models.string()),
                        "Name one of them with --from.");
}

// What most frames have: it becomes the whole clip's, and only what differs is set for single frames.
SettingValues usual_of(const std::vector<SessionFrame>& frames) {
  std::map<SettingValues, std::size_t> counts;
  for (const auto& frame : frames)
    if (!frame.settings.empty()) ++counts[frame.settings];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; });
  return most == counts.end() ? SettingValues{} : most->first;
}

// Neighbouring frames of the same value become one range.
void add(std::vector<FramesValue>& values, std::int64_t frame, const std::string& key, const std::string& value) {
  for (auto& last : values) {
    if (last.key == key && last.frames.last + 1 == frame && last.value == value) {
      last.frames.last = frame;
      return;
    }
  }
  values.push_back({{frame, frame}, key, value});
}

// A session over the frames that are here.
struct Matched {
  std::vector<std::pair<std::int64_t, const SettingValues*>> frames;  // ascending
  std::vector<std::string> not_here;
  std::set<std::string> keys;  // the settings that it speaks of
  std::int64_t with_settings = 0;
};
Matched matched(const MergerSession& session, const media::FrameSource& source) {
  std::map<std::string, std::int64_t> by_stem;
  for (std::int64_t i = 0; i < source.count(); ++i) by_stem[fs::path(source.name(i)).stem().string()] = i;
  Matched all;
  std::map<std::int64_t, const SettingValues*> frames;
  for (const auto& frame : session.frames) {
    const auto found = by_stem.find(frame.stem);
    if (found == by_stem.end()) {
      all.not_here.push_back(path_text(frame.stem));
      continue;
    }
    frames[found->second] = &frame.settings;
    all.with_settings += !frame.settings.empty();
    for (const auto& [key, value] : frame.settings) all.keys.insert(key);
  }
  all.frames.assign(frames.begin(), frames.end());
  return all;
}

// What was set before makes way, singly or by keys: it would go before what the session says. A shot's own value stays
// for frames that the session does not know; for the others the session's is set singly.
std::vector<TimelineOperation> taken_over(const Timeline& now, const Matched& session, const SettingValues& usual,
                                          std::size_t& ranges) {
  std::vector<TimelineOperation> operations;
  SettingValues clip = usual;
  clip["compat"] = "dfl";  // they were chosen for what they do there
  for (const auto& [key, value] : clip) {
    remove_keys(now, WholeClip{}, key, operations);
    operations.push_back(SetValue{WholeClip{}, key, value});
  }
  std::vector<FrameRange> all;
  for (const auto& [frame, settings] : session.frames) all.push_back({frame, frame});
  all = joined_ranges(std::move(all));
  SetFrames set;
  for (const auto& key : session.keys)
    for (const auto& range : all) set.values.push_back({range, key, {}});
  const auto cleared = set.values.size();
  std::map<std::string, std::vector<FramesValue>> by_key;
  for (const auto& [frame, settings] : session.frames) {
    const auto& shot = now.shots[shot_of(now, frame)].layer;
    for (const auto& [key, value] : *settings) {
      const auto common = usual.find(key);
      if (common == usual.end() || common->second != value || is_set(shot, key)) add(by_key[key], frame, key, value);
    }
  }
  for (auto& [key, values] : by_key) set.values.insert(set.values.end(), values.begin(), values.end());
  ranges = set.values.size() - cleared;
  operations.emplace_back(std::move(set));
  return operations;
}

}  // namespace

Result<std::string> import_session(const Workspace& workspace, const MergeImportOptions& o, Run& run) {
  fs::path from = o.from;
  if (from.empty()) {
    TRY(from, session_in(workspace.model()));
  }
  TRY(const auto session, read_merger_session(from));
  TRY(const auto source, open_frames(workspace, o.input));
  const auto matches = matched(session, source);
  const auto& not_here = matches.not_here;
  if (not_here.size() == session.frames.size()) {
    return fail_with_hint(Code::bad_option, fmt::format("None of the frames of {} is among these", from.string()),
                          "Name the frames that it was made with by --input.");
  }
  if (!not_here.empty())
    run.warn(fmt::format("{} frames of the session are not here: {}", not_here.size(), some_of(not_here)));
  if (!session.unknown.empty())
    run.note(fmt::format("Settings that are not known here: {}", some_of(session.unknown, 10)));
  TRY(auto book, TimelineBook::open(timelines_of(workspace), o.timeline));
  const auto usual = usual_of(session.frames);
  std::size_t ranges = 0;
  const auto operations = taken_over(book.now(), matches, usual, ranges);
  TRY(const bool changed, book.apply("import " + path_text(from.filename()), operations));
  return json_text(json{{"changed", changed},
                        {"frames", session.frames.size()},
                        {"with_settings", matches.with_settings},
                        {"not_here", not_here},
                        {"clip", usual},
                        {"ranges", ranges},
                        {"unknown", session.unknown}});
}

}  // namespace understudy
