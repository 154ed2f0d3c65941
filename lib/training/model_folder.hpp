// SPDX-License-Identifier: Apache-2.0
// A model on disk. model.json says what it is; generations.json lists its saved generations, each a set of checksummed
// files (weights, optimiser, history) that became valid together, when the list that names them was renamed into place.
// What both say is there a second time beside each generation, so that no one damaged file loses a model.
#pragma once

#include <map>
#include <optional>

#include "lib/base/files.hpp"
#include "lib/nets/layers.hpp"
#include "lib/tensor/safetensors.hpp"
#include "lib/training/model_list.hpp"
#include "lib/training/model_options.hpp"

namespace understudy {

struct Generation {
  std::int64_t iteration = 0;
  std::int64_t batches = 0;  // batches drawn so far: where the sampler goes on
  double seconds = 0;        // trained so far
  // Names with the part or the discriminator's scope in front ("encoder/…", "D_src/…"); averaged weights
  // "ema:encoder/…".
  std::vector<NamedTensor> weights;
  // "iters", "ms/NAME" …; of the discriminators' optimisers with "GAN_opt:" or "D_code_opt:" in front.
  std::vector<NamedTensor> optimizer;
  Tensor losses;  // (iterations, 2) float32: src and dst
};

struct LoadedGeneration {
  std::int64_t iteration = 0;
  std::int64_t batches = 0;
  double seconds = 0;
  std::map<std::string, Tensor> weights, optimizer;
  Tensor losses;
  int grown_from = 0;  // the resolution it was saved at, where the model has another now; else 0
  // What the model was when this was saved, as far as its note tells. Whatever a change of options asks for once
  // (renewed inters, a larger network) is told by this and done on loading: a kill before the next save repeats it.
  std::optional<ModelDescription> saved_as;
};

class ModelFolder {
 public:
  // Fails when there is a model in it already.
  static Result<ModelFolder> create(const fs::path&, const ModelDescription&);
  // A damaged or lost model.json is made up for by the newest generation's note; load() tells.
  static Result<ModelFolder> open(const fs::path&);
  static bool exists(const fs::path& folder);
  const fs::path& path() const { return path_; }
  const ModelDescription& description() const { return description_; }
  // Of a model that is being made: a failure takes what was written with it.
  Result<> removed_unless(Result<> made) const;
  // What the model is from now on for load() and save(); on disk only after commit_description().
  void intend(const ModelDescription& description) { description_ = description; }
  const ModelDescription& description_on_disk() const { return on_disk_; }
  // Also adds what differs to the model's history (model_list.hpp), at the iteration of the newest generation.
  Result<> commit_description();
  Result<> change_description(const ModelDescription&);  // both at once

  // Writes the generation and keeps the newest `keep` ones. Saving an iteration again replaces it. When the disk is
  // full the generations before are as they were and nothing is left over.
  Result<> save(const Generation&, int keep = 2);

  // The newest generation as a model of its own in backups/01, the older ones moved to 02 … `keep`. A kill at any
  // instant loses none but the oldest. Nothing happens when 01 holds that generation already; a damaged generation is
  // an error and leaves the backups as they are.
  Result<> backup(int keep = 24);

  // The newest generation whose files are whole; nothing when none was saved yet. Damaged newer ones are told in
  // `warnings` and left in place; when all are damaged that is an error. `with_optimizer` false skips that file.
  // A generation from before the model's resolution or face type changed is grown to them (grow.hpp): the change of
  // model.json is all that growing a model takes.
  Result<std::optional<LoadedGeneration>> load(bool with_optimizer, std::vector<std::string>& warnings) const;
  // The same of a model that must have one: Code::not_found says that it has not been trained yet.
  Result<LoadedGeneration> load_trained(bool with_optimizer, std::vector<std::string>& warnings) const;
  // Iterations of the saved generations, oldest first.
  Result<std::vector<std::int64_t>> generations() const;

 private:
  ModelFolder(fs::path path, ModelDescription description)
      : path_(std::move(path)), description_(std::move(description)), on_disk_(description_) {}
  fs::path path_;
  ModelDescription description_, on_disk_;
  bool lost_ = false;                         // model.json is to be written anew
  mutable std::string recovered_;             // what open() had to make up for, until load() told it
  mutable std::vector<std::string> damaged_;  // weights files of the generations that load() could not use
};

// Copies saved tensors into parameters; every parameter must be there with its shape, nothing is re-initialised.
Result<> load_weights(std::deque<Parameter>&, const std::map<std::string, Tensor>&);

}  // namespace understudy
