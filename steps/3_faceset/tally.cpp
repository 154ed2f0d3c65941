// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/tally.hpp"

#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/project/faceset_folder.hpp"

namespace understudy {
namespace {

constexpr std::size_t most_warnings = 20;
fs::path state_of(const fs::path& folder) { return folder / ".understudy" / "made-with.json"; }

}  // namespace

void Tally::count(const char* what, std::int64_t number) {
  std::lock_guard lock(mutex_);
  fields_[what] = fields_.value(what, std::int64_t{0}) + number;
}

void Tally::skip(const std::string& name, const std::string& why) {
  std::lock_guard lock(mutex_);
  skipped_.push_back(name);
  if (skipped_.size() <= most_warnings) run_.warn(fmt::format("{}: {}", name, why));
  if (skipped_.size() == most_warnings + 1) run_.warn("More files could not be used; the report names them all");
}

std::string Tally::report() const {
  auto json = fields_;
  auto names = skipped_;
  std::sort(names.begin(), names.end());
  json["skipped"] = std::move(names);
  return json_text(json);
}

Result<ResultFolder> ResultFolder::open(const fs::path& folder, const nlohmann::json& options) {
  ResultFolder results;
  results.folder_ = folder;
  TRY_VOID(make_folders(folder));
  remove_temporaries(folder);
  const auto wanted = json_text(options) + "\n";
  const auto had = read_text(state_of(folder));
  if (!had || *had != wanted) TRY_VOID(write_text(state_of(folder), wanted));
  std::error_code error;
  results.since_ = fs::last_write_time(state_of(folder), error);
  if (error) return fail(Code::io, "Cannot read {}: {}", state_of(folder).string(), error.message());
  return results;
}

bool ResultFolder::has(const fs::path& result, const fs::path& face) const {
  std::error_code missing, unknown;
  const auto made = fs::last_write_time(result, missing);
  const auto changed = fs::last_write_time(face, unknown);
  return !missing && !unknown && made >= since_ && made >= changed;
}

Result<> ResultFolder::take_places_in(const fs::path& faces, const std::vector<std::string>& names) {
  auto moves = moves_to_trash(faces, names);
  for (const auto& name : names) moves.push_back({folder_ / name, faces / name});
  TRY_VOID(move_files(moves_journal(faces), moves));
  std::error_code ignored;
  fs::remove(state_of(folder_), ignored);
  fs::remove(state_of(folder_).parent_path(), ignored);
  for (const auto& name : names) {
    const auto person = fs::path(name).parent_path();
    if (!person.empty()) fs::remove(folder_ / person, ignored);  // once it is empty
  }
  fs::remove(folder_, ignored);
  return {};
}

}  // namespace understudy
