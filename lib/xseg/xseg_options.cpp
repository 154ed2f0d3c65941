// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/xseg_options.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/formats.hpp"
#include "lib/options/options.hpp"

namespace understudy {

using nlohmann::json;

json to_json(const XsegDescription& model) {
  XsegOptions options = model.options;
  return {{"format", formats::model.name},
          {"version", formats::model.version},
          {"class", xseg_class},
          {"seed", model.seed},
          {"options", options_to_json(rows_of(options))}};
}

Result<XsegDescription> xseg_description_from_json(const json& j, std::string_view file) {
  const auto version = version_in(j, formats::model);
  if (!version || j.value("class", json()) != xseg_class)
    return fail(Code::bad_file, "{} does not describe an XSeg model", file);
  if (*version > formats::model.version) {
    return fail_with_hint(Code::newer_version, fmt::format("{} was written by a newer understudy", file),
                          "Update understudy.");
  }
  if (!j.contains("options")) return fail(Code::bad_file, "{} names no options", file);
  XsegDescription model;
  if (j.contains("seed") && j["seed"].is_number_unsigned()) model.seed = j["seed"].get<std::uint64_t>();
  auto rows = rows_of(model.options);
  if (auto read = options_from_json(rows, j["options"]); !read)
    return during(read.error(), fmt::format("reading {}", file));
  // A model of before there were any goes on as it was begun.
  if (!j["options"].contains("occluders")) model.options.occluders = false;
  return model;
}

Result<XsegDescription> xseg_description_of(const ModelStore& store, const LoadedGeneration& saved) {
  return xseg_description_from_json(saved.saved_as ? *saved.saved_as : store.description(), store.path().string());
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
