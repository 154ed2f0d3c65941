// SPDX-License-Identifier: Apache-2.0
// HTTP as plain values: what was asked, what is answered, and the table of routes that ties the two. The library that
// speaks the protocol is known to http_server.cpp alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy::studio {

struct Request {
  std::string method, path;
  std::map<std::string, std::string> query;    // decoded; of a name that comes twice the last
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::vector<std::string> parts;  // what stood for {…} in the route's path, decoded

  std::string value(const std::string& name, const std::string& otherwise = {}) const;  // of the query
  std::string header(const std::string& name) const;                                    // empty: not there
};

// Text that comes piece by piece, as long as somebody reads it.
class TextStream {
 public:
  virtual ~TextStream() = default;
  // The next piece, after waiting at most a second; an empty one keeps the connection. False: it has ended.
  virtual bool next(std::string& piece) = 0;
};

struct Reply {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  fs::path file;  // in place of the body: that file, of which ranges may be asked
  std::unique_ptr<TextStream> stream;
};

Reply json_reply(const nlohmann::json&, int status = 200);
// {"error": {"code", "message", "hint"}} with the status that stands for the code.
Reply error_reply(const Error&);
int http_status(Code);
Reply error_reply(int status, std::string_view message);

struct Route {
  std::string method, path;  // "GET", "/api/jobs/{job}/events"
  std::string help;
  std::string query;  // "after: …", one line a value; empty: none
  std::string body;   // likewise of the JSON object that is sent
  std::function<Reply(const Request&)> handle;
};

// The route that the request is for, with its parts filled in; null with a status of 404 or 405.
const Route* route_for(const std::vector<Route>&, Request&, int& status);
// docs/http.md: every route.
std::string routes_markdown(const std::vector<Route>&);

// The part of a list that `from` and `count` of the query ask for: 200, 2000 at most.
struct Window {
  long total = 0, from = 0, to = 0;  // `to` is behind the last
};
Window window_of(std::size_t size, const Request&);

// A JSON object from the body; Code::bad_option when it is not one, or nested deeper than anything that is sent here.
Result<nlohmann::json> json_body(const Request&);

std::string content_type(const fs::path&);  // by the extension; application/octet-stream

}  // namespace understudy::studio
