// SPDX-License-Identifier: Apache-2.0
#include "server/verb.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/base/child.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/seal.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "server/http_server.hpp"
#include "server/studio.hpp"

namespace understudy {

struct StudioOptions {
  int port = 7411;
  bool open = true;
  std::string token;
};
template <>
constexpr auto describe<StudioOptions>() {
  return std::tuple{
      field("port", &StudioOptions::port)
          .says("Port", "Of this machine, where the studio answers; 0 takes any that is free.")
          .range(0, 65535),
      field("open", &StudioOptions::open)
          .says("Open a browser", "Opens the page in the browser of this desktop, where there is one."),
      field("token", &StudioOptions::token)
          .says("Token",
                "What the page must know, instead of the one that is kept for you: at least 16 letters or digits.")
          .advanced(),
  };
}
static_assert(all_described<StudioOptions>);

namespace {

using nlohmann::json;

constexpr std::size_t shortest_token = 16;
bool is_token(std::string_view text) {
  return text.size() >= shortest_token &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; });
}

// The same for every start, so that a page that is open goes on with the server that is started again. For this user's
// eyes alone; where it cannot be kept, a new one each time.
std::string kept_token(const fs::path& folder) {
  const std::string fresh = random_hex(24);
  if (folder.empty()) return fresh;
  const fs::path file = folder / "studio-token";
  if (const auto kept = read_text(file, 1 << 10); kept && is_token(*kept)) return *kept;
  static_cast<void>(write_through(file, [&](const fs::path& temporary) -> Result<> {
    std::ofstream out(temporary, std::ios::binary);
    std::error_code error;
    fs::permissions(temporary, fs::perms::owner_read | fs::perms::owner_write, error);
    if (error) return io_failure("write", file, error.value());
    out << fresh;
    return {};
  }));
  return fresh;
}

Result<std::string> token_of(const StudioOptions& options) {
  if (options.token.empty()) return kept_token(own_folder());
  if (!is_token(options.token))
    return fail(Code::bad_option, "A token has at least {} characters, letters and digits alone", shortest_token);
  return options.token;
}

void open_browser(const std::string& address, Run& run) {
  if (!std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY")) return;
  const char* path = std::getenv("PATH");
  for (const auto& folder : split(path ? path : "", ':')) {
    std::error_code error;
    const auto program = fs::path(folder) / "xdg-open";
    if (!fs::exists(program, error)) continue;
    if (!start_child({program, {address}, false, "/dev/null"})) run.note("The browser could not be opened.");
    return;
  }
}

Result<std::string> serve(const StudioOptions& options, const Call& call, Run& run, const json& schema,
                          const std::string& version) {
  const fs::path own = own_folder();
  studio::Studio served({executable_path(), version, own.empty() ? own : own / "recent.txt"}, schema);
  TRY(const auto token, token_of(options));
  TRY(auto server, studio::HttpServer::bind(options.port));
  TRY(const auto workspace, open_workspace(call.workspace));
  if (is_workspace(workspace)) TRY_VOID(served.open(call.workspace, false));
  const studio::Guard guard(token, server.port());
  const auto address = fmt::format("http://127.0.0.1:{}/?token={}", server.port(), token);
  run.note(fmt::format("The studio is open at {}", address));
  run.note("Ctrl-C closes it; jobs that run go on.");
  if (options.open) open_browser(address, run);
  TRY_VOID(server.serve(guard, served.routes(), studio::web_file, [&run] { return run.stopping(); }));
  return json_text(json{{"port", server.port()}});
}

}  // namespace

Verb studio_verb_over(std::function<json()> schema, std::string version) {
  auto work = [schema = std::move(schema), version = std::move(version)](
                  const StudioOptions& options, const std::vector<Row>&, const Call& call,
                  Run& run) -> Result<std::string> { return serve(options, call, run, schema(), version); };
  auto verb = make_verb<StudioOptions>("studio", "Open the studio: every step in the browser, on this machine alone",
                                       "  understudy -w film studio\n  understudy studio --port 0 --no-open", {}, work);
  verb.keeps_log = false;
  verb.show = [](const std::string&) { return std::string(); };
  return verb;
}

}  // namespace understudy
