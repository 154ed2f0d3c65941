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
  dropped   // taken out of the queue before it began
};

struct JobEntry {
  std::string job;   // names the folder of its log (lib/jobs/job_log.hpp)
  std::string verb;  // "frames extract"
  std::map<std::string, std::string> positionals;
  nlohmann::json options = nlohmann::json::object();
  double asked = 0;      // wall time
  double place = 0;      // in the queue: the smallest is next
  bool at_once = false;  // beside whatever else runs
  Standing standing = Standing::waiting;
  ProcessId process;
  fs::path pipe, errors;  // where it reads commands; what it said on standard error
  bool operator==(const JobEntry&) const = default;
};

nlohmann::json to_json(const JobEntry&);
Result<JobEntry> job_entry_of(const nlohmann::json&);

// What is wrong with a request, by the schema's description of its verb: unknown positionals and options, wrong kinds,
// values out of range or of no choice. The verb itself checks the rest.
Result<> check_request(const nlohmann::json& verb, const JobEntry&);
// Paths among the options that are relative, made whole: they begin in that folder. Those of a verb that is not known
// any more, and wrong ones, stay.
nlohmann::json whole_paths(const nlohmann::json& verb, nlohmann::json options, const fs::path& folder);
// Behind "understudy -w WORKSPACE": the verb's words, its positionals, its options.
std::vector<std::string> arguments_of(const nlohmann::json& verb, const JobEntry&);
// As one would paste it into a shell.
std::string pasteable(const std::vector<std::string>& words);

}  // namespace understudy::studio
