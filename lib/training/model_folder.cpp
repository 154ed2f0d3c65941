// SPDX-License-Identifier: Apache-2.0
#include "lib/training/model_folder.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "lib/training/generation_list.hpp"
#include "lib/training/grow.hpp"
#include "lib/training/model_files.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr const char* description_name = "model.json";

Result<> write_description(const fs::path& folder, const ModelDescription& description) {
  return write_text(folder / description_name, sealed(to_json(description)));
}

Result<ModelDescription> read_description(const fs::path& folder) {
  const fs::path file = folder / description_name;
  TRY(const auto text, read_text(file, 1 << 20));
  const auto j = unsealed(text);
  if (!j) return fail(Code::bad_file, "{} is damaged", file.string());
  return description_from_json(*j, file.string());
}

Result<LoadedGeneration> load_entry(const fs::path& folder, const GenerationEntry& entry, bool with_optimizer) {
  LoadedGeneration loaded;
  loaded.iteration = entry.iteration;
  loaded.batches = entry.batches;
  loaded.seconds = entry.seconds;
  TRY(loaded.weights, read_safetensors(folder / entry.weights.name, entry.weights.checksum));
  if (with_optimizer) {
    TRY(loaded.optimizer, read_safetensors(folder / entry.optimizer.name, entry.optimizer.checksum));
  }
  TRY(auto history, read_safetensors(folder / entry.history.name, entry.history.checksum));
  if (const auto it = history.find("losses"); it != history.end() && it->second.dim() == 2 && it->second.size(1) == 2)
    loaded.losses = it->second;
  else
    return fail(Code::bad_file, "{} holds no loss history", (folder / entry.history.name).string());
  return loaded;
}

// What the model was when it was saved, by the generation's note.
std::optional<ModelDescription> description_at(const fs::path& folder, const GenerationEntry& entry) {
  const auto notes = read_notes(folder);
  const auto note = std::ranges::find_if(notes, [&](const auto& n) { return n.entry == entry; });
  if (note == notes.end()) return {};
  auto before = description_from_json(note->model, (folder / note_name(entry.iteration)).string());
  if (!before) return {};
  return *std::move(before);
}

// The generation as a model of that description has it.
Result<> grow_to(const ModelDescription& model, LoadedGeneration& loaded) {
  const auto& before = loaded.saved_as;
  if (!before || !is_growth(*before, model)) return {};
  TRY(const auto from, spec_of(*before));
  TRY(const auto to, spec_of(model));
  const CropMap map = crop_map(before->face_type(), model.face_type());
  // The optimiser's slots are maps over the crop as the weights are.
  for (auto* tensors : {&loaded.weights, &loaded.optimizer}) {
    for (auto& [name, tensor] : *tensors) tensor = grown(name, tensor, from, to, map);
  }
  loaded.grown_from = from.shape.resolution;
  return {};
}

// A name that no listed generation uses, so that a kill while an iteration is saved again leaves its first save whole.
std::string free_name(std::string_view kind, const GenerationEntry& entry, const std::vector<GenerationEntry>& list) {
  const auto name = fmt::format("{}-{}.safetensors", kind, entry.iteration);
  const bool taken = std::ranges::any_of(list, [&](const GenerationEntry& e) {
    return e.weights.name == name || e.optimizer.name == name || e.history.name == name;
  });
  return taken ? fmt::format("{}-{}-{}.safetensors", kind, entry.iteration, entry.save) : name;
}

}  // namespace

bool ModelFolder::exists(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / description_name, error) || fs::exists(folder / "generations.json", error) ||
         !read_notes(folder).empty();
}

Result<ModelFolder> ModelFolder::create(const fs::path& path, const ModelDescription& description) {
  if (exists(path))
    return fail_with_hint(Code::bad_option, fmt::format("There is a model in {} already", path.string()),
                          "Choose another name with --model.");
  TRY_VOID(make_folders(path));
  TRY_VOID(write_description(path, description));
  return ModelFolder(path, description);
}

Result<ModelFolder> ModelFolder::open(const fs::path& path) {
  if (!exists(path))
    return fail_with_hint(Code::not_found, fmt::format("There is no model in {}", path.string()),
                          "Train one first: understudy train saehd");
  auto description = read_description(path);
  if (description) return ModelFolder(path, *std::move(description));
  if (description.error().code == Code::newer_version) return Failure(description.error());
  const auto notes = read_notes(path);
  for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
    auto kept = description_from_json(note->model, (path / note_name(note->entry.iteration)).string());
    if (!kept) continue;
    ModelFolder folder(path, *std::move(kept));
    folder.lost_ = true;
    folder.recovered_ = fmt::format("{}; the options are those of iteration {}", to_sentence(description.error()),
                                    note->entry.iteration);
    return folder;
  }
  return fail_with_hint(description.error().code, description.error().message,
                        "Restore it from a backup; the weights beside it are untouched.");
}

Result<> ModelFolder::commit_description() {
  const auto changes = changes_between(on_disk_, description_, trained_iterations(path_));
  if (changes.empty() && !lost_) return {};
  TRY_VOID(write_description(path_, description_));
  on_disk_ = description_;
  lost_ = false;
  return add_to_history(path_, changes);
}

Result<> ModelFolder::change_description(const ModelDescription& description) {
  ModelDescription wanted = description;  // which may be our own
  const auto before = std::exchange(description_, std::move(wanted));
  auto written = commit_description();
  if (!written) description_ = before;
  return written;
}

Result<> ModelFolder::save(const Generation& generation, int keep) {
  TRY(auto usable, usable_list(path_));
  const auto before = usable.entries;
  auto& list = usable.entries;
  GenerationEntry entry{generation.iteration, generation.batches, generation.seconds, 1, {}, {}, {}};
  for (const auto& e : list) entry.save = std::max(entry.save, e.save + 1);
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
    TRY_VOID(write_note(path_, {entry, to_json(description_)}));
    list.push_back(entry);
    if (static_cast<int>(list.size()) > keep) list.erase(list.begin(), list.end() - keep);
    return write_list(path_, list);  // from here on the generation is the newest
  };
  if (auto written = write_all(); !written) {
    remove_unlisted(path_, before);
    return written;
  }
  damaged_.clear();
  remove_unlisted(path_, list);
  return {};
}

Result<std::optional<LoadedGeneration>> ModelFolder::load(bool with_optimizer,
                                                          std::vector<std::string>& warnings) const {
  TRY(auto usable, usable_list(path_));
  if (!recovered_.empty()) warnings.push_back(std::exchange(recovered_, {}));
  if (usable.from_notes) {
    warnings.push_back(fmt::format("{} is damaged or gone; the generations' own notes are used",
                                   (path_ / "generations.json").string()));
  }
  auto& entries = usable.entries;
  if (entries.empty()) return std::optional<LoadedGeneration>{};
  // A list that belongs elsewhere names nothing that is here: then the notes are asked after it.
  if (!usable.from_notes) {
    std::vector<GenerationEntry> unlisted;
    for (auto& note : read_notes(path_)) {
      if (std::ranges::find(entries, note.entry) == entries.end()) unlisted.push_back(std::move(note.entry));
    }
    entries.insert(entries.begin(), unlisted.begin(), unlisted.end());
  }
  for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
    auto loaded = load_entry(path_, *it, with_optimizer);
    if (loaded) {
      loaded->saved_as = description_at(path_, *it);
      TRY_VOID(grow_to(description_, *loaded));
      return std::optional<LoadedGeneration>{*std::move(loaded)};
    }
    warnings.push_back(
        fmt::format("Iteration {} of the model cannot be used: {}", it->iteration, to_sentence(loaded.error())));
    damaged_.push_back(it->weights.name);
  }
  std::error_code error;
  const bool backed_up = fs::exists(path_ / "backups" / "01", error);
  return fail_with_hint(
      Code::bad_file, fmt::format("No saved generation of {} is whole: {}", path_.string(), warnings.back()),
      backed_up ? fmt::format("Nothing was changed. Its backup: understudy model duplicate --model {} --backup 1",
                              path_.filename().string())
                : "Restore its files from a backup, or train under another --model name; nothing was changed.");
}

Result<> ModelFolder::removed_unless(Result<> made) const {
  if (!made) (void)remove_model_files(path_);  // that the making failed is what is told
  return made;
}

Result<LoadedGeneration> ModelFolder::load_trained(bool with_optimizer, std::vector<std::string>& warnings) const {
  TRY(auto generation, load(with_optimizer, warnings));
  if (!generation) {
    return fail_with_hint(Code::not_found, fmt::format("The model in {} has not been trained yet", path_.string()),
                          "Train it first: understudy train");
  }
  return *std::move(generation);
}

Result<std::vector<std::int64_t>> ModelFolder::generations() const {
  TRY(const auto usable, usable_list(path_));
  std::vector<std::int64_t> iterations;
  for (const auto& e : usable.entries) iterations.push_back(e.iteration);
  return iterations;
}

Result<> load_weights(std::deque<Parameter>& parameters, const std::map<std::string, Tensor>& saved) {
  torch::NoGradGuard no_grad;
  for (auto& p : parameters) {
    const auto it = saved.find(p.name);
    if (it == saved.end()) return fail(Code::bad_file, "The saved model has no tensor '{}'", p.name);
    if (it->second.sizes() != p.master.sizes())
      return fail(Code::bad_file, "The saved tensor '{}' has another shape than the model's options ask for", p.name);
  }
  for (auto& p : parameters) p.master.copy_(saved.at(p.name));
  return {};
}

}  // namespace understudy
