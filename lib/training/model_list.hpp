// SPDX-License-Identifier: Apache-2.0
// Finding models, what they have behind them, and what is done with whole models, without LibTorch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/option_history.hpp"
#include "lib/training/model_options.hpp"

namespace understudy {

// MODELS/NAME for a name from outside: one plain file name, or that of a new model where there is none yet. All else is
// Code::bad_option: no name leads out of the folder or into a model.
Result<fs::path> named_path(const fs::path& models, const std::string& name);
// The model folder a verb means: MODELS/NAME when a name is given, else the most recently saved one.
Result<fs::path> find_model(const fs::path& models, const std::string& name);
// The most recently saved model of that class; nothing where there is none. One of which nothing tells its class is
// the error that it cannot be opened with: it may be the one that is meant.
Result<std::optional<fs::path>> newest_of_class(const fs::path& models, ModelClass);

struct ModelSummary {
  fs::path path;
  std::string name;
  ModelDescription description;
  std::int64_t iteration = 0;
  double seconds = 0;       // trained
  std::uint64_t bytes = 0;  // all its files, backups too
  int backups = 0;
  std::string saved;  // "2026-11-22T23:41:03Z", when it was saved last (or made)
};
// The models of a folder, the most recently saved one first. Those that cannot be read are told in `warnings`.
std::vector<ModelSummary> list_models(const fs::path& models, std::vector<std::string>& warnings);

// A name of a new model: one plain file name, not hidden.
Result<> check_model_name(std::string_view);
// All three fail while another process trains the model, and when there is a model of the new name already.
Result<> rename_model(const fs::path& model, const std::string& name);
// Removes what is this model's, with its backups; other files stay, with their folders. Killed, it leaves none whole.
Result<> delete_model(const fs::path& model);
// A copy beside it, without its backups; with `backup` 1 … the copy is made of that backup, 1 being the newest.
Result<fs::path> duplicate_model(const fs::path& model, const std::string& name, int backup = 0);

}  // namespace understudy
