// SPDX-License-Identifier: Apache-2.0
#include "lib/training/dfl_import.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "lib/base/text.hpp"
#include "lib/training/dfl_files.hpp"
#include "lib/training/dfl_options.hpp"

namespace understudy {
namespace {

struct Found {
  fs::path data;
  std::string name;  // the user's
  ModelClass model_class;
};

struct ClassFile {
  std::string_view ending;
  ModelClass model_class;
};
constexpr std::array class_files{ClassFile{"_SAEHD_data.dat", ModelClass::saehd},
                                 ClassFile{"_AMP_data.dat", ModelClass::amp},
                                 ClassFile{"_Quick96_data.dat", ModelClass::quick96}};

// Our name of a model may be the whole stem or, as DeepFaceLab has it, what stands before the first underscore.
Result<Found> find_data_file(const fs::path& folder, const std::string& name) {
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto file = it->path().filename().string();
    for (const auto& kind : class_files) {
      if (!file.ends_with(kind.ending)) continue;
      const auto stem = file.substr(0, file.size() - kind.ending.size());
      if (name.empty() || stem == name || stem.substr(0, stem.find('_')) == name)
        found.push_back({it->path(), stem, kind.model_class});
    }
  }
  if (error) return fail(Code::not_found, "{} is not a folder that can be read", folder.string());
  if (found.empty()) {
    return fail_with_hint(
        Code::not_found,
        fmt::format("There is no DeepFaceLab model{} in {}", name.empty() ? "" : " '" + name + "'", folder.string()),
        "It should hold files such as NAME_SAEHD_data.dat and NAME_SAEHD_encoder.npy.");
  }
  auto time = [](const Found& f) {
    std::error_code ignored;
    return fs::last_write_time(f.data, ignored);
  };
  return *std::ranges::max_element(found, {}, time);
}

Result<Tensor> loss_history(const pickle::Value& data, const fs::path& file) {
  const auto* held = data.find("loss_history");
  if (held == nullptr || held->is_none()) return torch::zeros({0, 2});
  const auto* list = held->as_sequence();
  if (list == nullptr) return fail(Code::bad_file, "{} holds a loss history that is no list", file.string());
  Tensor losses = torch::zeros({static_cast<long>(list->size()), 2});
  float* next = losses.data_ptr<float>();
  for (const auto& item : *list) {
    const auto row = item.numbers();
    if (!row || row->size() != 2)
      return fail(Code::bad_file, "{} holds a loss history that is not of pairs of numbers", file.string());
    for (const double loss : *row) *next++ = static_cast<float>(loss);
  }
  return losses;
}

std::string shape_text(torch::IntArrayRef shape) {
  return shape.empty() ? "1" : fmt::format("{}", fmt::join(shape, "x"));
}

// The wanted tensor out of what a file held, in LibTorch's layout.
Result<Tensor> take(const std::map<std::string, Tensor>& stored, const std::string& key, const DflTensor& wanted,
                    const fs::path& file) {
  const auto it = stored.find(key);
  if (it == stored.end()) return fail(Code::bad_file, "{} lacks the tensor '{}'", file.string(), key);
  Tensor tensor = to_torch_layout(it->second);
  if (!tensor.is_floating_point() || tensor.sizes() != wanted.shape) {
    return fail(Code::bad_file, "{} has the tensor '{}' as {}; the model's options ask for {}", file.string(), key,
                shape_text(tensor.sizes()), shape_text(wanted.shape));
  }
  return tensor;
}

// The tensors of a part, all of them or an error; what else the file holds is ignored, as the original does (spec 2.1).
Result<> take_part(const DflPart& part, const fs::path& file, std::map<std::string, Tensor>& weights) {
  TRY(const auto stored, read_dfl_tensors(file));
  std::map<std::string, Tensor> taken;
  for (const auto& wanted : part.tensors) {
    TRY(auto tensor, take(stored, wanted.name.substr(part.scope.size() + 1), wanted, file));
    taken.emplace(wanted.name, std::move(tensor));
  }
  weights.merge(taken);
  return {};
}

// "ms_encoder/down1/conv1/weight_0" -> "ms/encoder/down1/conv1/weight" (spec 2.2).
Result<> take_optimizer(const DflOptimizer& optimizer, const std::vector<std::string>& slots, const fs::path& file,
                        std::map<std::string, Tensor>& state) {
  TRY(const auto stored, read_dfl_tensors(file));
  const auto iters = stored.find("iters");
  if (iters == stored.end() || iters->second.numel() != 1)
    return fail(Code::bad_file, "{} lacks the optimiser's step counter 'iters'", file.string());
  std::map<std::string, Tensor> taken;
  taken.emplace(optimizer.prefix + "iters", iters->second.to(torch::kInt64).reshape({1}));
  for (const auto& slot : slots) {
    for (const auto* part : optimizer.parts) {
      for (const auto& wanted : part->tensors) {
        TRY(auto tensor, take(stored, fmt::format("{}_{}_0", slot, wanted.name), wanted, file));
        taken.emplace(fmt::format("{}{}/{}", optimizer.prefix, slot, wanted.name), std::move(tensor));
      }
    }
  }
  state.merge(taken);
  return {};
}

class Importer {
 public:
  Importer(const fs::path& folder, Found found, const DflImportOptions& options)
      : folder_(folder), found_(std::move(found)), options_(options) {
    model_.name = found_.name;
    model_.description.model_class = found_.model_class;
    model_.description.saehd.batch_size = 4;
  }

  Result<DflModel> read() {
    TRY_VOID(read_state());
    TRY(const auto spec, spec_of(model_.description));
    TRY(const auto layout, dfl_layout(spec));
    for (const auto& part : layout.parts) TRY_VOID(read_part(part));
    for (const auto& optimizer : layout.optimizers()) TRY_VOID(read_optimizer(optimizer, layout.slots));
    return std::move(model_);
  }

 private:
  fs::path file(const std::string& name) const {
    const auto data = found_.data.filename().string();
    const auto prefix = data.substr(0, data.rfind("_data.dat"));
    return folder_ / fmt::format("{}_{}.npy", prefix, name);
  }
  static bool there(const fs::path& path) {
    std::error_code error;
    return fs::exists(path, error);
  }

  Result<> read_state() {
    TRY(const auto data, pickle::read_file(found_.data));
    const auto* iter = data.find("iter");
    if (data.as_dict() == nullptr || iter == nullptr || !iter->as_int())
      return fail(Code::bad_file, "{} is no DeepFaceLab training state", found_.data.string());
    model_.generation.iteration = model_.generation.batches = *iter->as_int();
    if (model_.generation.iteration < 1) {
      return fail(Code::bad_file, "{} is at iteration {}: DeepFaceLab itself would start it anew", found_.data.string(),
                  model_.generation.iteration);
    }
    if (const auto* options = data.find("options")) {
      auto taken = take_dfl_options(*options, model_.description);
      if (!taken) return during(taken.error(), fmt::format("reading {}", found_.data.string()));
      model_.not_taken = std::move(taken->not_taken);
      model_.remarks = std::move(taken->remarks);
      model_.other_options = std::move(taken->others);
    } else if (found_.model_class != ModelClass::quick96) {
      return fail(Code::bad_file, "{} holds no options, so the network's shape is not known", found_.data.string());
    }
    TRY(model_.generation.losses, loss_history(data, found_.data));
    return {};
  }

  Result<> read_part(const DflPart& part) {
    const auto path = file(part.file);
    auto& weights = model_.generation.weights;
    if (!part.discriminator) return take_part(part, path, weights);
    if (!options_.discriminators) return {};
    if (!there(path)) {
      if (!part.required) return {};
      return fail_with_hint(Code::not_found, fmt::format("There is no {}, which its options ask for", path.string()),
                            "Import it with --no-discriminators to let them start anew.");
    }
    auto taken = take_part(part, path, weights);
    if (taken || part.required) return taken;
    // Left from other options, and not in use.
    model_.remarks.push_back(fmt::format("{} stays behind: {}", path.filename().string(), taken.error().message));
    return {};
  }

  Result<> read_optimizer(const DflOptimizer& optimizer, const std::vector<std::string>& slots) {
    if (!options_.optimizer || optimizer.parts.empty()) return {};
    const auto& first = optimizer.parts.front()->tensors.front().name;
    const auto path = file(optimizer.file);
    if (!there(path) || !model_.generation.weights.contains(first)) return {};
    auto taken = take_optimizer(optimizer, slots, path, model_.generation.optimizer);
    if (taken) return taken;
    return fail_with_hint(taken.error().code, taken.error().message,
                          "Import it with --no-optimizer to let the optimiser's memory start anew.");
  }

  fs::path folder_;
  Found found_;
  DflImportOptions options_;
  DflModel model_;
};

}  // namespace

Result<std::map<std::string, Tensor>> read_dfl_weights(const fs::path& file, std::string_view part) {
  TRY(const auto stored, read_dfl_tensors(file));
  std::map<std::string, Tensor> weights;
  for (const auto& [name, tensor] : stored) weights.emplace(fmt::format("{}/{}", part, name), to_torch_layout(tensor));
  return weights;
}

Result<DflModel> read_dfl_model(const fs::path& folder, const std::string& name, const DflImportOptions& options) {
  TRY(auto found, find_data_file(folder, name));
  return Importer(folder, std::move(found), options).read();
}

}  // namespace understudy
