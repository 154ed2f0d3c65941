// SPDX-License-Identifier: Apache-2.0
// What a page is told of the clips.
#include <cmath>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/media/frame_times.hpp"
#include "lib/timeline/timeline_book.hpp"
#include "server/clips.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

json times_json(const std::vector<double>& times) {
  json list = json::array();
  constexpr double finest = 1e4;
  for (const double time : times) list.push_back(std::round(time * finest) / finest);
  return list;
}

// The frames that are there, as first and last of each run.
json runs_of(const OpenClip& clip) {
  json runs = json::array();
  for (std::int64_t i = 0; i < clip.count(); ++i) {
    if (!clip.has(i)) continue;
    if (!runs.empty() && runs.back()[1] == i - 1)
      runs.back()[1] = i;
    else
      runs.push_back({i, i});
  }
  return runs;
}

}  // namespace

json Clips::clip_json(Clip which) {
  const auto clip = open(which);
  if (!clip) return nullptr;
  const bool video = (*clip)->pictures.empty() && (*clip)->source->is_video();
  return {{"count", (*clip)->count()}, {"from", video ? "video" : "folder"},
          {"width", (*clip)->width},   {"height", (*clip)->height},
          {"fps", (*clip)->fps},       {"times", times_json((*clip)->times)},
          {"there", runs_of(**clip)},  {"v", fmt::format("{:x}", (*clip)->stamp)}};
}

json Clips::video_json(const fs::path& path) {
  const std::lock_guard lock(mutex_);
  // A link to somewhere else is read frame by frame, and not given as a file.
  const auto name = path_text(path.lexically_relative(workspace_.root));
  const auto info = probed(path);
  if (!info || !file_of(workspace_, name)) return nullptr;
  const auto of = media::frame_times(*info);
  const auto times = seconds_of(of.ticks, of.time_base);
  const double fps = of.frame_rate.value();
  std::error_code error;
  return {{"path", name},
          {"v", fmt::format("{:x}", change_stamp(path))},
          {"bytes", fs::file_size(path, error)},
          {"count", info->count()},
          {"seconds", info->duration},
          {"width", info->width},
          {"height", info->height},
          {"fps", fps},
          {"times", evenly(times, fps) ? json::array() : times_json(times)},
          {"codec", info->codec},
          {"colour", media::to_text(info->colour)},
          {"sound", info->sound_tracks > 0}};
}

// Shots of dst as the merge's timeline has them; one shot is the whole clip and no news.
json Clips::shots_json() const {
  json shots = json::array();
  const auto timeline = read_timeline(workspace_.state() / timelines_folder, std::string(usual_timeline));
  if (!timeline || timeline->shots.size() < 2) return shots;
  for (const auto& shot : timeline->shots) shots.push_back({{"first", shot.first}, {"name", shot.name}});
  return shots;
}

json Clips::reports_json() const {
  json files = json::object();
  for (const char* name : {"merge_check.json", "merge_check.csv", "merge_check.png", "merge_check_worst.png",
                           "score.json", "score.csv", "score.png", "contact_sheet.png"})
    if (const auto stamp = change_stamp(workspace_.root / name); stamp != 0) files[name] = fmt::format("{:x}", stamp);
  return files;
}

json Clips::facts() {
  json result = {{"src", clip_json(Clip::src)},     {"dst", clip_json(Clip::dst)}, {"result", clip_json(Clip::result)},
                 {"matte", clip_json(Clip::matte)}, {"shots", shots_json()},       {"reports", reports_json()}};
  json videos = {{"src", nullptr}, {"dst", nullptr}, {"result", video_json(workspace_.result())}};
  for (const auto side : {Side::src, Side::dst})
    if (const auto video = workspace_.video(side)) videos[std::string(side_name(side))] = video_json(*video);
  result["videos"] = std::move(videos);
  return result;
}

}  // namespace understudy::studio
