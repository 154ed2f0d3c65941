// SPDX-License-Identifier: Apache-2.0
#include <map>
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

// A session over the frames that are here.
struct Matched {
  FramesOfSession frames;
  std::vector<std::string> not_here;
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
  }
  all.frames.assign(frames.begin(), frames.end());
  return all;
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
  const auto taken = take_over(book.now(), matches.frames, usual);
  TRY(const bool changed, book.apply("import " + path_text(from.filename()), taken.operations));
  return json_text(json{{"changed", changed},
                        {"frames", session.frames.size()},
                        {"with_settings", matches.with_settings},
                        {"not_here", not_here},
                        {"clip", usual},
                        {"ranges", taken.ranges},
                        {"unknown", session.unknown}});
}

}  // namespace understudy
