// SPDX-License-Identifier: Apache-2.0
#include "server/guard.hpp"

#include <algorithm>

#include "lib/base/text.hpp"

namespace understudy::studio {
namespace {

std::string cookie_value(const std::string& header, const std::string& name) {
  for (auto part : split(header, ';')) {
    part.erase(0, std::min(part.size(), part.find_first_not_of(' ')));
    if (part.starts_with(name + "=")) return part.substr(name.size() + 1);
  }
  return {};
}

bool is_one_of(const std::vector<std::string>& all, const std::string& text) {
  return std::ranges::find(all, text) != all.end();
}

}  // namespace

bool same_secret(std::string_view a, std::string_view b) {
  unsigned char different = a.size() != b.size();
  for (std::size_t i = 0; i < a.size(); ++i)
    different |= static_cast<unsigned char>(a[i] ^ (b.empty() ? 0 : b[i % b.size()]));
  return different == 0;
}

// Cookies are shared by all ports of a name: each server's has its port in its own.
Guard::Guard(std::string token, int port) : token_(std::move(token)), cookie_(fmt::format("understudy-{}", port)) {
  for (const char* name : {"127.0.0.1", "localhost", "[::1]"}) hosts_.push_back(fmt::format("{}:{}", name, port));
}

bool Guard::knows(const Request& request) const {
  const auto bearer = request.header("authorization");
  if (bearer.starts_with("Bearer ")) return same_secret(token_, bearer.substr(7));
  return same_secret(token_, cookie_value(request.header("cookie"), cookie_));
}

std::optional<Reply> Guard::refusal(const Request& request) const {
  if (!is_one_of(hosts_, request.header("host"))) return error_reply(421, "This server answers to this machine alone");
  const auto origin = request.header("origin");
  std::vector<std::string> own;
  for (const auto& host : hosts_) own.push_back("http://" + host);
  if (!origin.empty() && !is_one_of(own, origin)) return error_reply(403, "Another page may not ask here");
  const auto site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none" && request.path != "/")
    return error_reply(403, "Another page may not ask here");
  if (!knows(request)) return error_reply(401, "The token is missing or wrong: open the address that was printed");
  return {};
}

std::optional<Reply> Guard::entry(const Request& request) const {
  if (request.method != "GET" || request.path != "/" || !request.query.contains("token")) return {};
  if (!is_one_of(hosts_, request.header("host")) || !same_secret(token_, request.value("token"))) return {};
  Reply reply;
  reply.status = 303;
  reply.type = "text/plain";
  reply.headers.emplace_back("Set-Cookie",
                             fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000", cookie_, token_));
  reply.headers.emplace_back("Location", "/");
  return reply;
}

}  // namespace understudy::studio
