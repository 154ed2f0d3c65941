// SPDX-License-Identifier: Apache-2.0
// What can be asked of the studio.
#include <algorithm>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "server/faces.hpp"
#include "server/more_routes.hpp"
#include "server/opened.hpp"
#include "server/streams.hpp"
#include "server/studio.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

// For what is done to a job and answers nothing.
Route job_action(Studio& studio, const char* name, const char* help,
                 Result<> (Supervisor::*action)(const std::string&)) {
  return {"POST",
          fmt::format("/api/jobs/{{job}}/{}", name),
          help,
          {},
          {},
          opened(studio, [action](OpenWorkspace& open, const Request& request) -> Result<Reply> {
            TRY_VOID((*open.jobs.*action)(request.parts[0]));
            return json_reply(json::object());
          })};
}

std::vector<Route> workspace_routes(Studio& studio) {
  return {
      {"GET",
       "/api/studio",
       "What the page needs first: version, machine, the workspace that is open, recent ones.",
       {},
       {},
       [&studio](const Request&) { return json_reply(studio.about()); }},
      {"GET",
       "/api/schema",
       "Verbs, their options, events, commands and error codes, as `understudy schema` prints them.",
       {},
       {},
       [&studio](const Request&) { return json_reply(studio.schema()); }},
      {"GET",
       "/api/workspace",
       "Where the open workspace stands: its seven steps, models, disk and memory.",
       {},
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request&) -> Result<Reply> { return json_reply(open.state.read()); })},
      {"POST",
       "/api/workspace",
       "Opens a workspace, or makes one.",
       {},
       "path: the folder, absolute\ncreate: true makes it where it is not there",
       [&studio](const Request& request) {
         const auto body = json_body(request);
         if (!body) return error_reply(body.error());
         const auto path = body->value("path", json());
         if (!path.is_string() || !path_of_text(path.get<std::string>()).is_absolute())
           return error_reply(400, "A workspace is named by its whole path");
         const auto create = body->value("create", json());
         if (const auto done =
                 studio.open(path_of_text(path.get<std::string>()), create.is_boolean() && create.get<bool>());
             !done)
           return error_reply(done.error());
         return json_reply(studio.about());
       }},
  };
}

std::vector<Route> job_routes(Studio& studio) {
  return {
      {"GET",
       "/api/jobs",
       "All jobs of the workspace, the newest first, whoever started them. One that waits and is `held` was "
       "asked for in another folder or on another machine: it begins when it is asked for again, and never by itself. "
       "One that waits and has an `error` could not be begun for it, and is tried again.",
       {},
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request&) -> Result<Reply> {
                return json_reply(*open.jobs->snapshot().jobs);
              })},
      {"POST",
       "/api/jobs",
       "Puts a job into the queue: one training and one other job run at a time.",
       {},
       "verb: its name\npositionals: {name: text}\noptions: {key: value}, those that differ from the "
       "defaults; paths that are not whole begin in the workspace\nat_once: true starts it "
       "beside whatever runs\ndry: true starts nothing and tells the command line, or the problem with what is asked "
       "for",
       opened(
           studio,
           [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
             TRY(const auto body, json_body(request));
             if (body.value("dry", json()) == true) {
               const auto line = open.jobs->command_line(body);
               return json_reply({{"command", line.value_or("")}, {"problem", line ? "" : to_sentence(line.error())}});
             }
             TRY(const auto job, open.jobs->ask(body));
             return json_reply({{"job", job}}, 201);
           })},
      {"GET",
       "/api/jobs/{job}",
       "One job, with its report and pictures.",
       {},
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto job, open.jobs->job(request.parts[0]));
                return json_reply(job);
              })},
      job_action(studio, "cancel",
                 "Takes it out of the queue, or lets it finish its item, save and stop. One whose process never came "
                 "is not begun again.",
                 &Supervisor::cancel),
      job_action(studio, "pause", "Lets its processes stand still.", &Supervisor::pause),
      job_action(studio, "resume", "Lets them go on.", &Supervisor::resume),
  };
}

std::vector<Route> queue_routes(Studio& studio) {
  return {
      {"POST",
       "/api/jobs/{job}/retry",
       "The same again, as a new job. One that is held is taken out of the queue for it.",
       {},
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto job, open.jobs->retry(request.parts[0]));
                return json_reply({{"job", job}}, 201);
              })},
      {"POST",
       "/api/jobs/{job}/command",
       "Sends a command to a running job and waits for its answer.",
       {},
       "command: one that the verb takes\nkey, value: of `set`",
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto body, json_body(request));
                TRY_VOID(open.jobs->command(request.parts[0], body));
                return json_reply(json::object());
              })},
      {"POST",
       "/api/queue",
       "The order in which waiting jobs begin.",
       {},
       "jobs: their names",
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto body, json_body(request));
                std::vector<std::string> names;
                for (const auto& name : body.value("jobs", json::array()))
                  if (name.is_string()) names.push_back(name);
                TRY_VOID(open.jobs->order(names));
                return json_reply(json::object());
              })},
  };
}

// The id behind which a stream goes on: a browser that was cut off says so itself.
std::int64_t after_of(const Request& request) {
  const auto last = request.header("last-event-id");
  return std::strtoll((last.empty() ? request.value("after", "-1") : last).c_str(), nullptr, 10);
}

std::vector<Route> stream_routes(Studio& studio) {
  return {
      {"GET",
       "/api/jobs/{job}/events",
       "The job's log: as server-sent events where `Accept` asks for `text/event-stream` (they go on behind "
       "`Last-Event-ID`, and "
       "`progress` and `end` come without an id), else as lines of JSON.",
       "after: lines with larger ids alone",
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto job, open.jobs->job(request.parts[0]));
                Reply reply;
                reply.headers.emplace_back("Cache-Control", "no-store");
                if (request.header("accept").find("text/event-stream") == std::string::npos) {
                  constexpr std::size_t most = 32 << 20;
                  reply.type = "application/x-ndjson";
                  reply.body = read_log(open.jobs->log_folder(request.parts[0]), 0, after_of(request), most).lines;
                  return reply;
                }
                reply.type = "text/event-stream";
                reply.stream = job_stream(open.jobs, request.parts[0], after_of(request));
                return reply;
              })},
      {"GET",
       "/api/watch",
       "Server-sent events: `jobs`, the list of all jobs, whenever anything of it changes; `workspace` when another "
       "was opened.",
       {},
       {},
       [&studio](const Request&) {
         const auto open = studio.current();
         if (!open) return error_reply(409, "No workspace is open");
         Reply reply;
         reply.type = "text/event-stream";
         reply.headers.emplace_back("Cache-Control", "no-store");
         const std::weak_ptr<OpenWorkspace> mine = open;
         reply.stream = jobs_stream(open->jobs, [&studio, mine] { return studio.current() == mine.lock(); });
         return reply;
       }},
  };
}

std::vector<Route> file_routes(Studio& studio) {
  return {
      {"GET",
       "/api/picture",
       "A picture of the workspace.",
       "path: below the workspace\nsize: its longer side at most, in pixels; 0: the file as it is\nv: any text that "
       "changes with the file lets the "
       "browser keep it for good",
       {},
       opened(studio, [](OpenWorkspace& open, const Request& request) { return open.pictures.give(request); })},
      {"GET",
       "/api/file",
       "A file of the workspace, of which ranges may be asked: a video, a report.",
       "path: below the workspace",
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                Reply reply;
                TRY(reply.file, file_of(open.workspace, request.value("path")));
                reply.type = content_type(reply.file);
                reply.headers.emplace_back("Cache-Control", "private, no-cache");
                return reply;
              })},
      {"GET",
       "/api/faces/{side}",
       "The aligned faces of a side, by name.",
       "from: the first, counted from 0\ncount: how many, 2000 at most",
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto page, faces_page(open.workspace, request));
                return json_reply(page);
              })},
      {"GET",
       "/api/pictures/{folder}",
       "The pictures of a folder of the workspace by name: `frames-src`, `frames-dst`, `merged`.",
       "from: the first, counted from 0\ncount: how many, 2000 at most",
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto page, pictures_page(open.workspace, request));
                return json_reply(page);
              })},
  };
}

}  // namespace

std::vector<Route> joined(std::initializer_list<std::vector<Route> (*)(Studio&)> parts, Studio& studio) {
  std::vector<Route> all;
  for (const auto part : parts)
    for (auto& route : part(studio)) all.push_back(std::move(route));
  return all;
}

std::vector<Route> studio_routes(Studio& studio) {
  return joined({workspace_routes, job_routes, queue_routes, stream_routes, file_routes, face_routes, film_routes,
                 model_routes, home_routes},
                studio);
}

}  // namespace understudy::studio
