// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/event.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// Reports and options come as text that this program wrote.
json parsed(const std::string& text) { return json::parse(text, nullptr, /*allow_exceptions=*/false); }

struct Describe {
  json operator()(const StartedEvent& e) const {
    std::error_code gone;  // the folder may be; then nothing is known of it
    return {{"job", e.job},
            {"verb", e.verb},
            {"version", e.version},
            {"workspace", e.workspace},
            {"command", e.command},
            {"folder", path_text(fs::current_path(gone))},
            {"positionals", parsed(e.positionals)},
            {"options", parsed(e.options)}};
  }
  json operator()(const ProgressEvent& e) const {
    json j{{"what", e.what}, {"done", e.done}, {"total", e.total}, {"per_second", e.per_second}};
    if (e.seconds_left >= 0) j["seconds_left"] = e.seconds_left;
    return j;
  }
  json operator()(const StageEvent& e) const { return {{"name", e.name}}; }
  json operator()(const MetricEvent& e) const {
    json values = json::object();
    for (const auto& [name, value] : e.values) values[name] = value;
    return {{"at", e.at}, {"values", values}};
  }
  json operator()(const PreviewEvent& e) const { return {{"slot", e.slot}, {"version", e.version}, {"path", e.path}}; }
  json operator()(const WarningEvent& e) const { return {{"text", e.text}}; }
  json operator()(const NoteEvent& e) const { return {{"text", e.text}}; }
  json operator()(const SavedEvent& e) const { return {{"path", e.path}, {"what", e.what}}; }
  json operator()(const AcceptedEvent& e) const { return {{"request", parsed(e.request)}}; }
  json operator()(const RefusedEvent& e) const { return {{"request", parsed(e.request)}, {"reason", e.reason}}; }
  json operator()(const DoneEvent& e) const { return {{"report", parsed(e.report)}}; }
  json operator()(const ErrorEvent& e) const { return {{"code", e.code}, {"message", e.message}, {"hint", e.hint}}; }
};

}  // namespace

std::span<const EventKind> event_kinds() {
  static const std::vector<EventKind> kinds{
      {"started",
       "The first line of every job.",
       {{"job", "string", "Names the folder of the job's log: .understudy/jobs/<job>/."},
        {"verb", "VerbName", "What it does."},
        {"version", "string", "Of the program."},
        {"workspace", "string", "The workspace folder, absolute."},
        {"command", "string", "The command line as it was typed."},
        {"folder", "string", "Where it was typed: relative paths among the options begin there."},
        {"positionals", "Record<string, string>", "By name; optional ones may be absent."},
        {"options", "Record<string, string | number | boolean>", "Those that differ from their defaults."}}},
      {"stage", "A new part of the work begins, and a new count.", {{"name", "string", "Of the part."}}},
      {"progress",
       "Counted work, at most ten times a second.",
       {{"what", "string", "What is counted: frames, faces, iterations."},
        {"done", "number", "So far."},
        {"total", "number", "In all; 0: open-ended."},
        {"per_second", "number", "Rate since the stage began."},
        {"seconds_left", "number", "Absent when unknown.", true}}},
      {"metric",
       "Named numbers at a point of the work; in training about once a second.",
       {{"at", "number", "The iteration."}, {"values", "Record<string, number | null>", "By name."}}},
      {"preview",
       "A picture to look at was drawn anew.",
       {{"slot", "string", "Which picture; a slot keeps its name."},
        {"version", "number", "Counts from 1 in each slot of the job."},
        {"path", "string", "The file that holds it now."}}},
      {"warning", "A bad frame or face, and what else should be known; never the end.", {{"text", "string", ""}}},
      {"note", "Worth telling, not a problem.", {{"text", "string", ""}}},
      {"saved", "A finished file under its final name.", {{"path", "string", ""}, {"what", "string", "What it is."}}},
      {"accepted",
       "The answer to a request: it is done, now or at the next place where it can be.",
       {{"request", "RequestId", "The request's id."}}},
      {"refused",
       "The answer to a request that changes nothing.",
       {{"request", "RequestId", "The request's id; null where there was none to read."},
        {"reason", "string", "One sentence."}}},
      {"done",
       "The last line of a job that succeeded.",
       {{"report", "Record<string, unknown>", "The step's own object, as its page says."}}},
      {"error",
       "The last line of a job that did not.",
       {{"code", "ErrorCode", ""},
        {"message", "string", "One sentence."},
        {"hint", "string", "What to do; or empty."}}}};
  return kinds;
}

static_assert(std::variant_size_v<Event> == 12, "event_kinds() names every event, in this order");

json to_json(const Event& event, std::uint64_t id, double time) {
  json j = std::visit(Describe{}, event);
  j["event"] = event_kinds()[event.index()].name;
  j["id"] = id;
  j["time"] = time;
  return j;
}

std::string to_line(const json& j) { return json_text(j) + "\n"; }

}  // namespace understudy
