// SPDX-License-Identifier: Apache-2.0
// The work of the timeline's verbs. Each gives its report as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lib/jobs/run.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/project/workspace.hpp"
#include "steps/6_merge/timeline_options.hpp"

namespace understudy {

// `values` is what was written behind the verb: "erode=10,blur=40", with --unset and --remove "erode,blur".
Result<std::string> set_settings(const Workspace&, const std::string& values, const MergeSetOptions&);
Result<std::string> set_keys(const Workspace&, const std::string& values, const MergeKeyOptions&);
Result<std::string> copy_frame(const Workspace&, const MergeCopyOptions&);
Result<std::string> undo_or_redo(const Workspace&, const MergeTimelineOptions&, bool undo);
Result<std::string> import_session(const Workspace&, const MergeImportOptions&, Run&);

// `action` is list, find, split, join, rename or move.
Result<std::string> edit_shots(const Workspace&, const std::string& action, const MergeShotsOptions&, Run&);
Result<std::string> edit_persons(const Workspace&, const MergePersonsOptions&);

Result<std::string> show_frame(const Workspace&, const MergeShowOptions&, Run&);
// Two frames of a timeline, or two timelines by their names.
Result<std::string> diff(const Workspace&, const std::string& a, const std::string& b, const MergeTimelineOptions&);

// What they share.
fs::path timelines_of(const Workspace&);
Result<media::FrameSource> open_frames(const Workspace&, const fs::path& input);
// By number or name; bad_option for one who is neither.
Result<int> person_called(const Timeline&, const std::string&);
// A value that is set takes the place of the keys, else it would not be seen.
void remove_keys(const Timeline&, const LayerPlace&, const std::string& key, std::vector<TimelineOperation>&);
nlohmann::json shot_list(const Timeline&, std::optional<std::int64_t> frames);
// As one change; the report says what it was and whether it changed anything.
Result<std::string> change_timeline(TimelineBook&, const std::string& what, std::span<const TimelineOperation>);

}  // namespace understudy
