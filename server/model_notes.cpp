// SPDX-License-Identifier: Apache-2.0
#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "server/models.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr std::size_t longest_note = 64 << 10;
constexpr std::uint64_t largest_file = 32 << 20;

fs::path file_of_notes(const fs::path& model) { return model / "notes.jsonl"; }

}  // namespace

Result<ModelNotes> read_model_notes(const fs::path& model) {
  ModelNotes notes;
  std::error_code error;
  if (!fs::exists(file_of_notes(model), error)) return notes;
  TRY(const auto text, read_text(file_of_notes(model), largest_file));
  for (const auto& line : split(text, '\n')) {
    json one = parse_json(line);
    if (const auto version = version_in(one, formats::model_notes); version && *version > formats::model_notes.version)
      return fail_with_hint(Code::newer_version,
                            fmt::format("{} was written by a newer understudy", file_of_notes(model).string()),
                            "Update understudy.");
    if (!one.is_object() || !one.value("text", json()).is_string() || !one.value("time", json()).is_number()) continue;
    notes.newest = one["text"];
    notes.all.push_back({{"time", one["time"]}, {"text", one["text"]}});
  }
  return notes;
}

Result<> add_model_note(const fs::path& model, const std::string& text, double time) {
  if (text.size() > longest_note) return fail(Code::bad_option, "A note has at most {} letters", longest_note);
  TRY(const auto notes, read_model_notes(model));
  if (notes.newest == text) return {};
  // What stands there stays as it is, whatever it is.
  std::error_code error;
  std::string all =
      json_text(json{{"format", formats::model_notes.name}, {"version", formats::model_notes.version}}) + "\n";
  if (fs::exists(file_of_notes(model), error)) {
    TRY(all, read_text(file_of_notes(model), largest_file));
    if (!all.empty() && all.back() != '\n') all += '\n';
  }
  all += json_text(json{{"time", time}, {"text", valid_text(text)}}) + "\n";
  if (all.size() > largest_file)
    return fail_with_hint(Code::bad_option, fmt::format("{} is full", file_of_notes(model).string()),
                          "Move it elsewhere; a new one is begun then.");
  return write_text(file_of_notes(model), all);
}

}  // namespace understudy::studio
