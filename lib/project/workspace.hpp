// SPDX-License-Identifier: Apache-2.0
// The workspace folder, laid out as DeepFaceLab lays it out (spec pipeline.md 0.1), so that an existing one can be gone
// on with.
#pragma once

#include <string_view>

#include "lib/base/files.hpp"

namespace understudy {

enum class Side { src, dst };
inline std::string_view side_name(Side side) { return side == Side::src ? "src" : "dst"; }
Result<Side> parse_side(std::string_view);

struct Workspace {
  fs::path root;

  fs::path frames(Side) const;         // data_src/
  fs::path aligned(Side) const;        // data_src/aligned/
  fs::path aligned_debug(Side) const;  // data_src/aligned_debug/
  fs::path model() const;              // model/
  fs::path merged() const;             // data_dst/merged/
  fs::path merged_mask() const;        // data_dst/merged_mask/
  fs::path result() const;             // result.mp4
  fs::path result_mask() const;        // result_mask.mp4
  fs::path state() const;              // .understudy/: journals, job logs
  fs::path catalogue() const;          // .understudy/catalogue.db
  // data_src.* / data_dst.*: the first video by name with that stem; not_found names the folder and what to put there.
  Result<fs::path> video(Side) const;
  // What the frames are read from: frames() when pictures lie there, else the video.
  Result<fs::path> frames_or_video(Side) const;
};

// Whether a file of that ending is taken for a side's video when it bears the side's name.
bool is_video_name(const fs::path&);

// Any folder that exists can be a workspace; what is missing in it is made when needed.
Result<Workspace> open_workspace(const fs::path& root);
// Whether it has anything of a workspace in it: a state of ours, data_src or data_dst as a folder or a video, or model.
// In another folder nothing is left behind by a verb that is told with --input and --output where to work.
bool is_workspace(const Workspace&);
// Makes the folders of an empty workspace.
Result<Workspace> create_workspace(const fs::path& root);

}  // namespace understudy
