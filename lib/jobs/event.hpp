// SPDX-License-Identifier: Apache-2.0
// What a job says about itself, as typed events. The terminal bar, the JSON lines and the studio are readers of these.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace understudy {

struct StartedEvent {         // the first event of every job
  std::string job;            // names the folder of its log: jobs/<job>/
  std::string verb, version;  // "frames extract", "0.1.0"
  std::string workspace;
  std::string command;             // as it was typed
  std::string positionals = "{}";  // JSON object: {"side": "src"}
  std::string options = "{}";      // JSON object: those that differ from their defaults
};
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
struct PreviewEvent {         // a picture to look at was drawn anew
  std::string slot;           // which one: "preview", "previews/src-src"
  std::uint64_t version = 0;  // counts from 1 in each slot of a job
  std::string path;
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
struct AcceptedEvent {  // the answer to a request: it is done now, or at the next place where it can be
  std::string request;  // its id, as JSON text
};
struct RefusedEvent {  // the answer to a request that changes nothing
  std::string request;
  std::string reason;
};
struct DoneEvent {  // the last event of a job that succeeded; report is the step's own JSON object
  std::string report;
};
struct ErrorEvent {  // the last event of a job that did not
  std::string code, message, hint;
};

using Event = std::variant<StartedEvent, StageEvent, ProgressEvent, MetricEvent, PreviewEvent, WarningEvent, NoteEvent,
                           SavedEvent, AcceptedEvent, RefusedEvent, DoneEvent, ErrorEvent>;

// {"id":7,"time":…,"event":"progress",…}
nlohmann::json to_json(const Event&, std::uint64_t id, double time);
// One line of text of it. Bytes that are not UTF-8 (file names are any bytes) are replaced there.
std::string to_line(const nlohmann::json&);

// What to_json() writes, for those who read it.
struct EventField {
  std::string_view name;
  std::string_view type;  // of TypeScript: "string", "number", "Record<string, number>", …
  std::string_view help;
  bool optional = false;
};
struct EventKind {
  std::string_view name, help;
  std::vector<EventField> fields;  // beside event, id and time, which all have
};
std::span<const EventKind> event_kinds();  // in the order of the variant

}  // namespace understudy
