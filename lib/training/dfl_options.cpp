// SPDX-License-Identifier: Apache-2.0
#include "lib/training/dfl_options.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/options/options.hpp"

namespace understudy {
namespace {

using nlohmann::json;
using pickle::Value;

// The order in which DeepFaceLab itself fills the dictionary.
constexpr std::array saehd_keys{"resolution",
                                "face_type",
                                "models_opt_on_gpu",
                                "archi",
                                "ae_dims",
                                "e_dims",
                                "d_dims",
                                "d_mask_dims",
                                "masked_training",
                                "eyes_mouth_prio",
                                "uniform_yaw",
                                "blur_out_mask",
                                "adabelief",
                                "lr_dropout",
                                "random_warp",
                                "random_hsv_power",
                                "true_face_power",
                                "face_style_power",
                                "bg_style_power",
                                "ct_mode",
                                "clipgrad",
                                "pretrain",
                                "autobackup_hour",
                                "write_preview_history",
                                "target_iter",
                                "random_src_flip",
                                "random_dst_flip",
                                "batch_size",
                                "gan_power",
                                "gan_patch_size",
                                "gan_dims"};
constexpr std::array amp_keys{"resolution",
                              "face_type",
                              "models_opt_on_gpu",
                              "ae_dims",
                              "inter_dims",
                              "e_dims",
                              "d_dims",
                              "d_mask_dims",
                              "morph_factor",
                              "uniform_yaw",
                              "blur_out_mask",
                              "lr_dropout",
                              "random_warp",
                              "ct_mode",
                              "clipgrad",
                              "autobackup_hour",
                              "write_preview_history",
                              "target_iter",
                              "random_src_flip",
                              "random_dst_flip",
                              "batch_size",
                              "gan_power",
                              "gan_patch_size",
                              "gan_dims"};
constexpr std::array quick_keys{"autobackup_hour", "write_preview_history", "target_iter", "batch_size"};
// Of older versions; the final DeepFaceLab ignores them too (spec 2.3), or has them always on (AMP).
constexpr std::array stale_keys{"use_fp16",  "random_flip",     "dst_denoise",     "eyes_prio",
                                "adabelief", "masked_training", "eyes_mouth_prio", "batch_size"};

bool has_key(ModelClass model_class, std::string_view key) {
  auto in = [&](const auto& keys) { return std::ranges::find(keys, key) != keys.end(); };
  if (model_class == ModelClass::quick96) return false;
  return model_class == ModelClass::amp ? in(amp_keys) : in(saehd_keys);
}

// Belong to a call of the trainer here, not to the model.
struct CallOption {
  const char* key;
  Value value;
};
const std::array<CallOption, 3>& call_options() {
  static const std::array<CallOption, 3> options{
      CallOption{"autobackup_hour", 0}, CallOption{"write_preview_history", false}, CallOption{"target_iter", 0}};
  return options;
}

std::string ours(std::string key) {
  std::ranges::replace(key, '_', '-');
  return key;
}

// The text that a row takes; nothing for what no option can be.
std::optional<std::string> text_of(const Value& value) {
  if (const auto flag = value.as_bool()) return *flag ? "true" : "false";
  if (const auto* text = value.as_string()) return *text;
  if (const auto whole = value.as_int()) return std::to_string(*whole);
  if (const auto number = value.as_number()) return detail::number_text(*number);
  // A clamped number may also have been stored as an array of one (spec 2.3).
  const auto numbers = value.as_array() ? value.numbers() : std::nullopt;
  if (numbers && numbers->size() == 1) return detail::number_text(numbers->front());
  return std::nullopt;
}

json json_of(const Value& value) {
  if (const auto flag = value.as_bool()) return *flag;
  if (const auto* text = value.as_string()) return *text;
  if (const auto whole = value.as_int()) return *whole;
  if (const auto number = value.as_number(); number && std::isfinite(*number)) return *number;
  return nullptr;
}

Value value_of(const json& j) {
  if (j.is_boolean()) return j.get<bool>();
  if (j.is_number_integer()) return j.get<std::int64_t>();
  if (j.is_number()) return j.get<double>();
  if (j.is_string()) return j.get<std::string>();
  return {};
}

bool is_off(const std::string& text) { return text.empty() || text == "0" || text == "false" || text == "none"; }

// Values that are written otherwise there.
std::optional<std::pair<std::string, std::string>> translated(const std::string& key, const std::string& text) {
  if (key == "adabelief") return std::pair("optimizer", text == "false" ? "rmsprop" : "adabelief");
  if (key == "lr_dropout" && (text == "true" || text == "false"))  // a flag until 2021 (spec 2.3)
    return std::pair("lr-dropout", text == "true" ? "y" : "n");
  if (key == "face_type" || key == "ct_mode" || key == "archi" || key == "lr_dropout")
    return std::pair(ours(key), lower_case(text));
  return std::nullopt;
}

Value value_of(const Row& row) {
  const auto text = row.get();
  if (row.kind == Kind::boolean) return text == "true";
  if (row.kind == Kind::integer) return static_cast<std::int64_t>(std::stoll(text));
  if (row.kind == Kind::number) return std::stod(text);
  return text;
}

Result<> fail_unreadable(const std::string& key) {
  return fail(Code::bad_file, "its option '{}' is neither a number nor a text", key);
}

void remark(const ModelDescription& model, DflOptionNotes& notes) {
  const auto archi = model.model_class == ModelClass::saehd ? parse_archi(model.saehd.archi) : Result<Archi>(Archi{});
  if (archi && archi->cosine) {
    notes.remarks.push_back(
        "Between 2021-09-29 and 2021-10-11 the flag c meant another function: a model from those days decodes wrongly "
        "here, as it does in the final DeepFaceLab");
  }
}

}  // namespace

Result<DflOptionNotes> take_dfl_options(const Value& options, ModelDescription& model) {
  DflOptionNotes notes;
  json others = json::object();
  const auto* dict = options.as_dict();
  if (dict == nullptr) return fail(Code::bad_file, "its options are no dictionary");
  auto rows = model_rows(model);
  // Until 2021-06-26 AMP had no dims of its own for the inters (spec 1.2).
  if (model.model_class == ModelClass::amp && options.find("inter_dims") == nullptr) {
    const auto dims = options.find("ae_dims") ? text_of(*options.find("ae_dims")) : std::nullopt;
    TRY_VOID(set_option(rows, "inter-dims", dims.value_or("256")));
  }
  for (const auto& [name, value] : *dict) {
    const auto* key = name.as_string();
    if (key == nullptr || options.find(*key) != &value) continue;  // a later entry with the same key wins
    const auto text = text_of(value);
    const auto pair =
        text ? translated(*key, *text).value_or(std::pair(ours(*key), *text)) : std::pair(ours(*key), std::string());
    const auto row = std::ranges::find(rows, pair.first, &Row::key);
    const bool known = row != rows.end() && has_key(model.model_class, *key);
    const auto set = !known ? Result<>{} : text ? row->set(pair.second) : fail_unreadable(*key);
    if (!set && row->when == When::creation) return Failure(set.error());
    if (known && set) continue;
    others[*key] = json_of(value);
    const bool stale = std::ranges::find(stale_keys, *key) != stale_keys.end();
    if (!set || (text && !is_off(*text) && !stale))
      notes.not_taken.push_back(fmt::format("{} = {}", *key, text.value_or("?")));
  }
  notes.others = json_text(others);
  remark(model, notes);
  return notes;
}

Value dfl_options(const ModelDescription& model, const std::string& others) {
  ModelDescription copy = model;
  const auto rows = model_rows(copy);
  const json kept = parse_json(others);
  auto value_for = [&](const std::string& key) -> Value {
    if (key == "adabelief") return model.saehd.optimizer == OptimizerChoice::adabelief;
    if (key == "gan_patch_size" && model.shared.gan_patch_size == 0)
      return (model.model_class == ModelClass::amp ? model.amp.resolution : model.saehd.resolution) / 8;
    if (key == "batch_size" && model.quick()) return 4;
    if (const auto row = std::ranges::find(rows, ours(key), &Row::key); row != rows.end()) return value_of(*row);
    if (kept.is_object() && kept.contains(key) && !kept[key].is_null()) return value_of(kept[key]);
    for (const auto& option : call_options()) {
      if (key == option.key) return option.value;
    }
    return {};
  };
  Value dict = Value::dict();
  auto add = [&](const auto& keys) {
    for (const char* key : keys) dict.set(key, value_for(key));
  };
  if (model.model_class == ModelClass::saehd) add(saehd_keys);
  if (model.model_class == ModelClass::amp) add(amp_keys);
  if (model.quick()) add(quick_keys);
  if (kept.is_object()) {
    for (const auto& [key, value] : kept.items()) {
      if (dict.find(key) == nullptr && !value.is_null()) dict.set(key, value_of(value));
    }
  }
  return dict;
}

std::vector<std::string> options_beyond_dfl(const ModelDescription& model) {
  ModelDescription copy = model;
  std::vector<std::string> found;
  for (const auto& row : rows_of(copy.steering)) {
    if (row.get() != row.default_text) found.push_back(fmt::format("{} = {}", row.key, row.get()));
  }
  return found;
}

std::string python_text(const Value& value) {
  if (const auto flag = value.as_bool()) return *flag ? "True" : "False";
  if (const auto* text = value.as_string()) return *text;
  if (const auto whole = value.as_int()) return std::to_string(*whole);
  if (const auto number = value.as_number()) {
    auto text = detail::number_text(*number);
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  }
  return "None";
}

}  // namespace understudy
