// SPDX-License-Identifier: Apache-2.0
// Starts jobs as processes of this same program, a few at a time, and knows what became of them. Jobs outlive the
// server; a server that begins finds those of the one before, and those that somebody started from a terminal.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "lib/base/lock.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/project/workspace.hpp"
#include "server/job_entry.hpp"
#include "server/job_facts.hpp"

namespace understudy::studio {

class Supervisor {
 public:
  // `program` is what jobs are started with, `schema` lists its verbs. Both must outlive it.
  Supervisor(Workspace, fs::path program, const nlohmann::json& schema);
  ~Supervisor();  // the jobs go on
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // {verb, positionals, options, at_once}: puts a job into the queue and gives its name. Refused requests leave
  // nothing.
  Result<std::string> ask(const nlohmann::json& request);
  // What would be asked for, as a command line; nothing is started.
  Result<std::string> command_line(const nlohmann::json& request) const;
  // The same again, as a new job. One that waits but was asked for elsewhere is asked for here by it.
  Result<std::string> retry(const std::string& job);
  // Out of the queue, or not begun again where its process never came, or told to finish its item and stop.
  Result<> cancel(const std::string& job);
  Result<> pause(const std::string& job);
  Result<> resume(const std::string& job);
  // The waiting ones of these come in this order, before the others.
  Result<> order(const std::vector<std::string>& jobs);
  // Sends {command, key, value} to a running job and waits for its answer, some seconds at most.
  Result<> command(const std::string& job, const nlohmann::json& command);

  // All jobs, the newest first: [{job, verb, state, …}], see docs/http.md. `version` rises when anything of it changes.
  struct Snapshot {
    std::uint64_t version = 0;
    std::shared_ptr<const nlohmann::json> jobs;
  };
  Snapshot snapshot() const;
  // Waits until there is a newer one, at most that long.
  Snapshot wait_for_newer(std::uint64_t version, double seconds) const;
  Result<nlohmann::json> job(const std::string& name) const;
  fs::path log_folder(const std::string& job) const { return jobs_folder_ / job; }

 private:
  struct Known {
    std::optional<JobEntry> entry;  // none: started from a terminal
    std::unique_ptr<JobReader> reader;
    ProcessId process;
    bool runs = false, stands = false, stop_asked = false;
    std::uint64_t entry_stamp = 0;   // of the entry's file
    double looked = 0;               // since when it is begun without a log, or was last tried to be kept
    bool unkept = false;             // what became of it is not on the disk yet
    std::optional<Stopwatch> tried;  // since when it could not be begun
    Error hindrance;                 // and why
    nlohmann::json shown;
  };
  void work();
  void look();        // takes in what is on the disk and which processes live
  void start_next();  // what may begin now
  void publish();
  void read_entries();
  void forget_old();
  void find_logs();
  void update(const std::string& job, Known&);
  static bool is_over(const Known&);
  void adopt(Known&, JobEntry);
  // Whether it was asked for in this very folder on this machine. What was not is never begun by itself, and what it
  // says of processes is not believed: it came along when the workspace was copied or sent.
  bool is_ours(const JobEntry&) const;
  fs::path errors_of(const std::string& job) const { return entries_folder_ / (job + ".errors"); }
  void give_up(Known&, const Error&);
  void put_off(Known&, const JobEntry& on_disk, const Error&);
  Result<> start(JobEntry&);
  nlohmann::json show(const std::string& job, const Known&) const;
  std::string last_words_of(const std::string& job, const Known&) const;
  std::string state_of(const Known&) const;
  void begin(Known&);
  Result<> take_out(Known&);
  Result<JobEntry> read_entry(const std::string& job) const;
  Result<FileLock> hold_entries() const;
  Result<> keep(const JobEntry&) const;
  Result<Known*> known(const std::string& job);
  Result<std::string> enqueue(JobEntry);
  Result<JobEntry> entry_of(const nlohmann::json& request) const;
  // As its process gets it. Entries keep what was typed: a path that begins in the workspace does so wherever that is
  // moved or copied.
  JobEntry with_whole_paths(JobEntry, const nlohmann::json& verb) const;
  std::string command_line(const JobEntry&, const nlohmann::json& verb) const;
  const nlohmann::json* verb_of(const std::string& name) const;

  Workspace workspace_;
  Origin origin_;
  fs::path program_, jobs_folder_, entries_folder_;
  const nlohmann::json& schema_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<std::string, Known> known_;
  Snapshot snapshot_;
  bool ending_ = false;
  std::uint64_t entries_stamp_ = 0;
  std::uint64_t requests_ = 0;
  std::thread thread_;
};

}  // namespace understudy::studio
