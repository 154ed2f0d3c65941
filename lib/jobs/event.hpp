// SPDX-License-Identifier: Apache-2.0
// What a job says about itself, as typed events. The terminal bar, the JSON lines and the studio are readers of these.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

namespace understudy {

struct ProgressEvent {  // counted work; total 0 = open-ended
  std::string what;     // "frames", "faces", "iterations"
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  double per_second = 0;
  double seconds_left = -1;  // -1 = unknown
};
struct StageEvent {  // a new part of the work begins
  std::string name;
};
struct MetricEvent {  // named numbers at a point of the work, e.g. iteration 200: src_loss, dst_loss
  std::uint64_t at = 0;
  std::vector<std::pair<std::string, double>> values;
};
struct WarningEvent {  // a bad frame or face: counted, never the end of the job
  std::string text;
};
struct NoteEvent {  // worth telling, not a problem
  std::string text;
};
struct SavedEvent {  // a finished file under its final name
  std::string path;
  std::string what;
};
struct DoneEvent {  // the last event of a job that succeeded; report is the step's own JSON object
  std::string report;
};
struct ErrorEvent {  // the last event of a job that did not
  std::string code, message, hint;
};

using Event =
    std::variant<ProgressEvent, StageEvent, MetricEvent, WarningEvent, NoteEvent, SavedEvent, DoneEvent, ErrorEvent>;

// {"id":7,"time":…,"event":"progress",…}
nlohmann::json to_json(const Event&, std::uint64_t id, double time);

}  // namespace understudy
