// SPDX-License-Identifier: Apache-2.0
// One row of the program's table of verbs. Command line, --help, documentation and (later) the studio walk the table.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/jobs/run.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

struct Positional {
  std::string name;  // "side"
  std::string help;
  std::vector<std::string> choices;  // empty = any text
  bool required = true;
};

// How the verb was called, besides its own options.
struct Call {
  std::filesystem::path workspace;                 // -w, or the current folder
  std::map<std::string, std::string> positionals;  // by name; optional ones may be absent
};

struct Verb {
  std::string name;  // "extract", or two words: "frames extract"
  std::string summary;
  std::string examples;  // lines shown under --help
  std::vector<Positional> positionals;
  std::shared_ptr<std::vector<Row>> rows;  // of the options object that `run` reads
  // Does the work; returns a JSON object (as text) that reports what was done.
  std::function<Result<std::string>(const Call&, Run&)> run;
  bool keeps_log = true;  // its events are kept in WORKSPACE/.understudy/jobs
};

// Ties an options struct to a verb. `work` gets the options as the user set them; the rows tell which were given.
template <class Options>
Verb make_verb(std::string name, std::string summary, std::string examples, std::vector<Positional> positionals,
               std::function<Result<std::string>(const Options&, const std::vector<Row>&, const Call&, Run&)> work) {
  auto options = std::make_shared<Options>();
  auto rows = std::make_shared<std::vector<Row>>(rows_of(*options));
  auto run = [options, rows, work = std::move(work)](const Call& call, Run& job) {
    return work(*options, *rows, call, job);
  };
  return {std::move(name), std::move(summary), std::move(examples), std::move(positionals), rows, std::move(run), true};
}

}  // namespace understudy
