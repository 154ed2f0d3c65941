// SPDX-License-Identifier: Apache-2.0
// One row of the program's table of verbs. Command line, --help, documentation, schema and (later) the studio walk the
// table.
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

// A verb that is being made ready for one call: options of its own, and the rows over them that configure it.
class Task {
 public:
  using Work = std::function<Result<std::string>(const std::vector<Row>&, const Call&, Run&)>;
  // `work` owns what the rows point into.
  Task(std::vector<Row> over, Work work) : rows(std::move(over)), work_(std::move(work)) {}
  Task(Task&&) = default;
  Task& operator=(Task&&) = default;  // a copy would share the options
  // Does the work, once; returns a JSON object (as text) that reports what was done.
  Result<std::string> perform(const Call& call, Run& run) const { return work_(rows, call, run); }

  std::vector<Row> rows;

 private:
  Work work_;
};

struct Verb {
  std::string name;  // "extract", or two words: "frames extract"
  std::string summary;
  std::string examples;  // lines shown under --help
  std::vector<Positional> positionals;
  std::function<Task()> prepare;      // each with options of its own, at their defaults
  std::vector<std::string> commands;  // that it takes while it runs, beside "stop" (command_kinds())
  bool keeps_log = true;              // its events are kept in WORKSPACE/.understudy/jobs
  // The workspace that it makes itself where no other is named; empty: it works in one that is there.
  std::string makes_workspace;
  // The report as a terminal shows it; without, as indented JSON.
  std::function<std::string(const std::string& report)> show;
};

// Ties an options struct to a verb. `work` gets the options as the user set them; the rows tell which were given.
template <class Options>
Verb make_verb(std::string name, std::string summary, std::string examples, std::vector<Positional> positionals,
               std::function<Result<std::string>(const Options&, const std::vector<Row>&, const Call&, Run&)> work) {
  auto prepare = [work = std::move(work)] {
    auto options = std::make_shared<Options>();
    auto rows = rows_of(*options);
    return Task(std::move(rows),
                [options = std::move(options), work](const std::vector<Row>& over, const Call& call, Run& run) {
                  return work(*options, over, call, run);
                });
  };
  return {std::move(name), std::move(summary), std::move(examples), std::move(positionals), std::move(prepare)};
}

}  // namespace understudy
