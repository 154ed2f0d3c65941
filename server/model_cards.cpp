// SPDX-License-Identifier: Apache-2.0
#include "server/model_cards.hpp"

namespace understudy::studio {

using nlohmann::json;

json model_cards() {
  const json started = {{"archi", "df-ud"},  {"ae-dims", 128},          {"e-dims", 48},       {"d-dims", 40},
                        {"d-mask-dims", 16}, {"eyes-mouth-prio", true}, {"random-move", 0.2}, {"save-every", 2}};
  const auto card = [&](const char* name, const char* schedule, const char* time, const json& more) {
    json options = started;
    options["schedule"] = schedule;
    options["time"] = time;
    options.update(more);
    return json{{"card", name},
                {"verb", "train saehd"},
                {"options", options},
                {"fields", {"model", "time", "resolution", "face-type", "batch-size"}},
                {"plan", {{"plan-only", true}}}};
  };
  return {card("look", "look", "20m", json::object()),
          card("evening", "evening", "4h", {{"face-type", "wf"}, {"autobackup-hour", 1}, {"save-every", 5}}),
          card("film", "film", "24h", {{"face-type", "wf"}, {"autobackup-hour", 2}, {"save-every", 10}})};
}

}  // namespace understudy::studio
