// SPDX-License-Identifier: Apache-2.0
// The listening server: threads, sockets, bounds. Knows nothing of the studio but its routes.
#pragma once

#include <functional>
#include <memory>

#include "server/guard.hpp"
#include "server/http.hpp"

namespace understudy::studio {

class HttpServer {
 public:
  // Takes a port of the loopback address (0: one that is free). Code::busy when it is taken.
  static Result<HttpServer> bind(int port);
  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  ~HttpServer();

  int port() const;
  // Answers until `stop` says so (asked several times a second). `page` answers what is not under /api/.
  Result<> serve(const Guard&, const std::vector<Route>&, std::function<Reply(const Request&)> page,
                 const std::function<bool()>& stop);

 private:
  struct Parts;
  explicit HttpServer(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy::studio
