// SPDX-License-Identifier: Apache-2.0
// history.jsonl beside a model: one line for each option that was changed, at the iteration that was saved then.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

struct OptionChange {
  std::int64_t iteration = 0;
  std::string key, from, to;
  std::string time;  // "2026-11-22T23:41:03Z"
};
// Between two descriptions as model.json holds them: {"options": {key: value, …}, "seed": …}. An option that only one
// of them knows has not changed.
std::vector<OptionChange> changes_between(const nlohmann::json& from, const nlohmann::json& to, std::int64_t iteration);
Result<> add_to_history(const fs::path& model, const std::vector<OptionChange>&);
// Oldest first; lines that cannot be read are left out and counted.
struct OptionHistory {
  std::vector<OptionChange> changes;
  int unreadable = 0;
};
Result<OptionHistory> option_history(const fs::path& model);

// "2026-11-22T23:41:03Z"
std::string utc_text(fs::file_time_type);
std::string utc_now();

}  // namespace understudy
