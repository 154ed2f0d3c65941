// SPDX-License-Identifier: Apache-2.0
// Who may ask: a request that carries the token, for an address of this machine, from a page of this server.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/http.hpp"

namespace understudy::studio {

class Guard {
 public:
  Guard(std::string token, int port);

  // Why the request is refused, or nothing. `Host` must be a name of the loopback address with this port: a page of
  // another name that resolves to it (DNS rebinding) is refused. `Origin`, where a browser sends one, must be this
  // server's own, and so must what Sec-Fetch-Site says.
  std::optional<Reply> refusal(const Request&) const;
  // The answer to the printed address /?token=…: sets the cookie and leads to the page without the token.
  std::optional<Reply> entry(const Request&) const;

  const std::string& token() const { return token_; }

 private:
  bool knows(const Request&) const;
  std::string token_, cookie_;
  std::vector<std::string> hosts_;
};

// Compares without telling by its time how much of it was right.
bool same_secret(std::string_view, std::string_view);

}  // namespace understudy::studio
