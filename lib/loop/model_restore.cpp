// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/model_restore.hpp"

#include <algorithm>
#include <optional>

#include "lib/base/io_failure.hpp"
#include "lib/loop/option_history.hpp"

namespace understudy {
namespace {

using nlohmann::json;

constexpr int most_backups = 99;

fs::path slot_of(const fs::path& model, int number) { return model / "backups" / fmt::format("{:02}", number); }

// What the model was when that was saved; null where nothing tells.
json description_of(const KeptState& kept) {
  for (const auto& note : read_notes(kept.folder))
    if (note.entry == kept.entry) return note.model;
  if (kept.backup == 0) return {};
  const auto text = read_text(kept.folder / "model.json", 1 << 20);
  const auto read = text ? unsealed(*text) : std::nullopt;
  return read ? *read : json();
}

// A name that no file of the model has.
std::string free_name(const fs::path& model, std::string_view kind, std::int64_t iteration, std::int64_t save) {
  std::error_code error;
  const auto plain = fmt::format("{}-{}.safetensors", kind, iteration);
  if (!fs::exists(model / plain, error)) return plain;
  return fmt::format("{}-{}-{}.safetensors", kind, iteration, save);
}

Result<GenerationFile> copied(const KeptState& kept, const GenerationFile& file, const fs::path& model,
                              const std::string& name) {
  const fs::path to = model / name;
  TRY_VOID(write_through(to, [&](const fs::path& temporary) -> Result<> {
    std::error_code error;
    fs::copy_file(kept.folder / file.name, temporary, fs::copy_options::overwrite_existing, error);
    if (error) return io_failure("copy", kept.folder / file.name, error.value());
    return {};
  }));
  return GenerationFile{name, file.checksum};
}

// The generation under the names that its files shall have in the model.
Result<GenerationEntry> brought_in(const fs::path& model, const KeptState& kept, std::int64_t save) {
  GenerationEntry entry = kept.entry;
  entry.save = save;
  if (kept.backup == 0) return entry;
  const auto bring = [&](GenerationFile& file, std::string_view kind) -> Result<> {
    TRY(file, copied(kept, file, model, free_name(model, kind, entry.iteration, save)));
    return {};
  };
  TRY_VOID(bring(entry.weights, "weights"));
  TRY_VOID(bring(entry.optimizer, "optimizer"));
  TRY_VOID(bring(entry.history, "history"));
  return entry;
}

// Copies what is wanted in, with its note, as the generation that shall come after those of the list.
Result<GenerationEntry> bring_in(const fs::path& model, const KeptState& wanted, const json& then,
                                 const std::vector<GenerationEntry>& list) {
  std::int64_t save = 1;
  for (const auto& entry : list) save = std::max(save, entry.save + 1);
  TRY(auto entry, brought_in(model, wanted, save));
  if (then.is_object()) TRY_VOID(write_note(model, {entry, then}, list));
  return entry;
}

// The same files, whatever they are called and in whichever save.
bool same_content(const GenerationEntry& a, const GenerationEntry& b) {
  return a.iteration == b.iteration && a.weights.checksum == b.weights.checksum &&
         a.optimizer.checksum == b.optimizer.checksum && a.history.checksum == b.history.checksum;
}

std::optional<GenerationEntry> newest_of(const std::vector<GenerationEntry>& list) {
  return list.empty() ? std::nullopt : std::optional(list.back());
}
// What the model was before a restore that was killed before it had kept it: training lists no later iteration before
// an earlier one.
std::optional<GenerationEntry> later_than_newest(std::vector<GenerationEntry> list) {
  const GenerationEntry newest = list.back();
  list.pop_back();
  std::erase_if(list,
                [&](const GenerationEntry& e) { return e.iteration < newest.iteration || same_content(e, newest); });
  return newest_of(list);
}

// By its weights: what a restore that is not complete makes the newest. The list itself tells of that only where a
// later iteration stands before it.
fs::path mark_of(const fs::path& model) { return model / "restore.json"; }
Result<> mark(const fs::path& model, const GenerationEntry& entry) {
  return write_text(mark_of(model), sealed({{"weights", entry.weights.checksum}}));
}
bool is_marked(const fs::path& model, const GenerationEntry& entry) {
  const auto text = read_text(mark_of(model), 1 << 10);
  const auto j = text ? unsealed(*text) : std::nullopt;
  return j && j->contains("weights") && (*j)["weights"] == json(entry.weights.checksum);
}
Result<> unmark(const fs::path& model) {
  std::error_code error;
  fs::remove(mark_of(model), error);
  return error ? Result<>(io_failure("remove", mark_of(model), error.value())) : Result<>();
}

// What the model was before a restore that was killed, where that may be in no backup yet.
std::optional<GenerationEntry> left_unkept(const fs::path& model, const std::vector<GenerationEntry>& list) {
  if (list.empty()) return {};
  if (list.size() > 1 && is_marked(model, list.back())) return list[list.size() - 2];
  return later_than_newest(list);
}

// A backup of what the model is, made and not yet among its slots.
struct PreparedBackup {
  ModelStore store;
  fs::path made;  // empty: the first slot holds it already

  Result<> finish() const { return made.empty() ? Result<>{} : store.finish_backup(made, most_backups); }
  void forget() const {
    std::error_code ignored;
    if (!made.empty()) fs::remove_all(made, ignored);  // just made, under a temporary name
  }
};
Result<PreparedBackup> prepared_backup(const fs::path& model, const ModelKind& kind, const GenerationEntry& entry) {
  std::error_code error;
  if (fs::exists(slot_of(model, most_backups), error))
    return fail_with_hint(Code::bad_option, fmt::format("{} has {} backups already", model.string(), most_backups),
                          "Move the oldest elsewhere: what the model is now needs a place among them.");
  TRY(auto store, ModelStore::open(model, kind));
  const json was = description_of({0, model, entry});
  auto made = store.prepare_backup(entry, was.is_object() ? was : store.description_on_disk());
  if (!made) {
    return fail_with_hint(made.error().code,
                          fmt::format("What the model is now cannot be kept: {}", made.error().message),
                          "Bring the backup back as a model of its own: model duplicate --backup N.");
  }
  return PreparedBackup{std::move(store), *std::move(made)};
}

// model.json, and a line of history for each option that is another again.
Result<> describe_as(const fs::path& model, const json& then, std::int64_t iteration) {
  if (!then.is_object()) return {};
  const auto text = read_text(model / "model.json", 1 << 20);
  const auto now = text ? unsealed(*text) : std::nullopt;
  if (now && sealed(*now) == sealed(then)) return {};
  TRY_VOID(write_text(model / "model.json", sealed(then)));
  return add_to_history(model, changes_between(now ? *now : json::object(), then, iteration));
}

// What is left to do of a restore whose state is the newest of the list.
Result<> finish(const fs::path& model, const GenerationEntry& newest, const json& then,
                const std::optional<PreparedBackup>& backup) {
  TRY_VOID(describe_as(model, then, newest.iteration));
  // Only now, when the same call again would change nothing more: the slots move on, and with them what their numbers
  // mean.
  if (backup) TRY_VOID(backup->finish());
  return unmark(model);
}

// Before another restore shortens the list: what only that list still tells of, since one was killed, becomes a backup.
// Nothing is dropped, for it may be what is wanted. The slots move on: the answer is where the wanted state is now.
Result<KeptState> after_killed_one(const fs::path& model, const ModelKind& kind,
                                   const std::vector<GenerationEntry>& list, const KeptState& wanted) {
  const auto unkept = left_unkept(model, list);
  if (!unkept && (list.empty() || !is_marked(model, list.back()))) return wanted;
  std::optional<PreparedBackup> backup;
  if (unkept) {
    TRY(backup, prepared_backup(model, kind, *unkept));
  }
  TRY_VOID(finish(model, list.back(), description_of({0, model, list.back()}), backup));
  if (wanted.backup == 0) return wanted;
  TRY(const auto states, kept_states(model));
  const auto now =
      std::ranges::find_if(states, [&](const KeptState& s) { return s.backup > 0 && s.entry == wanted.entry; });
  return now == states.end() ? wanted : *now;
}

}  // namespace

Result<std::vector<KeptState>> kept_states(const fs::path& model) {
  std::vector<KeptState> states;
  TRY(const auto own, usable_list(model));
  for (const auto& entry : own.entries) states.insert(states.begin(), {0, model, entry});
  std::error_code error;
  for (int number = 1; number <= most_backups; ++number) {
    const auto folder = slot_of(model, number);
    if (!fs::is_directory(folder, error)) continue;
    const auto list = usable_list(folder);
    if (list && !list->entries.empty()) states.push_back({number, folder, list->entries.back()});
  }
  return states;
}

std::string damage_of(const KeptState& kept) {
  for (const auto* file : {&kept.entry.weights, &kept.entry.optimizer, &kept.entry.history}) {
    const auto path = kept.folder / file->name;
    const auto checksum = file_checksum(path);
    if (!checksum) return to_sentence(checksum.error());
    if (*checksum != file->checksum)
      return fmt::format("{} is damaged: its checksum is not the one it was saved with", path.string());
  }
  return {};
}

Result<std::optional<GenerationEntry>> restore(const fs::path& model, const ModelKind& kind, const KeptState& asked) {
  if (const auto damage = damage_of(asked); !damage.empty())
    return fail_with_hint(Code::bad_file, damage, "Choose another generation or backup; nothing was changed.");
  TRY(auto list, usable_list(model));
  // A call that was killed may have come so far that only the backup is missing.
  const bool there = !list.entries.empty() && same_content(list.entries.back(), asked.entry);
  KeptState wanted = asked;
  if (!there) {
    TRY(wanted, after_killed_one(model, kind, list.entries, asked));
  }
  const json then = description_of(wanted);
  const auto unkept = there ? left_unkept(model, list.entries) : newest_of(list.entries);
  std::optional<PreparedBackup> backup;
  if (unkept) {
    TRY(backup, prepared_backup(model, kind, *unkept));
  }
  if (!there) {
    const auto kept = loadable(model, list);
    auto brought = bring_in(model, wanted, then, list.entries);
    if (brought) {
      if (auto told = mark(model, *brought); !told) brought = Failure(told.error());
    }
    if (!brought) {
      if (backup) backup->forget();
      remove_unlisted(model, kept);
      return Failure(std::move(brought).error());
    }
    list.entries.push_back(*std::move(brought));
    TRY_VOID(write_list(model, list.entries));  // from here on it is the newest
  }
  const GenerationEntry newest = list.entries.back();
  TRY_VOID(finish(model, newest, then, backup));
  if (!backup) return unkept;
  // Without the mark: what stands before the newest from now on is not what the model was.
  std::erase_if(list.entries, [&](const GenerationEntry& e) { return e.iteration >= newest.iteration && e != newest; });
  TRY_VOID(write_list(model, list.entries));
  remove_unlisted(model, list.entries);
  return unkept;
}

Result<> complete_restore(const fs::path& model, const ModelKind& kind) {
  TRY(const auto list, usable_list(model));
  const bool half = !list.entries.empty() && is_marked(model, list.entries.back());
  if (!half) {
    TRY_VOID(unmark(model));  // of one that was killed before it changed anything
  }
  if (list.entries.empty() || (!half && !later_than_newest(list.entries))) return {};
  TRY(const auto states, kept_states(model));
  TRY_VOID(restore(model, kind, states.front()));
  return {};
}

Result<std::optional<FileLock>> take_model(const fs::path& model, const ModelKind& kind) {
  if (!ModelStore::exists(model)) return std::optional<FileLock>{};
  TRY(auto lock, FileLock::take(model / "lock"));
  TRY_VOID(complete_restore(model, kind));
  return std::optional(std::move(lock));
}

Failure made_meanwhile(const fs::path& model) {
  return fail_with_hint(Code::busy, fmt::format("There is a model in {} now", model.string()),
                        "Run the same command again to go on with it.");
}

}  // namespace understudy
