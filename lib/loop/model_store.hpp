// SPDX-License-Identifier: Apache-2.0
// A model on disk, whatever it is a model of. model.json says what it is; generations.json lists its saved generations,
// each a set of checksummed files (weights, optimiser, history) that became valid together, when the list that names
// them was renamed into place. What both say is there a second time beside each generation, so that no one damaged file
// loses a model.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "lib/base/files.hpp"
#include "lib/tensor/safetensors.hpp"

namespace understudy {

struct GenerationEntry;  // generation_list.hpp

struct Generation {
  std::int64_t iteration = 0;
  std::int64_t batches = 0;  // batches drawn so far: where the sampler goes on
  double seconds = 0;        // trained so far
  // Names with the part or the discriminator's scope in front ("encoder/…", "D_src/…"); averaged weights
  // "ema:encoder/…".
  std::vector<NamedTensor> weights;
  // "iters", "ms/NAME" …; of the discriminators' optimisers with "GAN_opt:" or "D_code_opt:" in front.
  std::vector<NamedTensor> optimizer;
  Tensor losses;  // (iterations, losses of an iteration) float32
};

struct LoadedGeneration {
  std::int64_t iteration = 0;
  std::int64_t batches = 0;
  double seconds = 0;
  std::map<std::string, Tensor> weights, optimizer;
  Tensor losses;
  std::string adapted;  // how it was fitted to what the model is now ("Grown from 64 to 96 pixels"); empty: as saved
  // What the model was when this was saved, as far as its note tells. Whatever a change of options asks for once
  // (renewed inters, a larger network) is told by this and done on loading: a kill before the next save repeats it.
  std::optional<nlohmann::json> saved_as;
};

// What models of one kind have in common.
struct ModelKind {
  // A description as it is written now, out of one that may be older or damaged (bad_file, newer_version).
  std::function<Result<nlohmann::json>(const nlohmann::json&, std::string_view file)> read;
  std::string train_command;  // "understudy train saehd"
  int loss_count = 1;         // of an iteration
  // The remedy when all generations are damaged, of a model that has a backup.
  std::function<std::string(const fs::path& model)> restore_hint;
};

class ModelStore {
 public:
  // Fails when there is a model in it already.
  static Result<ModelStore> create(const fs::path&, const ModelKind&, const nlohmann::json& description);
  // A model that comes with weights, and with texts of these names beside them: what says that there is a model is
  // written last, so that a kill leaves a whole one or none. Locks it meanwhile; a failure takes all with it that was
  // written, and nothing else.
  static Result<ModelStore> create_saved(const fs::path&, const ModelKind&, const nlohmann::json& description,
                                         const Generation&, const std::map<std::string, std::string>& beside = {});
  // A damaged or lost model.json is made up for by the newest generation's note; load() tells.
  static Result<ModelStore> open(const fs::path&, const ModelKind&);
  static bool exists(const fs::path& folder);
  // What its description calls the model's class ("saehd", "xseg"); empty where nothing tells.
  static std::string class_in(const fs::path& folder);
  const fs::path& path() const { return path_; }
  const ModelKind& kind() const { return *kind_; }
  const nlohmann::json& description() const { return description_; }
  // What the model is from now on for load() and save(); on disk only after commit_description().
  void intend(nlohmann::json description) { description_ = std::move(description); }
  const nlohmann::json& description_on_disk() const { return on_disk_; }
  // Also adds what differs to the model's history (option_history.hpp), at the iteration of the newest generation.
  Result<> commit_description();

  // Writes the generation and keeps the newest `keep` ones. Saving an iteration again replaces it. When the disk is
  // full the generations before are as they were and nothing is left over.
  Result<> save(const Generation&, int keep = 2);

  // The newest generation as a model of its own in backups/01, the older ones moved to 02 … `keep`; after load() the
  // newest that it did not find damaged. A kill at any instant loses none but the oldest. Nothing happens when 01 holds
  // that generation already; a damaged generation is an error and leaves the backups as they are.
  Result<> backup(int keep = 24);
  // Its two halves, of any generation, with what the model was then: first all that takes time and may fail. An empty
  // path where 01 holds that generation already.
  Result<fs::path> prepare_backup(const GenerationEntry&, const nlohmann::json& description) const;
  Result<> finish_backup(const fs::path& prepared, int keep) const;

  // The newest generation whose files are whole; nothing when none was saved yet. Damaged newer ones are told in
  // `warnings` and left in place; when all are damaged that is an error, as is one that cannot be read.
  // `with_optimizer` false skips that file.
  Result<std::optional<LoadedGeneration>> load(bool with_optimizer, std::vector<std::string>& warnings) const;
  // Iterations of the saved generations, oldest first.
  Result<std::vector<std::int64_t>> generations() const;

 private:
  ModelStore(fs::path path, const ModelKind& kind, nlohmann::json description)
      : path_(std::move(path)), kind_(&kind), description_(std::move(description)), on_disk_(description_) {}
  Result<LoadedGeneration> load_entry(const GenerationEntry&, bool with_optimizer) const;

  fs::path path_;
  const ModelKind* kind_;  // lives as long as the program
  nlohmann::json description_, on_disk_;
  bool lost_ = false;                         // model.json is to be written anew
  mutable std::string recovered_;             // what open() had to make up for, until load() told it
  mutable std::vector<std::string> damaged_;  // weights files of the generations that load() could not use
};

}  // namespace understudy
