// SPDX-License-Identifier: Apache-2.0
#include "server/http.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

// Whether the path is of that pattern; what stands for {…} goes to `parts`.
bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
          std::vector<std::string>& parts) {
  if (pattern.size() != path.size()) return false;
  parts.clear();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].starts_with('{'))
      parts.push_back(path[i]);
    else if (pattern[i] != path[i])
      return false;
  }
  return true;
}

}  // namespace

std::string Request::value(const std::string& name, const std::string& otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? otherwise : found->second;
}

std::string Request::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

Reply json_reply(const json& value, int status) {
  Reply reply;
  reply.status = status;
  reply.body = json_text(value);
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

int http_status(Code code) {
  switch (code) {
    case Code::bad_option:
    case Code::bad_file:
    case Code::newer_version:
    case Code::no_faces:
      return 400;
    case Code::not_found:
      return 404;
    case Code::busy:
    case Code::cancelled:
      return 409;
    case Code::out_of_memory:
    case Code::device:
    case Code::external:
      return 503;
    case Code::io:
    case Code::internal:
      return 500;
  }
  return 500;
}

Reply error_reply(const Error& error) {
  return json_reply({{"error", {{"code", code_name(error.code)}, {"message", error.message}, {"hint", error.hint}}}},
                    http_status(error.code));
}

Reply error_reply(int status, std::string_view message) {
  return json_reply({{"error", {{"code", "refused"}, {"message", message}, {"hint", ""}}}}, status);
}

const Route* route_for(const std::vector<Route>& routes, Request& request, int& status) {
  const auto path = split(request.path, '/');
  status = 404;
  for (const auto& route : routes) {
    std::vector<std::string> parts;
    if (!fits(split(route.path, '/'), path, parts)) continue;
    status = 405;
    if (route.method != request.method) continue;
    request.parts = std::move(parts);
    status = 200;
    return &route;
  }
  return nullptr;
}

std::string routes_markdown(const std::vector<Route>& routes) {
  std::string page =
      "# The studio over HTTP\n\nWritten by `understudy schema --routes`; a test compares the two. All but the page "
      "itself want the "
      "token, as `Authorization: Bearer\nTOKEN` or as the cookie that the printed address sets. Errors are "
      "`{\"error\": "
      "{\"code\", \"message\", \"hint\"}}` with the codes of the schema.\n";
  for (const auto& route : routes) {
    page += fmt::format("\n## {} {}\n\n{}\n", route.method, route.path, route.help);
    for (const auto& [title, lines] : {std::pair{"Query", route.query}, std::pair{"Body", route.body}}) {
      if (lines.empty()) continue;
      page += fmt::format("\n{}:\n\n", title);
      for (const auto& line : split(lines, '\n')) page += "- " + line + "\n";
    }
  }
  return page;
}

Result<json> json_body(const Request& request) {
  constexpr int deepest = 16;
  auto body = parse_json(request.body.empty() ? "{}" : request.body, deepest);
  if (!body.is_object())
    return fail(Code::bad_option, "The request's body is one JSON object, nested {} deep at most", deepest);
  return body;
}

std::string content_type(const fs::path& path) {
  static const std::map<std::string, std::string> types{{".html", "text/html; charset=utf-8"},
                                                        {".js", "text/javascript"},
                                                        {".css", "text/css"},
                                                        {".svg", "image/svg+xml"},
                                                        {".json", "application/json"},
                                                        {".png", "image/png"},
                                                        {".jpg", "image/jpeg"},
                                                        {".jpeg", "image/jpeg"},
                                                        {".webp", "image/webp"},
                                                        {".mp4", "video/mp4"},
                                                        {".webm", "video/webm"},
                                                        {".mov", "video/quicktime"},
                                                        {".mkv", "video/x-matroska"},
                                                        {".csv", "text/csv; charset=utf-8"},
                                                        {".ico", "image/x-icon"}};
  const auto found = types.find(lower_case(path.extension().string()));
  return found == types.end() ? "application/octet-stream" : found->second;
}

Window window_of(std::size_t size, const Request& request) {
  constexpr long most = 2000;
  const auto total = static_cast<long>(size);
  const long from = std::clamp(std::atol(request.value("from", "0").c_str()), 0L, total);
  const long count = std::clamp(std::atol(request.value("count", "200").c_str()), 0L, std::min(most, total - from));
  return {total, from, from + count};
}

}  // namespace understudy::studio
