// SPDX-License-Identifier: Apache-2.0
#include "lib/project/output.hpp"

#include <algorithm>

#include "lib/base/text.hpp"

namespace understudy {
namespace {

// Without links, dots and a slash at the end, as far as it is there.
fs::path plain(const fs::path& path) {
  std::error_code error;
  auto whole = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) whole = fs::absolute(path, error).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

bool same_place(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return plain(a) == plain(b) || fs::equivalent(a, b, error);
}

Failure refused(const fs::path& output, std::string_view why) {
  return fail_with_hint(Code::bad_option, fmt::format("{} cannot be the output: {}", output.string(), why),
                        "Name another place with --output.");
}

bool is_source_of(const Workspace& workspace, const fs::path& output) {
  for (const auto& folder : {workspace.frames(Side::src), workspace.frames(Side::dst), workspace.model()})
    if (same_place(output, folder)) return true;
  const auto where = plain(output);
  const auto stem = lower_case(where.stem().string());
  return same_place(where.parent_path(), workspace.root) && (stem == "data_src" || stem == "data_dst");
}

}  // namespace

Result<> check_output(const fs::path& output, std::span<const fs::path> inputs) {
  for (const auto& input : inputs)
    if (!input.empty() && same_place(output, input)) return refused(output, "it is what is to be read");
  return {};
}

Result<> check_output(const fs::path& output, std::initializer_list<fs::path> inputs) {
  return check_output(output, std::span(inputs.begin(), inputs.size()));
}

Result<> check_output(const Workspace& workspace, const fs::path& output, std::initializer_list<fs::path> inputs) {
  if (output.empty()) return {};
  TRY_VOID(check_output(output, inputs));
  if (is_source_of(workspace, output)) return refused(output, "the workspace itself is made from it");
  return {};
}

Result<> check_not_around(const fs::path& output_folder, std::initializer_list<fs::path> inputs) {
  const auto folder = plain(output_folder);
  for (const auto& input : inputs) {
    if (input.empty()) continue;
    const auto inside = plain(input).lexically_relative(folder);
    if (!inside.empty() && *inside.begin() != "..")
      return refused(output_folder, fmt::format("{}, which is to be read, lies in it", input.string()));
  }
  return {};
}

}  // namespace understudy
