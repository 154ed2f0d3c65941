// SPDX-License-Identifier: Apache-2.0
// The studio: a workspace that is open, its jobs, its files, and the routes to all of these.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "server/clips.hpp"
#include "server/face_lists.hpp"
#include "server/found.hpp"
#include "server/http.hpp"
#include "server/losses.hpp"
#include "server/meters.hpp"
#include "server/pictures.hpp"
#include "server/supervisor.hpp"
#include "server/uploads.hpp"
#include "server/workspace_state.hpp"

namespace understudy::studio {

// All that belongs to one workspace; goes when nobody uses it any more.
struct OpenWorkspace {
  OpenWorkspace(Workspace opened, std::uint64_t of_folder, std::shared_ptr<Supervisor> supervisor)
      : workspace(opened),
        identity(of_folder),
        state(opened),
        pictures(opened),
        clips(opened),
        found(opened),
        uploads(opened),
        faces(opened),
        jobs(std::move(supervisor)) {}
  Workspace workspace;
  std::uint64_t identity;  // of its folder: another of the same name is another workspace
  WorkspaceState state;
  Pictures pictures;
  Clips clips;
  Found found;
  Uploads uploads;
  Losses losses;
  Meters meters;
  std::mutex notes;  // one change of a model's note, one piece of an upload at a time
  FaceTables faces;
  FaceLists face_lists;
  std::shared_ptr<Supervisor> jobs;
};

// Removes uploads that nobody waits for any more: of imports that are done, of tabs that were closed.
void forget_old_uploads(OpenWorkspace&);

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
  std::shared_ptr<Supervisor> supervisor_of(const Workspace&, std::uint64_t identity);
  void remember(const fs::path& root);
  std::vector<std::string> recent() const;
  StudioSettings settings_;
  nlohmann::json schema_;
  std::mutex opening_;
  mutable std::mutex mutex_;
  std::shared_ptr<OpenWorkspace> current_;
  std::map<std::pair<fs::path, std::uint64_t>, std::weak_ptr<Supervisor>> supervisors_;
  std::vector<Route> routes_;
};

// The table itself; the handlers keep `studio`.
std::vector<Route> studio_routes(Studio&);

// The page and its parts, embedded in the program: for paths that are not under /api/.
Reply web_file(const Request&);

}  // namespace understudy::studio
