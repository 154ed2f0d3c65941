// SPDX-License-Identifier: Apache-2.0
#include "server/studio.hpp"

#include <algorithm>
#include <set>

#include "lib/base/file_identity.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "server/json_facts.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr std::size_t most_recent_workspaces = 12;

}  // namespace

void forget_old_uploads(OpenWorkspace& open) {
  std::set<fs::path> used;
  for (const auto& job : *open.jobs->snapshot().jobs) {
    const auto state = text_in(job, "state");
    if (state != "done" && state != "failed" && state != "cancelled")
      used.insert(open.workspace.root / path_of_text(text_in(job.value("options", json::object()), "from")));
  }
  open.uploads.forget_old(used);
}

Studio::Studio(StudioSettings settings, json schema) : settings_(std::move(settings)), schema_(std::move(schema)) {
  routes_ = studio_routes(*this);
}

Result<> Studio::open(const fs::path& root, bool create) {
  std::error_code error;
  const auto whole = fs::absolute(root, error).lexically_normal();
  const auto place = whole.has_filename() ? whole : whole.parent_path();
  TRY(const auto workspace, create ? create_workspace(place) : open_workspace(place));
  const std::lock_guard one_at_a_time(opening_);
  const auto before = current();
  const auto identity = file_identity(place);
  // What is open already stays so: of a second one the jobs would be begun twice.
  if (!before || before->workspace.root != place || before->identity != identity) {
    auto opened = std::make_shared<OpenWorkspace>(workspace, identity, supervisor_of(workspace, identity));
    // Before what came is looked through for what is old. What cannot be moved now is told when the next comes.
    static_cast<void>(opened->uploads.finish());
    forget_old_uploads(*opened);
    opened->pictures.tidy_up();
    const std::lock_guard lock(mutex_);
    std::swap(current_, opened);
  }
  remember(place);
  return {};
}

// One of a workspace that was open before lives on as long as somebody follows one of its jobs.
std::shared_ptr<Supervisor> Studio::supervisor_of(const Workspace& workspace, std::uint64_t identity) {
  std::erase_if(supervisors_, [](const auto& known) { return known.second.expired(); });
  auto& known = supervisors_[{workspace.root, identity}];
  auto living = known.lock();
  if (!living) known = living = std::make_shared<Supervisor>(workspace, settings_.program, schema_);
  return living;
}

std::shared_ptr<OpenWorkspace> Studio::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

// A path a line, the newest first.
std::vector<std::string> Studio::recent() const {
  if (settings_.recent.empty()) return {};
  std::vector<std::string> paths;
  for (const auto& line : split(read_text(settings_.recent, 1 << 20).value_or(""), '\n'))
    if (line.starts_with('/') && paths.size() < most_recent_workspaces) paths.push_back(line);
  return paths;
}

// A list that cannot be written is no reason not to work.
void Studio::remember(const fs::path& root) {
  if (settings_.recent.empty()) return;
  auto paths = recent();
  std::erase(paths, path_text(root));
  paths.insert(paths.begin(), path_text(root));
  paths.resize(std::min(paths.size(), most_recent_workspaces));
  static_cast<void>(write_text(settings_.recent, fmt::format("{}\n", fmt::join(paths, "\n"))));
}

json Studio::about() const {
  json recent_ones = json::array();
  for (const auto& path : recent()) {
    std::error_code error;
    recent_ones.push_back({{"path", path}, {"there", fs::is_directory(path_of_text(path), error)}});
  }
  const auto open = current();
  return {{"version", settings_.version},
          {"machine", {{"processor", cpu_name()}, {"threads", cpu_threads()}, {"memory", memory_total()}}},
          {"workspace", open ? json(path_text(open->workspace.root)) : json()},
          {"recent", recent_ones}};
}

}  // namespace understudy::studio
