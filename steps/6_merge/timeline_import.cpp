// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

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

}  // namespace

Result<std::string> import_session(const Workspace& workspace, const MergeImportOptions& o, Run& run) {
  fs::path from = o.from;
  if (from.empty()) {
    TRY(from, session_in(workspace.model()));
  }
  TRY(const auto session, read_merger_session(from));
  TRY(const auto source, open_frames(workspace, o.input));
  std::map<std::string, std::int64_t> by_stem;
  for (std::int64_t i = 0; i < source.count(); ++i) by_stem[fs::path(source.name(i)).stem().string()] = i;
  const auto usual = usual_of(session.frames);
  std::vector<TimelineOperation> operations;
  for (const auto& [key, value] : usual) operations.push_back(SetValue{WholeClip{}, key, value});
  operations.push_back(SetValue{WholeClip{}, "compat", "dfl"});  // they were chosen for what they do there
  std::vector<std::string> not_here;
  std::int64_t with_settings = 0;
  std::map<std::string, std::vector<FramesValue>> by_key;
  for (const auto& frame : session.frames) {
    const auto found = by_stem.find(frame.stem);
    if (found == by_stem.end()) {
      not_here.push_back(path_text(frame.stem));
      continue;
    }
    with_settings += !frame.settings.empty();
    for (const auto& [key, value] : frame.settings) {
      const auto common = usual.find(key);
      if (common == usual.end() || common->second != value) add(by_key[key], found->second, key, value);
    }
  }
  SetFrames set;
  for (auto& [key, values] : by_key) set.values.insert(set.values.end(), values.begin(), values.end());
  if (not_here.size() == session.frames.size()) {
    return fail_with_hint(Code::bad_option, fmt::format("None of the frames of {} is among these", from.string()),
                          "Name the frames that it was made with by --input.");
  }
  if (!not_here.empty())
    run.warn(fmt::format("{} frames of the session are not here: {}", not_here.size(), some_of(not_here)));
  if (!session.unknown.empty())
    run.note(fmt::format("Settings that are not known here: {}", some_of(session.unknown, 10)));
  const auto ranges = set.values.size();
  operations.emplace_back(std::move(set));
  TRY(auto book, TimelineBook::open(timelines_of(workspace), o.timeline));
  TRY(const bool changed, book.apply("import " + path_text(from.filename()), operations));
  return json_text(json{{"changed", changed},
                        {"frames", session.frames.size()},
                        {"with_settings", with_settings},
                        {"not_here", not_here},
                        {"clip", usual},
                        {"ranges", ranges},
                        {"unknown", session.unknown}});
}

}  // namespace understudy
