// SPDX-License-Identifier: Apache-2.0
#include "lib/training/dfl_import.hpp"

#include <algorithm>
#include <array>

#include "lib/base/pickle.hpp"
#include "lib/base/text.hpp"
#include "lib/nets/saehd.hpp"
#include "lib/options/options.hpp"

namespace understudy {
namespace {

Result<Tensor> to_tensor(const NdArray& array, std::string_view key, const fs::path& file) {
  if (array.dtype == "i8" || array.dtype == "i4") {
    const auto numbers = array.to<std::int64_t>();
    return torch::tensor(torch::ArrayRef<std::int64_t>(numbers)).reshape(array.shape);
  }
  if (!array.dtype.starts_with('f'))
    return fail(Code::bad_file, "{} holds '{}' as {}, not as numbers of a network", file.string(), key, array.dtype);
  const auto numbers = array.to<float>();
  Tensor tensor = torch::empty(array.shape);
  check(static_cast<std::size_t>(tensor.numel()) == numbers.size(), "an array whose shape is not its size");
  std::copy(numbers.begin(), numbers.end(), tensor.data_ptr<float>());
  return tensor;
}

// Convolution HWIO -> OIHW (transposed convolution HW,out,in -> in,out,HW), dense (in,out) -> (out,in) (spec 0.2).
Tensor to_torch_layout(const Tensor& t) {
  if (t.dim() == 4) return t.permute({3, 2, 0, 1}).to(torch::kFloat32).contiguous(torch::MemoryFormat::ChannelsLast);
  if (t.dim() == 2) return t.t().to(torch::kFloat32).contiguous();
  return t.is_floating_point() ? t.to(torch::kFloat32).contiguous() : t.contiguous();
}

std::string without_suffix(std::string_view text, std::string_view suffix) {
  return std::string(text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text);
}

Result<std::map<std::string, Tensor>> read_dict(const fs::path& file) {
  TRY(const auto value, pickle::read_file(file));
  const auto* dict = value.as_dict();
  if (dict == nullptr) return fail(Code::bad_file, "{} is no DeepFaceLab weights file", file.string());
  std::map<std::string, Tensor> tensors;
  for (const auto& [key, held] : *dict) {
    const auto* name = key.as_string();
    if (name == nullptr) return fail(Code::bad_file, "{} is no DeepFaceLab weights file", file.string());
    if (const auto* array = held.as_array()) {
      TRY(auto tensor, to_tensor(*array, *name, file));
      tensors.emplace(without_suffix(*name, ":0"), std::move(tensor));
    } else if (const auto number = held.as_int()) {
      tensors.emplace(without_suffix(*name, ":0"), torch::tensor({*number}));
    } else {
      return fail(Code::bad_file, "{} holds '{}', which is no array", file.string(), *name);
    }
  }
  return tensors;
}

// "ms_encoder/down1/conv1/weight_0" -> "ms/encoder/down1/conv1/weight"
Result<std::map<std::string, Tensor>> read_optimizer(const fs::path& file) {
  TRY(const auto stored, read_dict(file));
  std::map<std::string, Tensor> slots;
  for (const auto& [name, tensor] : stored) {
    if (name == "iters") {
      slots.emplace(name, tensor.to(torch::kInt64).reshape({1}));
      continue;
    }
    for (std::string_view kind : {"ms", "vs", "acc"}) {
      if (name.starts_with(std::string(kind) + "_")) {
        slots.emplace(fmt::format("{}/{}", kind, without_suffix(name.substr(kind.size() + 1), "_0")),
                      to_torch_layout(tensor));
      }
    }
  }
  return slots;
}

Result<fs::path> find_data_file(const fs::path& folder, const std::string& name) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto file = it->path().filename().string();
    if (!file.ends_with("_SAEHD_data.dat") && !file.ends_with("_Quick96_data.dat")) continue;
    if (name.empty() || file.substr(0, file.find('_')) == name) found.push_back(it->path());
  }
  if (error) return fail(Code::not_found, "{} is not a folder that can be read", folder.string());
  if (found.empty()) {
    return fail_with_hint(
        Code::not_found,
        fmt::format("There is no DeepFaceLab model{} in {}", name.empty() ? "" : " '" + name + "'", folder.string()),
        "It should hold files such as NAME_SAEHD_data.dat and NAME_SAEHD_encoder.npy.");
  }
  auto time = [](const fs::path& p) {
    std::error_code ignored;
    return fs::last_write_time(p, ignored);
  };
  return *std::max_element(found.begin(), found.end(),
                           [&](const fs::path& a, const fs::path& b) { return time(a) < time(b); });
}

std::string text_of(const pickle::Value& value) {
  if (const auto flag = value.as_bool(); flag && !value.as_array()) return *flag ? "true" : "false";
  if (const auto* text = value.as_string()) return *text;
  if (const auto whole = value.as_int()) return std::to_string(*whole);
  if (const auto number = value.as_number()) return detail::number_text(*number);
  if (const auto numbers = value.numbers(); numbers && numbers->size() == 1) return detail::number_text((*numbers)[0]);
  return {};
}

// DeepFaceLab's option names and values in ours. What we do not have yet stays with the original file.
Result<> take_options(const pickle::Value& options, ModelDescription& model) {
  auto& o = model.saehd;
  auto rows = model_rows(model);
  for (auto& row : rows) {
    std::string key = row.key;
    std::replace(key.begin(), key.end(), '-', '_');
    const auto* value = options.find(key);
    if (value == nullptr || row.kind == Kind::choice) continue;
    TRY_VOID(row.set(text_of(*value)));
  }
  auto choose = [&](const char* key, auto& member, auto map) -> Result<> {
    const auto* value = options.find(key);
    return value == nullptr ? Result<>{} : map(lower_case(text_of(*value)), member);
  };
  TRY_VOID(choose("face_type", o.face_type, [](const std::string& t, ModelFaceType& f) -> Result<> {
    TRY(const auto i, detail::parse_choice("face_type", t, {"h", "mf", "f", "wf", "head"}));
    f = static_cast<ModelFaceType>(i);
    return {};
  }));
  if (const auto* flag = options.find("adabelief"); flag && text_of(*flag) == "false")
    o.optimizer = OptimizerChoice::rmsprop;
  if (const auto* value = options.find("lr_dropout")) {
    const auto t = text_of(*value);
    model.shared.lr_dropout = t == "y" || t == "true" ? LrDropout::y : t == "cpu" ? LrDropout::cpu : LrDropout::n;
  }
  if (const auto* value = options.find("ct_mode"))
    model.shared.ct_mode = text_of(*value) == "rct" ? SampleTransfer::rct : SampleTransfer::none;
  return {};
}

// Options that are switched on in the original and have no counterpart here: training on goes without them.
std::vector<std::string> options_not_taken(const pickle::Value& options) {
  static constexpr std::array unknown{"gan_power",   "true_face_power", "face_style_power", "bg_style_power",
                                      "uniform_yaw", "pretrain",        "autobackup_hour",  "write_preview_history"};
  std::vector<std::string> found;
  for (const char* key : unknown) {
    const auto* value = options.find(key);
    const auto text = value ? text_of(*value) : std::string();
    if (!text.empty() && text != "0" && text != "false") found.push_back(fmt::format("{} = {}", key, text));
  }
  const auto* transfer = options.find("ct_mode");
  const auto mode = transfer ? text_of(*transfer) : "none";
  if (mode != "none" && mode != "rct") found.push_back("ct_mode = " + mode);
  return found;
}

Tensor loss_history(const pickle::Value& data) {
  const auto* list = data.find("loss_history") ? data.find("loss_history")->as_list() : nullptr;
  if (list == nullptr) return torch::zeros({0, 2});
  Tensor losses = torch::zeros({static_cast<long>(list->size()), 2});
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto row = (*list)[i].numbers();
    if (row && row->size() == 2) {
      losses[static_cast<long>(i)][0] = (*row)[0];
      losses[static_cast<long>(i)][1] = (*row)[1];
    }
  }
  return losses;
}

// Every parameter of the described network must be among the weights, with its shape.
Result<> check_complete(const ModelSpec& spec, const std::map<std::string, Tensor>& weights, const fs::path& folder) {
  Parameters expected(0);
  Saehd net(spec.shape, expected);
  for (const auto& p : expected.all()) {
    const auto it = weights.find(p.name);
    if (it == weights.end())
      return fail(Code::bad_file, "The model in {} lacks the tensor '{}'", folder.string(), p.name);
    if (it->second.sizes() != p.master.sizes()) {
      return fail(Code::bad_file, "The model in {} has the tensor '{}' in another shape than its options ask for",
                  folder.string(), p.name);
    }
  }
  return {};
}

}  // namespace

Result<std::map<std::string, Tensor>> read_dfl_weights(const fs::path& file, std::string_view part) {
  TRY(const auto stored, read_dict(file));
  std::map<std::string, Tensor> weights;
  for (const auto& [name, tensor] : stored) weights.emplace(fmt::format("{}/{}", part, name), to_torch_layout(tensor));
  return weights;
}

Result<DflModel> read_dfl_model(const fs::path& folder, const std::string& name) {
  TRY(const auto data_file, find_data_file(folder, name));
  const auto prefix = without_suffix(data_file.filename().string(), "_data.dat");
  TRY(const auto data, pickle::read_file(data_file));
  const auto* iter = data.find("iter");
  if (data.as_dict() == nullptr || iter == nullptr || !iter->as_int())
    return fail(Code::bad_file, "{} is no DeepFaceLab training state", data_file.string());
  DflModel model;
  model.name = prefix.substr(0, prefix.find('_'));
  model.description.model_class = prefix.ends_with("_Quick96") ? ModelClass::quick96 : ModelClass::saehd;
  model.generation.iteration = model.generation.batches = *iter->as_int();
  if (const auto* options = data.find("options"); options && model.description.model_class == ModelClass::saehd) {
    TRY_VOID(take_options(*options, model.description));
    model.not_taken = options_not_taken(*options);
  }
  TRY(const auto spec, spec_of(model.description));
  model.generation.losses = loss_history(data);
  const std::vector<std::string> parts =
      spec.shape.archi.liae ? std::vector<std::string>{"encoder", "inter_AB", "inter_B", "decoder"}
                            : std::vector<std::string>{"encoder", "inter", "decoder_src", "decoder_dst"};
  for (const auto& part : parts) {
    TRY(auto weights, read_dfl_weights(folder / fmt::format("{}_{}.npy", prefix, part), part));
    model.generation.weights.merge(weights);
  }
  TRY_VOID(check_complete(spec, model.generation.weights, folder));
  const fs::path optimizer = folder / (prefix + "_src_dst_opt.npy");
  std::error_code error;
  if (fs::exists(optimizer, error)) {
    TRY(model.generation.optimizer, read_optimizer(optimizer));
  }
  return model;
}

}  // namespace understudy
