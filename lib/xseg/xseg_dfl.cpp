// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/xseg_dfl.hpp"

#include <algorithm>

#include "lib/base/io_failure.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/pickle.hpp"
#include "lib/nets/xseg.hpp"
#include "lib/options/options.hpp"
#include "lib/training/dfl_files.hpp"

namespace understudy {
namespace {

using pickle::Value;

constexpr const char *weights_file = "XSeg_256.npy", *optimizer_file = "XSeg_256_opt.npy", *data_file = "XSeg_data.dat";
constexpr std::string_view scope = "xseg/";  // in our names
constexpr const char* dfl_scope = "XSeg/";   // in its optimiser's

struct Wanted {
  std::string key;  // "conv01/conv/weight"
  std::vector<std::int64_t> shape;
};
std::vector<Wanted> wanted_tensors() {
  Parameters parameters(0);
  const XsegNet net(parameters);
  std::vector<Wanted> all;
  for (const auto& p : parameters.all()) all.push_back({p.name.substr(scope.size()), p.master.sizes().vec()});
  return all;
}

Result<Tensor> take(const std::map<std::string, Tensor>& stored, const std::string& key, const Wanted& wanted,
                    const fs::path& file) {
  const auto it = stored.find(key);
  if (it == stored.end()) return fail(Code::bad_file, "{} lacks the tensor '{}'", file.string(), key);
  Tensor tensor = to_torch_layout(it->second);
  if (!tensor.is_floating_point() || tensor.sizes() != torch::IntArrayRef(wanted.shape))
    return fail(Code::bad_file, "{} has the tensor '{}' in another shape than XSeg's", file.string(), key);
  return tensor;
}

Result<> read_weights(const fs::path& file, DflXseg& model) {
  std::error_code error;
  if (!fs::exists(file, error)) {
    return fail_with_hint(Code::not_found, fmt::format("There is no {}", file.string()),
                          "Name a folder with DeepFaceLab's XSeg_256.npy, an .onnx file, or train a model: understudy "
                          "mask train");
  }
  TRY(const auto stored, read_dfl_tensors(file));
  const bool old = std::ranges::any_of(stored, [](const auto& t) { return t.first.starts_with("conv_center"); });
  if (old && !stored.contains("dense1/weight")) {
    return fail_with_hint(
        Code::bad_file,
        fmt::format("{} holds an XSeg network of before May 2021, which was another one", file.string()),
        "Use a model of a newer DeepFaceLab, or train one: understudy mask train");
  }
  for (const auto& wanted : wanted_tensors()) {
    TRY(auto tensor, take(stored, wanted.key, wanted, file));
    model.weights.emplace(std::string(scope) + wanted.key, std::move(tensor));
  }
  return {};
}

// "acc_XSeg/conv01/conv/weight_0" -> "acc/xseg/conv01/conv/weight" (spec 2.2).
Result<> read_optimizer(const fs::path& file, DflXseg& model) {
  std::error_code error;
  if (!fs::exists(file, error)) return {};
  TRY(const auto stored, read_dfl_tensors(file));
  const auto iters = stored.find("iters");
  if (iters == stored.end() || iters->second.numel() != 1)
    return fail(Code::bad_file, "{} lacks the optimiser's step counter 'iters'", file.string());
  model.optimizer.emplace("iters", iters->second.to(torch::kInt64).reshape({1}));
  for (const auto& wanted : wanted_tensors()) {
    TRY(auto tensor, take(stored, fmt::format("acc_{}{}_0", dfl_scope, wanted.key), wanted, file));
    model.optimizer.emplace(fmt::format("acc/{}{}", scope, wanted.key), std::move(tensor));
  }
  return {};
}

Result<> read_data(const fs::path& file, DflXseg& model) {
  std::error_code error;
  if (!fs::exists(file, error)) return {};
  TRY(const auto data, pickle::read_file(file));
  if (data.as_dict() == nullptr) return fail(Code::bad_file, "{} is not a DeepFaceLab training state", file.string());
  if (const auto* iter = data.find("iter"); iter != nullptr) model.iteration = iter->as_int().value_or(0);
  if (const auto* options = data.find("options"); options != nullptr && options->as_dict() != nullptr) {
    if (const auto* type = options->find("face_type"); type != nullptr && type->as_string() != nullptr)
      model.face_type = face_type_from_key(*type->as_string());
    if (const auto* batch = options->find("batch_size"); batch != nullptr && batch->as_int())
      model.batch_size = static_cast<int>(std::clamp<long long>(*batch->as_int(), 2, 16));
    if (const auto* pretrain = options->find("pretrain")) model.pretrain = pretrain->as_bool().value_or(false);
  }
  const auto* history = data.find("loss_history");
  const auto* rows = history == nullptr ? nullptr : history->as_sequence();
  if (rows == nullptr) return {};
  for (const auto& row : *rows) {
    const auto numbers = row.numbers();
    if (!numbers || numbers->empty())
      return fail(Code::bad_file, "{} holds a loss history that is not of numbers", file.string());
    model.losses.push_back(static_cast<float>(numbers->front()));
  }
  return {};
}

Value options_of(const XsegDescription& model) {
  Value options = Value::dict();
  options.set("face_type", std::string(Names<ModelFaceType>::all[static_cast<std::size_t>(model.options.face_type)]));
  options.set("pretrain", model.options.pretrain);
  options.set("batch_size", std::int64_t{model.options.batch_size});
  return options;
}

Value state_of(const XsegDescription& model, const LoadedGeneration& generation) {
  pickle::List losses;
  const Tensor held = generation.losses.to(torch::kFloat32).contiguous();
  for (std::int64_t i = 0; i < held.numel(); ++i)
    losses.push_back(Value::list({static_cast<double>(held.data_ptr<float>()[i])}));
  Value data = Value::dict();
  data.set("iter", generation.iteration);
  data.set("options", options_of(model));
  data.set("loss_history", Value::list(std::move(losses)));
  data.set("sample_for_preview", Value());  // DeepFaceLab makes a new one (formats.md 4)
  data.set("choosed_gpu_indexes", Value());
  return data;
}

Result<Value> weights_of(const LoadedGeneration& generation) {
  Value dict = Value::dict();
  for (const auto& wanted : wanted_tensors()) {
    const auto it = generation.weights.find(std::string(scope) + wanted.key);
    if (it == generation.weights.end()) return fail(Code::bad_file, "The saved model has no tensor '{}'", wanted.key);
    dict.set(wanted.key + ":0", to_dfl_layout(it->second));
  }
  return dict;
}

// Nothing when the optimiser was of another kind.
std::optional<Value> optimizer_of(const LoadedGeneration& generation) {
  const auto steps = generation.optimizer.find("iters");
  if (steps == generation.optimizer.end()) return {};
  const std::int64_t iters = steps->second.item<std::int64_t>();
  Value dict = Value::dict();
  dict.set("iters:0", NdArray::of<std::int64_t>({&iters, 1}, {}));
  for (const auto& wanted : wanted_tensors()) {
    const auto it = generation.optimizer.find(fmt::format("acc/{}{}", scope, wanted.key));
    if (it == generation.optimizer.end()) return {};
    dict.set(fmt::format("acc_{}{}_0:0", dfl_scope, wanted.key), to_dfl_layout(it->second));
  }
  return dict;
}

// Returns the names.
Result<std::vector<fs::path>> write_staged(const XsegDescription& model, const LoadedGeneration& generation,
                                           const fs::path& staging) {
  std::vector<fs::path> names;
  const auto write = [&](const char* name, const Value& value) -> Result<> {
    names.emplace_back(name);
    return write_file(staging / name, pickle::write(value));
  };
  TRY(const auto weights, weights_of(generation));
  TRY_VOID(write(weights_file, weights));
  if (const auto slots = optimizer_of(generation)) TRY_VOID(write(optimizer_file, *slots));
  TRY_VOID(write(data_file, state_of(model, generation)));
  return names;
}

// What tells of the old weights goes before them, so that a kill leaves none of it beside the new ones. Somebody else's
// is put aside.
Result<> move_in(const fs::path& folder, const fs::path& staging, const std::vector<fs::path>& names,
                 const std::function<void(std::string)>& tell) {
  TRY(auto made, MadeFiles::open(folder));
  Aside aside(folder, tell);
  for (const char* name : {data_file, optimizer_file, weights_file}) TRY_VOID(aside.make_way(made, name));
  for (const char* name : {data_file, optimizer_file}) {
    std::error_code error;
    fs::remove(folder / name, error);
    if (error) return io_failure("remove", folder / name, error.value());
  }
  for (const auto& name : names) TRY_VOID(made.take_in(staging / name, name));
  return {};
}

}  // namespace

Result<DflXseg> read_dfl_xseg(const fs::path& folder, bool optimizer) {
  DflXseg model;
  TRY_VOID(read_weights(folder / weights_file, model));
  TRY_VOID(read_data(folder / data_file, model));
  if (optimizer) TRY_VOID(read_optimizer(folder / optimizer_file, model));
  return model;
}

bool is_pretrained_dfl_xseg(const fs::path& folder) {
  DflXseg model;
  return read_data(folder / data_file, model) && model.pretrain;
}

Result<std::vector<fs::path>> write_dfl_xseg(const XsegDescription& model, const LoadedGeneration& generation,
                                             const fs::path& folder, bool replace,
                                             const std::function<void(std::string)>& tell) {
  std::error_code error;
  TRY(const auto lock, lock_folder(folder));
  for (const char* name : {weights_file, optimizer_file, data_file}) {
    if (!replace && fs::exists(fs::symlink_status(folder / name, error))) {
      return fail_with_hint(Code::bad_option, fmt::format("There is {} already", (folder / name).string()),
                            "Choose another folder with --output, or write over it with --replace.");
    }
  }
  const fs::path staging = folder / ".understudy" / "export";  // on the same disk
  fs::remove_all(staging, error);                              // of one that was killed
  auto written = write_staged(model, generation, staging);
  auto moved = written ? move_in(folder, staging, *written, tell) : Result<>();
  fs::remove_all(staging, error);
  if (!moved) return Failure(std::move(moved).error());
  if (written) {
    for (auto& path : *written) path = folder / path;
  }
  return written;
}

}  // namespace understudy
