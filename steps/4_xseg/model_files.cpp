// SPDX-License-Identifier: Apache-2.0
#include "steps/4_xseg/model_files.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/options/options.hpp"
#include "lib/xseg/xseg_dfl.hpp"
#include "lib/xseg/xseg_onnx.hpp"

namespace understudy {
namespace {

std::vector<NamedTensor> listed(const std::map<std::string, Tensor>& tensors) {
  std::vector<NamedTensor> list;
  for (const auto& [name, tensor] : tensors) list.push_back({name, tensor});
  return list;
}

struct Opened {
  XsegDescription model;
  LoadedGeneration generation;
};
Result<Opened> open_trained(const fs::path& path, Run& run) {
  TRY(const auto store, ModelStore::open(path, xseg_model_kind()));
  std::vector<std::string> warnings;
  TRY(auto saved, store.load(/*with_optimizer=*/true, warnings));
  for (auto& w : warnings) run.warn(std::move(w));
  if (saved) {
    TRY(auto model, xseg_description_of(store, *saved));
    return Opened{std::move(model), *std::move(saved)};
  }
  return fail_with_hint(Code::not_found, fmt::format("The XSeg model in {} has not been trained yet", path.string()),
                        "Train it first: understudy mask train");
}

}  // namespace

Result<std::string> import_xseg(const fs::path& from, const fs::path& model, Run& run) {
  TRY(auto read, read_dfl_xseg(from, /*optimizer=*/true));
  XsegDescription description;
  if (read.face_type) {
    auto rows = rows_of(description.options);
    TRY_VOID(set_option(rows, "face-type", face_type_key(*read.face_type)));
  } else {
    run.warn("There is no XSeg_data.dat that tells the face type: the model counts as one of whole faces");
  }
  if (read.batch_size) description.options.batch_size = *read.batch_size;
  description.options.pretrain = read.pretrain;
  Generation generation;
  // Without XSeg_data.dat nothing tells how long it was trained; a saved generation counts from 1.
  generation.iteration = generation.batches = std::max<std::int64_t>(1, read.iteration);
  generation.weights = listed(read.weights);
  generation.optimizer = listed(read.optimizer);
  if (generation.optimizer.empty()) generation.optimizer.push_back({"iters", torch::zeros({1}, torch::kInt64)});
  generation.losses = torch::tensor(read.losses).reshape({static_cast<long>(read.losses.size()), 1});
  TRY_VOID(ModelStore::create_saved(model, xseg_model_kind(), to_json(description), generation));
  return json_text(nlohmann::json{{"model", path_text(model)},
                                  {"iteration", generation.iteration},
                                  {"tensors", read.weights.size()},
                                  {"optimizer", !read.optimizer.empty()}});
}

Result<std::string> export_xseg(const fs::path& model, const fs::path& to, const MaskModelExportOptions& options,
                                Run& run) {
  TRY(const auto opened, open_trained(model, run));
  const auto tell = [&run](std::string text) { run.note(std::move(text)); };
  std::vector<fs::path> files;
  if (options.format == XsegFormat::dfl) {
    TRY(files, write_dfl_xseg(opened.model, opened.generation, to, options.replace, tell));
  } else {
    TRY(const auto file, write_xseg_onnx(opened.generation.weights, to, options.replace, tell));
    files.push_back(file);
  }
  nlohmann::json names = nlohmann::json::array();
  for (const auto& file : files) {
    names.push_back(path_text(file));
    run.saved(file.string(), "XSeg model");
  }
  return json_text(nlohmann::json{{"files", names}, {"iteration", opened.generation.iteration}});
}

}  // namespace understudy
