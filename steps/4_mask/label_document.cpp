// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/label_document.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

constexpr FileFormat labels_document{"understudy.labels", 1};

}  // namespace

Result<std::vector<FaceWork>> work_of(const nlohmann::json& document) {
  const auto version = version_in(document, labels_document);
  if (!version)
    return fail(Code::bad_file,
                "This is no document of labels: its \"format\" is not \"{}\", or its \"version\" no whole number",
                labels_document.name);
  if (*version > labels_document.version)
    return fail_with_hint(Code::newer_version, "The labels were written by a newer version", "Update understudy.");
  const auto faces = document.find("faces");
  if (faces == document.end() || !faces->is_object())
    return fail(Code::bad_file, "The document of labels names no \"faces\"");
  std::vector<FaceWork> work;
  std::set<std::string> named;
  for (const auto& [name, list] : faces->items()) {
    FaceWork one{path_of_text(name).lexically_normal().string(), {}};
    if (!list.is_array()) return fail(Code::bad_file, "The operations of {} are no list", name);
    for (const auto& value : list) {
      auto operation = operation_from_json(value);
      if (!operation) return during(std::move(operation).error(), fmt::format("reading the operations of {}", name));
      const auto good = check_operation(*operation);
      if (!good) return during(good.error(), fmt::format("reading the operations of {}", name));
      one.operations.push_back(*std::move(operation));
    }
    if (!named.insert(one.face).second)
      return fail(Code::bad_file, "The document of labels names {} twice", path_text(one.face));
    work.push_back(std::move(one));
  }
  return work;
}

}  // namespace understudy
