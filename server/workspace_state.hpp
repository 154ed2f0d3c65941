// SPDX-License-Identifier: Apache-2.0
// Where a workspace stands: what lies in each of its seven steps, and whether that is still what came before it.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>

#include "lib/project/workspace.hpp"

namespace understudy::studio {

class WorkspaceState {
 public:
  explicit WorkspaceState(Workspace workspace) : workspace_(std::move(workspace)) {}

  // {root, name, disk_free, steps: [{step, state: "empty" | "current" | "stale", why, sides: {src: {…}}, …}], models:
  // [{name, class, iteration, time}], result: {…} | null}. Cheap: folders are counted again only when they changed.
  nlohmann::json read();

 private:
  struct Counted {
    std::uint64_t stamp = 0;
    std::size_t pictures = 0;
  };
  std::size_t pictures_in(const fs::path& folder);
  nlohmann::json frames();
  nlohmann::json faces();
  nlohmann::json curated();
  nlohmann::json masks();
  nlohmann::json training(const nlohmann::json& models);
  nlohmann::json merged(const nlohmann::json& models);
  nlohmann::json video();
  nlohmann::json models() const;

  Workspace workspace_;
  std::mutex mutex_;
  std::map<std::string, Counted> counted_;
};

}  // namespace understudy::studio
