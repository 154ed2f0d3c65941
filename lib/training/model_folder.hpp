// SPDX-License-Identifier: Apache-2.0
// A face model on disk: a ModelStore (lib/loop/model_store.hpp) whose description is a ModelDescription.
#pragma once

#include <map>
#include <optional>

#include "lib/loop/model_store.hpp"
#include "lib/nets/layers.hpp"
#include "lib/training/model_list.hpp"
#include "lib/training/model_options.hpp"

namespace understudy {

const ModelKind& face_model_kind();

class ModelFolder {
 public:
  // As those of ModelStore.
  static Result<ModelFolder> create(const fs::path&, const ModelDescription&);
  static Result<ModelFolder> create_saved(const fs::path&, const ModelDescription&, const Generation&,
                                          const std::map<std::string, std::string>& beside = {});
  static Result<ModelFolder> open(const fs::path&);
  static bool exists(const fs::path& folder) { return ModelStore::exists(folder); }
  const fs::path& path() const { return store_.path(); }
  const ModelDescription& description() const { return description_; }
  const ModelDescription& description_on_disk() const { return on_disk_; }
  void intend(const ModelDescription&);
  Result<> commit_description();
  Result<> change_description(const ModelDescription&);  // both at once
  Result<> save(const Generation& generation, int keep = 2) { return store_.save(generation, keep); }
  Result<> backup(int keep = 24) { return store_.backup(keep); }
  Result<std::vector<std::int64_t>> generations() const { return store_.generations(); }

  // A generation from before the model's resolution or face type changed is grown to them (grow.hpp): the change of
  // model.json is all that growing a model takes.
  Result<std::optional<LoadedGeneration>> load(bool with_optimizer, std::vector<std::string>& warnings) const;
  // The same of a model that must have one: Code::not_found says that it has not been trained yet.
  Result<LoadedGeneration> load_trained(bool with_optimizer, std::vector<std::string>& warnings) const;

  ModelStore& store() { return store_; }

 private:
  ModelFolder(ModelStore store, ModelDescription description)
      : store_(std::move(store)), description_(std::move(description)), on_disk_(description_) {}
  ModelStore store_;
  ModelDescription description_, on_disk_;
};

// The options that differ, in the order of their keys.
std::vector<OptionChange> changes_between(const ModelDescription& from, const ModelDescription& to,
                                          std::int64_t iteration);

// The generation as a model of that description has it.
Result<> grow_to(const ModelDescription&, LoadedGeneration&);

// Copies saved tensors into parameters; every parameter must be there with its shape, nothing is re-initialised.
Result<> load_weights(std::deque<Parameter>&, const std::map<std::string, Tensor>&);

}  // namespace understudy
