// SPDX-License-Identifier: Apache-2.0
// The launcher's table: the verbs that need no LibTorch are its own, the others it knows from the schema that the whole
// program wrote when it was built, and hands on to that (docs/decisions/start-up.md).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/understudy/launcher_schema.hpp"
#include "apps/understudy/schema_verb.hpp"
#include "apps/understudy/studio.hpp"
#include "apps/understudy/verbs.hpp"
#include "apps/understudy/workspace_verbs.hpp"
#include "lib/base/system.hpp"
#include "lib/options/options.hpp"
#include "steps/1_frames/verb.hpp"
#include "steps/2_extract/verb.hpp"
#include "steps/3_curate/verb.hpp"
#include "steps/3_faceset/verb.hpp"
#include "steps/3_identity/verb.hpp"
#include "steps/4_mask/verb.hpp"
#include "steps/6_merge/check_verb.hpp"
#include "steps/6_merge/timeline_verbs.hpp"
#include "steps/7_video/verb.hpp"
#include "steps/score/verb.hpp"

namespace understudy {
namespace {

using nlohmann::json;

const json& schema() {
  const auto text = launcher::schema();
  static const json all = json::parse(text.begin(), text.end());
  return all;
}

std::vector<Verb> own_verbs() {
  std::vector<Verb> verbs{new_verb(),      clear_verb(),        schema_verb(), studio_verb(),     extract_verb(),
                          identify_verb(), video_encode_verb(), score_verb(),  merge_check_verb()};
  for (auto group : {frames_verbs, curate_verbs, faceset_tool_verbs, mask_verbs, timeline_verbs})
    for (auto& verb : group()) verbs.push_back(std::move(verb));
  return verbs;
}

// What can be told of a verb whose work is done elsewhere.
Verb described(const json& known) {
  Verb verb;
  verb.name = known["name"];
  verb.summary = known["summary"];
  for (const auto& line : known["examples"]) {
    if (!verb.examples.empty()) verb.examples += '\n';
    verb.examples += line.get<std::string>();
  }
  for (const auto& p : known["positionals"])
    verb.positionals.push_back({p["name"], p["help"], p["choices"], p["required"]});
  verb.prepare = [&known] {
    return Task(rows_of_schema(known["options"]),
                [](const std::vector<Row>&, const Call&, Run&) -> Result<std::string> {
                  return fail(Code::internal, "The launcher does no such work itself");
                });
  };
  const std::vector<std::string> commands = known["commands"];
  verb.commands.assign(commands.begin() + 1, commands.end());  // behind "stop"
  verb.keeps_log = known["keeps_log"];
  return verb;
}

}  // namespace

std::vector<Verb> all_verbs() {
  auto own = own_verbs();
  std::vector<Verb> all;
  for (const auto& known : schema()["verbs"]) {
    const auto mine = std::ranges::find(own, known["name"].get_ref<const std::string&>(), &Verb::name);
    all.push_back(mine == own.end() ? described(known) : std::move(*mine));
  }
  return all;
}

fs::path program_for(const Verb& verb) {
  static const std::vector<Verb> own = own_verbs();
  if (std::ranges::find(own, verb.name, &Verb::name) != own.end()) return {};
  return executable_path().parent_path() / whole_program;
}

}  // namespace understudy
