// SPDX-License-Identifier: Apache-2.0
// A job that was asked for in the studio, as a file: WORKSPACE/.understudy/studio/jobs/<job>.json. What became of it is
// not kept there but read from its log and its process.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lib/base/child.hpp"
#include "lib/base/files.hpp"

namespace understudy::studio {

enum class Standing {
  waiting,  // in the queue
  begun,    // its process was started, or is just about to be
  dropped,  // taken out of the queue before it began
  failed    // could not be begun
};

// Where a job was asked for: entries come along when a workspace is copied, sent to somebody or moved to another
// machine. Empty ones are of a version that did not say.
struct Origin {
  std::string folder, machine, boot;  // folder_identity() of the workspace, machine_identity(), boot_identity()
  bool operator==(const Origin&) const = default;
};
Origin origin_here(const fs::path& workspace);

struct JobEntry {
  std::string job;   // names the folder of its log (lib/jobs/job_log.hpp)
  std::string verb;  // "frames extract"
  std::map<std::string, std::string> positionals;
  nlohmann::json options = nlohmann::json::object();
  double asked = 0;      // wall time
  double place = 0;      // in the queue: the smallest is next
  bool at_once = false;  // beside whatever else runs
  Standing standing = Standing::waiting;
  std::string problem;  // why it could not be begun
  ProcessId process;
  Origin origin;
  bool operator==(const JobEntry&) const = default;
};

nlohmann::json to_json(const JobEntry&);
Result<JobEntry> job_entry_of(const nlohmann::json&);

// What is wrong with a request, by the schema's description of its verb: unknown positionals and options, wrong kinds,
// values out of range or of no choice. The verb itself checks the rest.
Result<> check_request(const nlohmann::json& verb, const JobEntry&);
// Paths among the options that are relative, made whole: they begin in that folder. Those of a verb that is not known
// any more, and wrong ones, stay. ".." is left to the system, which knows where links lead.
nlohmann::json whole_paths(const nlohmann::json& verb, nlohmann::json options, const fs::path& folder);
// Behind "understudy -w WORKSPACE": the verb's words, its positionals, its options.
std::vector<std::string> arguments_of(const nlohmann::json& verb, const JobEntry&);
// As one would paste it into a shell.
std::string pasteable(const std::vector<std::string>& words);

}  // namespace understudy::studio
