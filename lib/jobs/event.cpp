// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/event.hpp"

#include <nlohmann/json.hpp>

namespace understudy {
namespace {

using nlohmann::json;

struct Describe {
  json operator()(const ProgressEvent& e) const {
    json j{{"event", "progress"}, {"what", e.what}, {"done", e.done}, {"total", e.total}, {"per_second", e.per_second}};
    if (e.seconds_left >= 0) j["seconds_left"] = e.seconds_left;
    return j;
  }
  json operator()(const StageEvent& e) const { return {{"event", "stage"}, {"name", e.name}}; }
  json operator()(const MetricEvent& e) const {
    json values = json::object();
    for (const auto& [name, value] : e.values) values[name] = value;
    return {{"event", "metric"}, {"at", e.at}, {"values", values}};
  }
  json operator()(const WarningEvent& e) const { return {{"event", "warning"}, {"text", e.text}}; }
  json operator()(const NoteEvent& e) const { return {{"event", "note"}, {"text", e.text}}; }
  json operator()(const SavedEvent& e) const { return {{"event", "saved"}, {"path", e.path}, {"what", e.what}}; }
  json operator()(const DoneEvent& e) const {
    return {{"event", "done"}, {"report", json::parse(e.report, nullptr, /*allow_exceptions=*/false)}};
  }
  json operator()(const ErrorEvent& e) const {
    return {{"event", "error"}, {"code", e.code}, {"message", e.message}, {"hint", e.hint}};
  }
};

}  // namespace

json to_json(const Event& event, std::uint64_t id, double time) {
  json j = std::visit(Describe{}, event);
  j["id"] = id;
  j["time"] = time;
  return j;
}

}  // namespace understudy
