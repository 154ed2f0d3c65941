// SPDX-License-Identifier: Apache-2.0
// What can be asked of models and their trainings.
#include "lib/base/system.hpp"
#include "server/model_cards.hpp"
#include "server/models.hpp"
#include "server/more_routes.hpp"
#include "server/opened.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr const char* points_help =
    "points: at how many places at most, 4000 at most\nfrom, to: iterations between which; without, all";

struct Range {
  std::int64_t from, to;
  std::size_t points;
};
Range range_of(const Request& request) {
  constexpr std::int64_t last = std::int64_t{1} << 52;
  return {number_of(request, "from", 0, 0, last), number_of(request, "to", -1, -1, last),
          static_cast<std::size_t>(number_of(request, "points", 1500, 2, 4000))};
}

std::vector<Route> model_list_routes(Studio& studio) {
  return {
      {"GET",
       "/api/models",
       "The models: what each was saved as (generations and backups, with pictures), options, note.",
       {},
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request&) -> Result<Reply> {
                return json_reply(models_shown(open.workspace));
              })},
      {"GET",
       "/api/model-cards",
       "Ways to begin a training: each a verb with options, and the time that it is meant for, seconds.",
       {},
       {},
       [](const Request&) { return json_reply(model_cards()); }},
      {"GET",
       "/api/models/{model}/previews",
       "Its previews: as they are now, and as they were, with their iterations.",
       {},
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto model, model_folder(open.workspace, request.parts[0]));
                return json_reply(previews_shown(open.workspace, model));
              })},
      {"GET",
       "/api/models/{model}/notes",
       "All that was ever noted of it, oldest first.",
       {},
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto model, model_folder(open.workspace, request.parts[0]));
                TRY(const auto notes, read_model_notes(model));
                return json_reply(json(notes.all));
              })},
      {"POST",
       "/api/models/{model}/notes",
       "Notes something of it; what was noted before is kept.",
       {},
       "text: as it shall read now",
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto body, json_body(request));
                TRY(const auto model, model_folder(open.workspace, request.parts[0]));
                const auto text = body.value("text", json());
                if (!text.is_string()) return fail(Code::bad_option, "A note is text");
                const std::lock_guard lock(open.notes);
                TRY_VOID(add_model_note(model, text.get<std::string>(), wall_time()));
                return json_reply(json::object());
              })},
  };
}

std::vector<Route> loss_routes(Studio& studio) {
  return {
      {"GET",
       "/api/models/{model}/losses",
       "Its losses over the iterations, thinned: `at`, and of each of `names` the `mean`, `low` and `high` of what a "
       "place stands for; `validation` likewise; `marks` where options changed.",
       points_help,
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto model, model_folder(open.workspace, request.parts[0]));
                const auto [from, to, points] = range_of(request);
                return json_reply(open.losses.of_model(model, from, to, points));
              })},
      {"GET",
       "/api/jobs/{job}/losses",
       "The same of one job, by its log; `marks` tell its stages, options that were set while it ran, and where it "
       "went back; `model` which one it trained.",
       points_help,
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto job, open.jobs->job(request.parts[0]));
                (void)job;
                const auto [from, to, points] = range_of(request);
                return json_reply(open.losses.of_job(open.jobs->log_folder(request.parts[0]), from, to, points));
              })},
      {"GET",
       "/api/meters",
       "How busy the machine is: processors, memory, disk, GPUs, and each job that runs.",
       {},
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request&) -> Result<Reply> {
                std::map<std::string, int> running;
                for (const auto& job : *open.jobs->snapshot().jobs)
                  if (job["pid"].get<int>() > 0) running[job["job"]] = job["pid"];
                return json_reply(open.meters.read(open.workspace.root, running));
              })},
  };
}

}  // namespace

std::vector<Route> model_routes(Studio& studio) { return joined({model_list_routes, loss_routes}, studio); }

}  // namespace understudy::studio
