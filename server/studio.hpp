// SPDX-License-Identifier: Apache-2.0
// The studio: a workspace that is open, its jobs, its files, and the routes to all of these.
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "server/http.hpp"
#include "server/pictures.hpp"
#include "server/supervisor.hpp"
#include "server/workspace_state.hpp"

namespace understudy::studio {

// All that belongs to one workspace; goes when nobody uses it any more.
struct OpenWorkspace {
  OpenWorkspace(Workspace opened, const fs::path& program, const nlohmann::json& schema)
      : workspace(opened),
        state(opened),
        pictures(opened),
        jobs(std::make_shared<Supervisor>(opened, program, schema)) {}
  Workspace workspace;
  WorkspaceState state;
  Pictures pictures;
  std::shared_ptr<Supervisor> jobs;
};

struct StudioSettings {
  fs::path program;  // what jobs are started with
  std::string version;
  fs::path recent;  // the list of workspaces that were open lately; empty: none is kept
};

class Studio {
 public:
  Studio(StudioSettings, nlohmann::json schema);
  Result<> open(const fs::path& root, bool create);
  std::shared_ptr<OpenWorkspace> current() const;  // null: none is open
  const std::vector<Route>& routes() const { return routes_; }
  // What the page needs first: version, machine, recent workspaces, the one that is open.
  nlohmann::json about() const;
  const nlohmann::json& schema() const { return schema_; }

 private:
  void remember(const fs::path& root);
  std::vector<std::string> recent() const;
  StudioSettings settings_;
  nlohmann::json schema_;
  mutable std::mutex mutex_;
  std::shared_ptr<OpenWorkspace> current_;
  std::vector<Route> routes_;
};

// The table itself; the handlers keep `studio`.
std::vector<Route> studio_routes(Studio&);

// The page and its parts, embedded in the program: for paths that are not under /api/.
Reply web_file(const Request&);

}  // namespace understudy::studio
