// SPDX-License-Identifier: Apache-2.0
// The models of a workspace as the page shows them: what each was saved as, how it looked on the way, what is noted of
// it.
#pragma once

#include <nlohmann/json.hpp>

#include "lib/project/workspace.hpp"

namespace understudy::studio {

// The folder of the model of that name (path_text()), if there is one; no name leads out of the folder of models.
Result<fs::path> model_folder(const Workspace&, const std::string& name);

// [{name, class, iteration, seconds, time, bytes, options, states: [{backup, iteration, seconds, time, bytes,
// picture, restore}], verify, preview, note, notes}], the newest first. `states`: the saved generations, the newest
// first, then the backups; `restore` and `verify` are jobs ({verb, options}). `picture` and `preview`: {path, v} as
// /api/picture takes them, or null.
nlohmann::json models_shown(const Workspace&);

// [{name, now: {path, v} | null, kept: [{iteration, time, path, v}]}]: the previews and how they were, by time; of each
// at most `most`, evenly.
nlohmann::json previews_shown(const Workspace&, const fs::path& model, std::size_t most = 600);

// What is noted of a model: MODEL/notes.jsonl, a line for each time it was changed, so that nothing is lost.
struct ModelNotes {
  std::string newest;
  std::vector<nlohmann::json> all;  // [{time, text}], oldest first
};
Result<ModelNotes> read_model_notes(const fs::path& model);
Result<> add_model_note(const fs::path& model, const std::string& text, double time);

}  // namespace understudy::studio
