// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/model_store.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "lib/base/lock.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/model_files.hpp"
#include "lib/loop/option_history.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr const char* description_name = "model.json";

Result<> write_description(const fs::path& folder, const json& description) {
  return write_text(folder / description_name, sealed(description));
}

Result<json> read_description(const fs::path& folder, const ModelKind& kind) {
  const fs::path file = folder / description_name;
  TRY(const auto text, read_text(file, 1 << 20));
  const auto j = unsealed(text);
  if (!j) return fail(Code::bad_file, "{} is damaged", file.string());
  return kind.read(*j, file.string());
}

// A name that no listed generation uses, so that a kill while an iteration is saved again leaves its first save whole.
std::string free_name(std::string_view kind, const GenerationEntry& entry, const std::vector<GenerationEntry>& list) {
  const auto name = fmt::format("{}-{}.safetensors", kind, entry.iteration);
  const bool taken = std::ranges::any_of(list, [&](const GenerationEntry& e) {
    return e.weights.name == name || e.optimizer.name == name || e.history.name == name;
  });
  return taken ? fmt::format("{}-{}-{}.safetensors", kind, entry.iteration, entry.save) : name;
}

// Takes back what create_saved() has written in a folder that was there before, what says that there is a model first.
// Backups of a model that was here once are none of it.
void take_back(const fs::path& folder, const std::vector<fs::path>& beside) {
  const auto list = usable_list(folder);
  std::error_code ignored;
  fs::remove(folder / "generations.json", ignored);
  fs::remove(folder / description_name, ignored);
  if (list) {
    for (const auto& entry : list->entries) remove_generation(folder, entry);
  }
  for (const auto& name : beside) fs::remove(folder / name, ignored);
}

Result<> expect_none(const fs::path& folder) {
  if (!ModelStore::exists(folder)) return {};
  return fail_with_hint(Code::bad_option, fmt::format("There is a model in {} already", folder.string()),
                        "Choose another name with --model.");
}

}  // namespace

bool ModelStore::exists(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / description_name, error) || fs::exists(folder / "generations.json", error) ||
         !read_notes(folder).empty();
}

std::string ModelStore::class_in(const fs::path& folder) {
  const auto named = [](const json& j) {
    return j.is_object() && j.contains("class") && j["class"].is_string() ? j["class"].get<std::string>() : "";
  };
  if (const auto text = read_text(folder / description_name, 1 << 20)) {
    if (const auto j = unsealed(*text)) return named(*j);
  }
  const auto notes = read_notes(folder);
  return notes.empty() ? "" : named(notes.back().model);
}

Result<ModelStore> ModelStore::create(const fs::path& path, const ModelKind& kind, const json& description) {
  TRY_VOID(expect_none(path));
  TRY_VOID(make_folders(path));
  TRY_VOID(write_description(path, description));
  return ModelStore(path, kind, description);
}

Result<ModelStore> ModelStore::create_saved(const fs::path& path, const ModelKind& kind, const json& description,
                                            const Generation& generation,
                                            const std::map<std::string, std::string>& beside) {
  TRY_VOID(expect_none(path));
  std::error_code error;
  const bool new_folder = !fs::exists(path, error);
  TRY(const auto lock, FileLock::take(path / "lock"));
  TRY_VOID(expect_none(path));  // another process may have made one in the meantime
  ModelStore store(path, kind, description);
  std::vector<fs::path> written_beside;
  const auto write_all = [&]() -> Result<> {
    for (const auto& [name, text] : beside) {
      if (!fs::exists(path / name, error)) written_beside.emplace_back(name);
      TRY_VOID(write_text(path / name, text));
    }
    TRY_VOID(store.save(generation));
    return write_description(path, description);
  };
  if (auto written = write_all(); !written) {
    // That the making failed is what is told.
    if (new_folder)
      (void)remove_model_files(path);
    else
      take_back(path, written_beside);
    return Failure(std::move(written).error());
  }
  return store;
}

Result<ModelStore> ModelStore::open(const fs::path& path, const ModelKind& kind) {
  if (!exists(path))
    return fail_with_hint(Code::not_found, fmt::format("There is no model in {}", path.string()),
                          "Train one first: " + kind.train_command);
  auto description = read_description(path, kind);
  if (description) return ModelStore(path, kind, *std::move(description));
  if (!tells_of_damage(description.error()))
    return Failure(unreadable(std::move(description).error(), path / description_name));
  const auto notes = read_notes(path);
  for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
    auto kept = kind.read(note->model, note_file(path, note->entry).string());
    if (!kept) continue;
    ModelStore store(path, kind, *std::move(kept));
    store.lost_ = true;
    store.recovered_ = fmt::format("{}; the options are those of iteration {}", to_sentence(description.error()),
                                   note->entry.iteration);
    return store;
  }
  return fail_with_hint(description.error().code, description.error().message,
                        "Restore it from a backup; the weights beside it are untouched.");
}

Result<> ModelStore::commit_description() {
  const auto changes = changes_between(on_disk_, description_, trained_iterations(path_));
  if (description_ == on_disk_ && !lost_) return {};
  TRY_VOID(write_description(path_, description_));
  on_disk_ = description_;
  lost_ = false;
  return add_to_history(path_, changes);
}

Result<LoadedGeneration> ModelStore::load_entry(const GenerationEntry& entry, bool with_optimizer) const {
  LoadedGeneration loaded;
  loaded.iteration = entry.iteration;
  loaded.batches = entry.batches;
  loaded.seconds = entry.seconds;
  const auto read = [&](const GenerationFile& file) -> Result<std::map<std::string, Tensor>> {
    auto tensors = read_safetensors(path_ / file.name, file.checksum);
    if (tensors || tells_of_damage(tensors.error())) return tensors;
    return Failure(unreadable(std::move(tensors).error(), path_ / file.name));
  };
  TRY(loaded.weights, read(entry.weights));
  if (with_optimizer) {
    TRY(loaded.optimizer, read(entry.optimizer));
  }
  TRY(auto history, read(entry.history));
  const auto it = history.find("losses");
  if (it == history.end() || it->second.dim() != 2 || it->second.size(1) != kind_->loss_count)
    return fail(Code::bad_file, "{} holds no loss history", (path_ / entry.history.name).string());
  loaded.losses = it->second;
  // What the model was when it was saved, by the generation's note.
  const auto notes = read_notes(path_);
  const auto note = std::ranges::find_if(notes, [&](const auto& n) { return n.entry == entry; });
  if (note == notes.end()) return loaded;
  if (auto before = kind_->read(note->model, note_file(path_, entry).string())) loaded.saved_as = *before;
  return loaded;
}

Result<> ModelStore::save(const Generation& generation, int keep) {
  TRY(auto usable, usable_list(path_));
  // Also those of which only notes tell: where the list belongs elsewhere, they are all that is whole.
  const auto before = loadable(path_, usable);
  auto& list = usable.entries;
  GenerationEntry entry{generation.iteration, generation.batches, generation.seconds, 1, {}, {}, {}};
  for (const auto& e : before) entry.save = std::max(entry.save, e.save + 1);
  // What load() found damaged does not count as one of those to keep.
  std::erase_if(list, [&](const GenerationEntry& e) {
    return e.iteration >= generation.iteration || std::ranges::find(damaged_, e.weights.name) != damaged_.end();
  });
  auto write = [&](GenerationFile& file, std::string_view kind, const std::vector<NamedTensor>& tensors) -> Result<> {
    file.name = free_name(kind, entry, before);
    TRY(file.checksum, write_safetensors(path_ / file.name, tensors));
    return {};
  };
  auto write_all = [&]() -> Result<> {
    TRY_VOID(write(entry.weights, "weights", generation.weights));
    TRY_VOID(write(entry.optimizer, "optimizer", generation.optimizer));
    TRY_VOID(write(entry.history, "history", {{"losses", generation.losses}}));
    TRY_VOID(write_note(path_, {entry, description_}, before));
    list.push_back(entry);
    if (static_cast<int>(list.size()) > keep) list.erase(list.begin(), list.end() - keep);
    return write_list(path_, list);  // from here on the generation is the newest
  };
  if (auto written = write_all(); !written) {
    remove_generation(path_, entry);
    return written;
  }
  damaged_.clear();
  remove_unlisted(path_, list);
  return {};
}

Result<std::optional<LoadedGeneration>> ModelStore::load(bool with_optimizer,
                                                         std::vector<std::string>& warnings) const {
  TRY(const auto usable, usable_list(path_));
  if (!recovered_.empty()) warnings.push_back(std::exchange(recovered_, {}));
  if (usable.from_notes) {
    warnings.push_back(fmt::format("{} is damaged or gone; the generations' own notes are used",
                                   (path_ / "generations.json").string()));
  }
  const auto entries = loadable(path_, usable);
  if (entries.empty()) return std::optional<LoadedGeneration>{};
  for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
    auto loaded = load_entry(*it, with_optimizer);
    if (loaded) return std::optional<LoadedGeneration>{*std::move(loaded)};
    if (!tells_of_damage(loaded.error())) return Failure(loaded.error());
    warnings.push_back(
        fmt::format("Iteration {} of the model cannot be used: {}", it->iteration, to_sentence(loaded.error())));
    damaged_.push_back(it->weights.name);
  }
  std::error_code error;
  const bool backed_up = fs::exists(path_ / "backups" / "01", error);
  return fail_with_hint(
      Code::bad_file, fmt::format("No saved generation of {} is whole: {}", path_.string(), warnings.back()),
      backed_up ? kind_->restore_hint(path_)
                : "Restore its files from a backup, or train under another --model name; nothing was changed.");
}

Result<std::vector<std::int64_t>> ModelStore::generations() const {
  TRY(const auto usable, usable_list(path_));
  std::vector<std::int64_t> iterations;
  for (const auto& e : usable.entries) iterations.push_back(e.iteration);
  return iterations;
}

}  // namespace understudy
