// SPDX-License-Identifier: Apache-2.0
// What a studio finds in a workspace of its jobs: entries, and the logs beside them.
#include <fstream>
#include <nlohmann/json.hpp>

#include "fuzz/target.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/jobs/job_log.hpp"
#include "server/job_entry.hpp"
#include "server/job_facts.hpp"

namespace understudy::fuzz {
namespace {

using nlohmann::json;

// A verb as the schema describes it, with every kind of option.
const json& verb() {
  static const json described = json::parse(R"({"name":"merge",
    "positionals":[{"name":"side","help":"Whose","required":true,"choices":["src","dst"]},
                   {"name":"expression","help":"Which","required":false}],
    "options":[{"key":"erode","kind":"integer","min":-400,"max":400},{"key":"gaze","kind":"number","min":0},
               {"key":"redo","kind":"boolean"},{"key":"mask","kind":"choice","choices":["dst","learned"]},
               {"key":"model","kind":"text"},{"key":"output","kind":"path"}]})");
  return described;
}

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

std::vector<Bytes> seeds() {
  studio::JobEntry entry;
  entry.job = job_name(1732859104.123, "merge");
  entry.verb = "merge";
  entry.positionals = {{"side", "dst"}, {"expression", "-yaw > 0.3"}};
  entry.options = {{"erode", 4}, {"gaze", 0.5}, {"redo", true}, {"mask", "learned"}, {"model", ""}, {"output", "a b"}};
  const auto log =
      R"({"event":"started","id":0,"time":1.0,"verb":"merge","workspace":"film","positionals":{},"options":{}})"
      "\n"
      R"({"event":"stage","id":1,"time":1.5,"name":"merge"})"
      "\n"
      R"({"event":"progress","id":2,"time":2.0,"done":1,"total":9,"what":"frames","rate":1.5})"
      "\n"
      R"({"event":"preview","id":3,"time":2.5,"slot":"merge","path":"a.png","version":1})"
      "\n"
      R"({"event":"metric","id":4,"time":2.6,"at":7,"values":{"loss":0.5}})"
      "\n"
      R"({"event":"warning","id":5,"time":2.7,"text":"x"})"
      "\n"
      R"({"event":"done","id":6,"time":3.0,"report":{"frames":[1,2,3]}})"
      "\n";
  return {bytes_of(studio::to_json(entry).dump()), bytes_of(log)};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const auto json = nlohmann::json::parse(data, data + size, nullptr, false);
  if (const auto entry = studio::job_entry_of(json)) {
    const bool good = studio::check_request(fuzz::verb(), *entry).has_value();
    const auto words = studio::arguments_of(fuzz::verb(), *entry);
    if (good) (void)studio::pasteable(words);
    check(studio::job_entry_of(studio::to_json(*entry)) == *entry, "an entry comes back");
  }
  static const ScratchFolder folder;
  std::ofstream(folder.path / job_events_file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  studio::JobReader reader(folder.path);
  reader.update();
  reader.update();
  (void)studio::read_log(folder.path, 0, -1, 1 << 16);
  return 0;
}
