// SPDX-License-Identifier: Apache-2.0
// Walls of pictures, a page at a time.
#pragma once

#include <nlohmann/json.hpp>

#include "lib/project/workspace.hpp"
#include "server/http.hpp"

namespace understudy::studio {

// {total, from, pictures: [{name, path, v}]}: `path` and `v` as /api/picture takes them.
Result<nlohmann::json> faces_page(const Workspace&, const Request&);
Result<nlohmann::json> pictures_page(const Workspace&, const Request&);

}  // namespace understudy::studio
