// SPDX-License-Identifier: Apache-2.0
// What is done to faces from the page: each request is one change, kept in the folder's history.
#pragma once

#include <nlohmann/json.hpp>

#include "server/face_table.hpp"

namespace understudy::studio {

// {do, epoch, …} as docs/http.md has it; {what, faces, missing}. busy while something else changes the folder, or when
// the ids are those of a server that has ended.
Result<nlohmann::json> change_faces(FaceTables&, Side, const nlohmann::json& request);

}  // namespace understudy::studio
