// SPDX-License-Identifier: Apache-2.0
#include "steps/3_identity/verb.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/3_identity/identify.hpp"

namespace understudy {

Verb identify_verb() {
  return make_verb<IdentifyOptions>(
      "faceset identity", "Tell who is in a faceset; keep or reject persons",
      "understudy faceset identity src --sheet persons.png\n"
      "understudy faceset identity src --keep 0\n"
      "understudy faceset identity dst --reject 1,2 --outliers 0.45 --dry-run",
      {{"side", "Whose faces: src or dst", {"src", "dst"}}},
      [](const IdentifyOptions& options, const std::vector<Row>&, const Call& call, Run& run) -> Result<std::string> {
        TRY(const Workspace workspace, open_workspace(call.workspace));
        TRY(const Side side, parse_side(call.positionals.at("side")));
        TRY(const auto report, identify(workspace, faceset_folder(workspace, side, options.input), options, run));
        return json_text(report);
      });
}

}  // namespace understudy
