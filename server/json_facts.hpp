// SPDX-License-Identifier: Apache-2.0
// Small things that many replies tell of files, and what is read from JSON that anybody may have written.
#pragma once

#include <nlohmann/json.hpp>

#include "lib/project/workspace.hpp"

namespace understudy::studio {

// Empty where the key is absent or holds something else.
std::string text_in(const nlohmann::json& object, const char* key);
// The object in a file of at most 16 MB; an empty one where there is none.
nlohmann::json read_json(const fs::path&);
// When a file or folder was changed last, in seconds since 1970; 0 where it is not there.
double changed(const fs::path&);
// Whether it was left alone for longer than a file system's clock may stand still, so that its stamp is its own.
bool settled(const fs::path&);
// {path, v}: below the workspace, and what changes with the file; null where there is none.
nlohmann::json picture_json(const Workspace&, const fs::path& file);

}  // namespace understudy::studio
