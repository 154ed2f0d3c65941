// SPDX-License-Identifier: Apache-2.0
// A model on disk. model.json says what it is; generations.json lists its saved generations, each a set of checksummed
// files (weights, optimiser, history) that became valid together, when the list that names them was renamed into place.
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
  std::vector<NamedTensor> weights;
  std::vector<NamedTensor> optimizer;
  Tensor losses;  // (iterations, 2) float32: src and dst
};

struct LoadedGeneration {
  std::int64_t iteration = 0;
  std::int64_t batches = 0;
  double seconds = 0;
  std::map<std::string, Tensor> weights, optimizer;
  Tensor losses;
};

class ModelFolder {
 public:
  // Fails when there is a model in it already.
  static Result<ModelFolder> create(const fs::path&, const ModelDescription&);
  static Result<ModelFolder> open(const fs::path&);
  static bool exists(const fs::path& folder);
  // A copy of a folder's DeepFaceLab model files is refused with the hint to import it.
  const fs::path& path() const { return path_; }
  const ModelDescription& description() const { return description_; }
  Result<> change_description(const ModelDescription&);

  // Writes the generation and keeps the newest `keep` ones. Saving an iteration again replaces it.
  Result<> save(const Generation&, int keep = 2);

  // The newest generation whose files are whole; nothing when none was saved yet. Damaged newer ones are told in
  // `warnings` and left in place; when all are damaged that is an error. `with_optimizer` false skips that file.
  Result<std::optional<LoadedGeneration>> load(bool with_optimizer, std::vector<std::string>& warnings) const;
  // Iterations of the saved generations, oldest first.
  Result<std::vector<std::int64_t>> generations() const;

 private:
  ModelFolder(fs::path path, ModelDescription description)
      : path_(std::move(path)), description_(std::move(description)) {}
  fs::path path_;
  ModelDescription description_;
};

// Copies saved tensors into parameters; every parameter must be there with its shape, nothing is re-initialised.
Result<> load_weights(std::deque<Parameter>&, const std::map<std::string, Tensor>&);

}  // namespace understudy
