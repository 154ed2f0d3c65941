// SPDX-License-Identifier: Apache-2.0
// Backups of a model: backups/01 (the newest) to backups/24, each a model folder of one generation (spec
// networks-and-training.md 2.4; there every slot is copied file by file, here a slot appears whole or not at all).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/io_failure.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/model_files.hpp"
#include "lib/loop/model_store.hpp"

namespace understudy {
namespace {

using nlohmann::json;

fs::path slot(const fs::path& backups, int number) { return backups / fmt::format("{:02}", number); }

Result<> copy_synced(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) return io_failure("copy", from, error.value());
  return sync_file(to);
}

// A real copy, not a second name: what damages the model's file must not damage its backup. And a backup of a damaged
// file is none.
Result<> copy_checked(const fs::path& from, const fs::path& to, const GenerationFile& file) {
  TRY_VOID(copy_synced(from / file.name, to / file.name));
  TRY(const auto checksum, file_checksum(to / file.name));
  if (checksum == file.checksum) return {};
  return fail(Code::bad_file, "{} is damaged: its checksum is not the one it was saved with",
              (from / file.name).string());
}

// Whole folders that a killed backup left.
void remove_leftovers(const fs::path& backups) {
  std::vector<fs::path> left;
  std::error_code error;
  for (fs::directory_iterator it(backups, error), end; !error && it != end; it.increment(error)) {
    if (is_temporary(it->path())) left.push_back(it->path());
  }
  for (const auto& path : left) (void)remove_model_files(path);
}

Result<> fill(const fs::path& model, const json& description, const fs::path& to, const GenerationEntry& entry) {
  TRY_VOID(make_folders(to));
  for (const auto* file : {&entry.weights, &entry.optimizer, &entry.history}) TRY_VOID(copy_checked(model, to, *file));
  std::error_code error;
  for (const auto& name :
       {note_file(model, entry).filename().string(), std::string("history.jsonl"), std::string("dfl.json"),
        std::string("preview.png"), std::string("preview_masked.png"), std::string("validation.csv")}) {
    if (fs::exists(model / name, error)) TRY_VOID(copy_synced(model / name, to / name));
  }
  TRY_VOID(write_text(to / "model.json", sealed(description)));
  TRY_VOID(write_list(to, {entry}));
  return sync_folder(to);
}

// Frees slot 01: the slots up to the first gap move on by one, the last one falls out when there is no gap.
Result<> shift(const fs::path& backups, int keep) {
  std::error_code error;
  int gap = 1;
  while (gap < keep && fs::exists(slot(backups, gap), error)) ++gap;
  auto drop = [&](int number) -> Result<> {
    const auto going = temporary_name(slot(backups, number));
    fs::rename(slot(backups, number), going, error);
    if (error) return io_failure("move", slot(backups, number), error.value());
    TRY(const bool gone, remove_model_files(going));
    // Somebody put something there: it gets a name that no later backup takes away.
    for (int n = 1; !gone; ++n) {
      const auto aside = backups / fmt::format("{:02}-other-files-{}", number, n);
      if (fs::exists(aside, error)) continue;
      fs::rename(going, aside, error);
      break;
    }
    return {};
  };
  for (int beyond = keep + 1; fs::exists(slot(backups, beyond), error); ++beyond) TRY_VOID(drop(beyond));
  if (fs::exists(slot(backups, gap), error)) TRY_VOID(drop(gap));
  for (int number = gap; number > 1; --number) {
    fs::rename(slot(backups, number - 1), slot(backups, number), error);
    if (error) return io_failure("move", slot(backups, number - 1), error.value());
  }
  return {};
}

}  // namespace

Result<> ModelStore::backup(int keep) {
  TRY(const auto usable, usable_list(path_));
  const auto entries = loadable(path_, usable);
  if (entries.empty()) return {};
  const auto whole = std::find_if(entries.rbegin(), entries.rend(), [&](const GenerationEntry& e) {
    return std::ranges::find(damaged_, e.weights.name) == damaged_.end();
  });
  TRY(const auto prepared, prepare_backup(whole == entries.rend() ? entries.back() : *whole, on_disk_));
  return prepared.empty() ? Result<>{} : finish_backup(prepared, keep);
}

Result<fs::path> ModelStore::prepare_backup(const GenerationEntry& entry, const json& description) const {
  const fs::path backups = path_ / "backups";
  remove_leftovers(backups);
  if (const auto last = read_list(slot(backups, 1)); last && !last->empty() && last->back() == entry) return fs::path();
  const fs::path made = temporary_name(backups / "new");
  if (auto filled = fill(path_, description, made, entry); !filled) {
    std::error_code ignored;
    fs::remove_all(made, ignored);  // just made, under a temporary name
    return Failure(std::move(filled).error());
  }
  return made;
}

Result<> ModelStore::finish_backup(const fs::path& prepared, int keep) const {
  check(keep >= 1 && keep <= 99, "backups are numbered 01 to 99");
  const fs::path backups = path_ / "backups";
  TRY_VOID(shift(backups, keep));
  std::error_code error;
  fs::rename(prepared, slot(backups, 1), error);
  if (error) return io_failure("move", prepared, error.value());
  return sync_folder(backups);
}

}  // namespace understudy
