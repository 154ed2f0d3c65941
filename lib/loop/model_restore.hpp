// SPDX-License-Identifier: Apache-2.0
// Going back to what a model was: to a saved generation or to a backup, with what it is now kept as a backup. Files are
// copied and named anew; nothing is computed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/lock.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/model_store.hpp"

namespace understudy {

struct KeptState {
  int backup = 0;   // its number, 1 the newest; 0: a generation of the model itself
  fs::path folder;  // where its files lie
  GenerationEntry entry;
};
// All that can be gone back to: the saved generations, the newest first, then the backups by their numbers.
Result<std::vector<KeptState>> kept_states(const fs::path& model);

// Reads all its files: what is wrong with the first that is damaged or gone, in a sentence; empty when all are whole.
std::string damage_of(const KeptState&);

// Makes it what the model is, with the options of then. The model must be locked by the caller. What the model is now
// becomes its newest backup (the slots move on; none falls out), unless that holds it already: a damaged one cannot,
// and then nothing is done. A kill leaves the model as it was or as it shall be, and the same call again completes it:
// the slots move on last of all. Any other call keeps first what that one had not kept yet. Returns what is the newest
// backup now; nothing where there was nothing to keep.
Result<std::optional<GenerationEntry>> restore(const fs::path& model, const ModelKind&, const KeptState&);

// Completes one that was killed before the options were those of then, or what the model had been was among its
// backups: the next save would take its place. Otherwise nothing happens. The model must be locked by the caller.
Result<> complete_restore(const fs::path& model, const ModelKind&);

// Takes a model that is there, before anything of it is read: a restore that was killed has left the options of another
// state, and is completed first. Nothing where there is no model.
Result<std::optional<FileLock>> take_model(const fs::path& model, const ModelKind&);
// Where there was none to take, and there is one by now.
Failure made_meanwhile(const fs::path& model);

}  // namespace understudy
