// SPDX-License-Identifier: Apache-2.0
// What can be brought into a workspace, and what of it cleared.
#include "lib/base/path_text.hpp"
#include "lib/project/clearing.hpp"
#include "server/json_facts.hpp"
#include "server/more_routes.hpp"
#include "server/opened.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

json as_json(const std::vector<Going>& going) {
  json told = json::array();
  for (const auto& one : going)
    told.push_back({{"path", path_text(one.path)}, {"files", one.files}, {"bytes", one.bytes}});
  return told;
}

// What is copied from where it lies on this machine: the verb and options that do it.
Result<json> copying(const std::string& path, const std::string& as, const std::string& side) {
  if (path.empty() || !path_of_text(path).is_absolute())
    return fail(Code::bad_option, "A file is named by its whole path");
  if (as == "model") return json{{"verb", "model import"}, {"options", {{"from", path}}}};
  if (as != "video" && as != "frames" && as != "faces")
    return fail(Code::bad_option, "A video, frames, faces or a model can be copied from a path, not '{}'",
                valid_text(as));
  TRY(const auto of, parse_side(side));
  if (as == "faces")
    return json{{"verb", "faceset import"}, {"positionals", {{"side", side_name(of)}}}, {"options", {{"from", path}}}};
  return json{{"verb", "new"}, {"options", {{std::string(side_name(of)), path}}}};
}

// A folder that holds nothing but another folder stands for that one.
fs::path innermost(fs::path folder) {
  for (int depth = 0; depth < 12; ++depth) {
    std::vector<fs::path> inside;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
      inside.push_back(it->path());
    if (inside.size() != 1 || !fs::is_directory(inside[0], error)) break;
    folder = inside[0];
  }
  return folder;
}

// What came is moved in, imported or opened, or dropped where nothing is said.
Result<Reply> taken(Studio& studio, OpenWorkspace& open, const Request& request) {
  TRY(const auto body, json_body(request));
  const std::lock_guard lock(open.notes);
  const auto& batch = request.parts[0];
  const auto as = text_in(body, "as");
  if (as.empty()) {
    TRY_VOID(open.uploads.drop(batch));
    return json_reply(json::object());
  }
  if (as == "workspace") {
    TRY(const auto root, open.uploads.take_workspace(batch));
    TRY_VOID(studio.open(root, false));
    return json_reply({{"workspace", path_text(root)}});
  }
  if (as == "model") {
    TRY(const auto folder, open.uploads.folder(batch));
    // From the workspace on, which may be moved or copied while the job waits.
    json options = {{"from", path_text(innermost(folder).lexically_relative(open.workspace.root))}};
    if (const auto name = text_in(body, "name"); !name.empty()) options["as"] = name;
    TRY(const auto job, open.jobs->ask({{"verb", "model import"}, {"options", options}}));
    forget_old_uploads(open);
    return json_reply({{"job", job}}, 201);
  }
  TRY(const auto side, parse_side(text_in(body, "side")));
  TRY(const auto moved, open.uploads.take(batch, as, side));
  return json_reply(moved);
}

std::vector<Route> upload_routes(Studio& studio) {
  return {
      {"POST",
       "/api/uploads/{batch}",
       "A piece of a file, as it is, a megabyte at most: {have, whole} tells how much of it is there. A file goes on "
       "where it stood.",
       "name: of the file, may lead through folders\nsize: of the whole file\noffset: where the piece belongs",
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                constexpr std::int64_t most = std::int64_t{1} << 44;
                const auto size = number_of(request, "size", -1, -1, most);
                const auto offset = number_of(request, "offset", -1, -1, most);
                if (size < 0 || offset < 0) return fail(Code::bad_option, "A piece needs size and offset");
                const std::lock_guard lock(open.notes);
                TRY(const auto told,
                    open.uploads.add(request.parts[0], request.value("name"), static_cast<std::uint64_t>(size),
                                     static_cast<std::uint64_t>(offset), request.body));
                return json_reply(told);
              })},
      {"POST",
       "/api/uploads/{batch}/take",
       "Moves what came to where it belongs, never over a file that is there: {moved, left: the names of what is no "
       "picture and stays where it is}, the `job` that imports it, or the `workspace` that is open now.",
       {},
       "as: video, frames, faces, model, workspace, or nothing: it is dropped\nside: src or dst\nname: of the model",
       opened(studio, [&studio](OpenWorkspace& open, const Request& request) { return taken(studio, open, request); })},
  };
}

std::vector<Route> path_routes(Studio& studio) {
  return {
      {"POST",
       "/api/bring",
       "Copies a video, a folder of pictures, a faceset or a DeepFaceLab model in from this machine: the `job` that "
       "does it.",
       {},
       "path: where it lies, absolute\nas: video, frames, faces or model\nside: src or dst",
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                TRY(const auto body, json_body(request));
                TRY(const auto wanted, copying(text_in(body, "path"), text_in(body, "as"), text_in(body, "side")));
                TRY(const auto job, open.jobs->ask(wanted));
                return json_reply({{"job", job}}, 201);
              })},
      {"GET",
       "/api/folders",
       "The names in a folder of this machine, for choosing one; nothing of what the files hold.",
       "path: the folder, absolute; empty: the user's own",
       {},
       [](const Request& request) {
         const auto asked = request.value("path");
         auto told = folder_listing(asked.empty() ? home_folder() : path_of_text(asked));
         return told ? json_reply(*told) : error_reply(told.error());
       }},
  };
}

std::vector<Route> clear_routes(Studio& studio) {
  return {
      {"GET",
       "/api/clear",
       "What clearing a step would move to the trash, and what the last clear was: {going: [{path, files, bytes}], "
       "last, job, undo}; `job` does it and `undo` takes the last one back.",
       "step: frames, faces, model, merge or video; empty: only the last\nside: src, dst, or both without\nmodel: its "
       "name",
       {},
       opened(studio,
              [](OpenWorkspace& open, const Request& request) -> Result<Reply> {
                json told = {{"going", json::array()},
                             {"last", last_clear(open.workspace).what},
                             {"undo", {{"verb", "clear"}, {"options", {{"undo", true}}}}}};
                if (request.value("step").empty()) return json_reply(told);
                TRY(const auto going,
                    what_goes(open.workspace, request.value("step"), request.value("side"), request.value("model")));
                told["going"] = as_json(going);
                json options = {{"yes", true}};
                for (const char* key : {"side", "model"})
                  if (!request.value(key).empty()) options[key] = request.value(key);
                told["job"] = {
                    {"verb", "clear"}, {"positionals", {{"step", request.value("step")}}}, {"options", options}};
                return json_reply(told);
              })},
  };
}

}  // namespace

std::vector<Route> home_routes(Studio& studio) { return joined({upload_routes, path_routes, clear_routes}, studio); }

}  // namespace understudy::studio
