// SPDX-License-Identifier: Apache-2.0
// What a player asks for: clips and their frames, what was found in them, the marks of a file.
#include "lib/media/marking.hpp"
#include "server/more_routes.hpp"
#include "server/opened.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

Result<Reply> found_in(OpenWorkspace& open, const Request& request) {
  TRY(const auto side, parse_side(request.parts[0]));
  TRY(const auto told, open.found.overview(side, open.clips));
  return json_reply(told);
}

Result<Reply> found_at(OpenWorkspace& open, const Request& request) {
  TRY(const auto side, parse_side(request.parts[0]));
  const auto first = std::atoll(request.parts[1].c_str());
  const auto count = std::max(1LL, std::atoll(request.value("count", "1").c_str()));
  TRY(const auto told, open.found.at(side, open.clips, first, count));
  return json_reply(told);
}

Result<Reply> marks_of(OpenWorkspace& open, const Request& request) {
  TRY(const auto file, file_of(open.workspace, request.value("path")));
  TRY(const auto type, media::read_digital_source_type(file));
  return json_reply({{"path", request.value("path")},
                     {"type", type.value_or("")},
                     {"synthetic", type == media::composite_with_trained_media}});
}

}  // namespace

std::vector<Route> film_routes(Studio& studio) {
  return {
      {"GET",
       "/api/film",
       "The clips of the workspace (src, dst, result, matte) with their frames and times, the videos, dst's shots, the "
       "reports that are there.",
       {},
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request&) -> Result<Reply> { return json_reply(open.clips.facts()); })},
      {"GET",
       "/api/film/{clip}/{frame}",
       "A frame of a clip, `src`, `dst`, `result` or `matte`, counted from 0, wherever it lies.",
       "size: its longer side at most, in pixels; 0: as it is\nv: the clip's `v` lets the browser keep it for good",
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) { return open.clips.frame(open.pictures, request); })},
      {"GET",
       "/api/found/{side}",
       "What the extraction found, a letter a frame: `.` not looked at, `-` no face, `1`, `2` (several), `f` filled "
       "in, "
       "`!` unreadable; and its tracks. `ready` is false while the faces are being read.",
       {},
       {},
       opened(studio, found_in)},
      {"GET",
       "/api/found/{side}/{frame}",
       "The faces of a frame: box, landmarks (x, y in the frame), track, person, score.",
       "count: of so many frames from this one on, 64 at most",
       {},
       opened(studio, found_at)},
      {"GET",
       "/api/marks",
       "What a file says of how it was made: IPTC's digital source type, read back from the file itself.",
       "path: below the workspace",
       {},
       opened(studio, marks_of)},
  };
}

}  // namespace understudy::studio
