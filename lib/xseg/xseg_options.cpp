// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/xseg_options.hpp"

#include <nlohmann/json.hpp>

#include "lib/options/options.hpp"

namespace understudy {

using nlohmann::json;

json to_json(const XsegDescription& model) {
  XsegOptions options = model.options;
  return {{"format", "understudy.model"},
          {"version", 1},
          {"class", xseg_class},
          {"seed", model.seed},
          {"options", options_to_json(rows_of(options))}};
}

Result<XsegDescription> xseg_description_from_json(const json& j, std::string_view file) {
  if (!j.is_object() || j.value("format", json()) != "understudy.model" || j.value("class", json()) != xseg_class)
    return fail(Code::bad_file, "{} does not describe an XSeg model", file);
  if (!j.contains("version") || !j["version"].is_number_integer() || j["version"].get<long long>() > 1) {
    return fail_with_hint(Code::newer_version, fmt::format("{} was written by a newer understudy", file),
                          "Update understudy.");
  }
  if (!j.contains("options")) return fail(Code::bad_file, "{} names no options", file);
  XsegDescription model;
  if (j.contains("seed") && j["seed"].is_number_unsigned()) model.seed = j["seed"].get<std::uint64_t>();
  auto rows = rows_of(model.options);
  if (auto read = options_from_json(rows, j["options"]); !read)
    return during(read.error(), fmt::format("reading {}", file));
  return model;
}

const ModelKind& xseg_model_kind() {
  static const ModelKind kind{[](const json& j, std::string_view file) -> Result<json> {
                                TRY(const auto model, xseg_description_from_json(j, file));
                                return to_json(model);
                              },
                              "understudy mask train", 1,
                              [](const fs::path& model) {
                                return fmt::format(
                                    "Nothing was changed. Its newest backup lies in {}: move it to the model's place.",
                                    (model / "backups" / "01").string());
                              }};
  return kind;
}

}  // namespace understudy
