// SPDX-License-Identifier: Apache-2.0
// Handlers of routes that need a workspace which is open.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "server/studio.hpp"

namespace understudy::studio {

using Handler = std::function<Result<Reply>(OpenWorkspace&, const Request&)>;

inline std::function<Reply(const Request&)> opened(Studio& studio, Handler handle) {
  return [&studio, handle = std::move(handle)](const Request& request) {
    const auto open = studio.current();
    if (!open) return error_reply(409, "No workspace is open");
    auto reply = handle(*open, request);
    return reply ? *std::move(reply) : error_reply(reply.error());
  };
}

// A whole number of the query between two bounds; `otherwise` where it is none.
inline std::int64_t number_of(const Request& request, const std::string& name, std::int64_t otherwise,
                              std::int64_t least, std::int64_t most) {
  const auto text = request.value(name);
  char* end = nullptr;
  const long long number = std::strtoll(text.c_str(), &end, 10);
  return text.empty() || *end != '\0' ? otherwise : std::clamp<std::int64_t>(number, least, most);
}

}  // namespace understudy::studio
