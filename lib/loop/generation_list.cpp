// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/generation_list.hpp"

#include <xxhash.h>

#include <algorithm>
#include <memory>

#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/temporaries.hpp"
#include "lib/loop/model_files.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr const char* list_name = "generations.json";
constexpr std::uint64_t largest = 4 << 20;

std::string hex(std::uint64_t n) { return fmt::format("{:016x}", n); }

std::string checksum_of(const json& j) {
  const auto text = json_text(j);
  return hex(XXH3_64bits(text.data(), text.size()));
}

json to_json(const GenerationFile& f) { return {{"file", f.name}, {"xxh3", hex(f.checksum)}}; }
json to_json(const GenerationEntry& e) {
  return {{"iteration", e.iteration},      {"batches", e.batches},
          {"seconds", e.seconds},          {"save", e.save},
          {"weights", to_json(e.weights)}, {"optimizer", to_json(e.optimizer)},
          {"history", to_json(e.history)}};
}

// Names come from a file: they must be plain names, never a way out of the folder.
std::optional<GenerationFile> file_from(const json& j) {
  if (!j.is_object() || !j.contains("file") || !j["file"].is_string() || !j.contains("xxh3") || !j["xxh3"].is_string())
    return {};
  GenerationFile f{j["file"].get<std::string>(), 0};
  const auto digits = j["xxh3"].get<std::string>();
  if (f.name.empty() || fs::path(f.name).filename() != f.name || digits.size() != 16 ||
      digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return {};
  }
  f.checksum = std::stoull(digits, nullptr, 16);
  return f;
}

std::optional<GenerationEntry> entry_from(const json& g) {
  if (!g.is_object()) return {};
  auto whole = [&](const char* key) { return g.contains(key) && g[key].is_number_integer(); };
  const auto weights = file_from(g.value("weights", json())), optimizer = file_from(g.value("optimizer", json())),
             history = file_from(g.value("history", json()));
  if (!weights || !optimizer || !history || !whole("iteration") || !whole("batches")) return {};
  GenerationEntry e;
  e.iteration = g["iteration"].get<std::int64_t>();
  e.batches = g["batches"].get<std::int64_t>();
  e.seconds = g.contains("seconds") && g["seconds"].is_number() ? g["seconds"].get<double>() : 0;
  e.save = whole("save") ? g["save"].get<std::int64_t>() : 0;
  e.weights = *weights;
  e.optimizer = *optimizer;
  e.history = *history;
  return e;
}

std::string name_with_save(const GenerationEntry& e) {
  return fmt::format("generation-{}-{}.json", e.iteration, e.save);
}

bool is_note(const fs::path& path) { return is_note_file(path.filename().string()); }

std::optional<GenerationNote> read_note(const fs::path& path) {
  const auto text = read_text(path, largest);
  auto j = text ? unsealed(*text) : std::nullopt;
  // There never was a note without a checksum.
  if (!j || !j->is_object() || !j->contains("xxh3") || !j->contains("model")) return {};
  auto entry = entry_from(j->value("generation", json()));
  if (!entry) return {};
  const auto name = path.filename();
  if (name != note_name(entry->iteration) && name != name_with_save(*entry)) return {};
  return GenerationNote{*std::move(entry), (*j)["model"]};
}

}  // namespace

std::string sealed(json j) {
  j.erase("xxh3");
  const auto checksum = checksum_of(j);
  j["xxh3"] = checksum;
  return json_text(j, 1) + "\n";
}

std::optional<json> unsealed(const std::string& text) {
  json j = parse_json(text);
  if (!j.is_object()) return {};
  if (!j.contains("xxh3")) return j;
  json rest = j;
  rest.erase("xxh3");
  if (j["xxh3"] != checksum_of(rest)) return {};
  return j;
}

bool tells_of_damage(const Error& error) { return error.code == Code::bad_file || error.code == Code::not_found; }

Error unreadable(Error error, const fs::path& file) {
  if (!error.hint.empty()) return error;
  error.hint = is_generation_file(file.filename().string())
                   ? fmt::format(
                         "Nothing was changed. Look what keeps {} from being read. Once it is moved away, the "
                         "generation before it is the newest.",
                         file.string())
                   : fmt::format(
                         "Nothing was changed. Look what keeps {} from being read. Once it is moved away, the notes of "
                         "the generations tell what it says.",
                         file.string());
  return error;
}

Result<std::uint64_t> file_checksum(const fs::path& path) {
  struct Free {
    void operator()(XXH3_state_t* s) const { XXH3_freeState(s); }
  };
  constexpr std::uint64_t piece = 16 << 20;
  const std::unique_ptr<XXH3_state_t, Free> hash(XXH3_createState());
  XXH3_64bits_reset(hash.get());
  for (std::uint64_t at = 0;; at += piece) {
    TRY(const auto bytes, read_range(path, at, piece));
    XXH3_64bits_update(hash.get(), bytes.data(), bytes.size());
    if (bytes.size() < piece) return XXH3_64bits_digest(hash.get());
  }
}

std::string note_name(std::int64_t iteration) { return fmt::format("generation-{}.json", iteration); }

fs::path note_file(const fs::path& folder, const GenerationEntry& entry) {
  std::error_code error;
  const fs::path with_save = folder / name_with_save(entry);
  return fs::exists(with_save, error) ? with_save : folder / note_name(entry.iteration);
}

Result<std::vector<GenerationEntry>> read_list(const fs::path& folder) {
  const fs::path path = folder / list_name;
  const auto read = read_text(path, largest);
  if (!read && read.error().code == Code::not_found) return std::vector<GenerationEntry>{};
  TRY(const auto text, read);
  auto damaged = [&] {
    return fail_with_hint(Code::bad_file, fmt::format("{} is damaged", path.string()),
                          "Restore it from a backup; the weights beside it are untouched.");
  };
  const auto j = unsealed(text);
  if (!j || !j->contains("generations") || !(*j)["generations"].is_array()) return damaged();
  const json version = j->value("version", json(1));
  if (!version.is_number_integer()) return damaged();
  if (version.get<long long>() > formats::generations.version)
    return fail_with_hint(Code::newer_version, fmt::format("{} was written by a newer understudy", path.string()),
                          "Update understudy.");
  if (version.get<long long>() >= 2 && !j->contains("xxh3")) return damaged();
  std::vector<GenerationEntry> list;
  for (const auto& g : (*j)["generations"]) {
    auto entry = entry_from(g);
    if (!entry) return damaged();
    list.push_back(*std::move(entry));
  }
  return list;
}

Result<> write_list(const fs::path& folder, const std::vector<GenerationEntry>& list) {
  json generations = json::array();
  for (const auto& e : list) generations.push_back(to_json(e));
  return write_text(folder / list_name, sealed({{"format", formats::generations.name},
                                                {"version", formats::generations.version},
                                                {"generations", generations}}));
}

std::vector<GenerationNote> read_notes(const fs::path& folder) {
  std::vector<GenerationNote> notes;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!is_note(it->path())) continue;
    if (auto note = read_note(it->path())) notes.push_back(*std::move(note));
  }
  std::ranges::sort(notes, [](const GenerationNote& a, const GenerationNote& b) {
    return std::pair(a.entry.save, a.entry.iteration) < std::pair(b.entry.save, b.entry.iteration);
  });
  return notes;
}

Result<> write_note(const fs::path& folder, const GenerationNote& note, const std::vector<GenerationEntry>& listed) {
  const bool again = std::ranges::find(listed, note.entry.iteration, &GenerationEntry::iteration) != listed.end();
  return write_text(folder / (again ? name_with_save(note.entry) : note_name(note.entry.iteration)),
                    sealed({{"format", formats::generation.name},
                            {"version", formats::generation.version},
                            {"generation", to_json(note.entry)},
                            {"model", note.model}}));
}

Result<UsableList> usable_list(const fs::path& folder) {
  auto list = read_list(folder);
  if (list && !list->empty()) return UsableList{*std::move(list), false};
  if (!list && !tells_of_damage(list.error())) return Failure(unreadable(std::move(list).error(), folder / list_name));
  UsableList found{{}, true};
  for (auto& note : read_notes(folder)) found.entries.push_back(std::move(note.entry));
  if (found.entries.empty() && !list) return Failure(list.error());
  // A first save that was killed just before it wrote the list is whole, and nothing to be told.
  std::error_code error;
  const bool first_save =
      found.entries.size() == 1 && found.entries[0].save == 1 && !fs::exists(folder / list_name, error);
  found.from_notes = !found.entries.empty() && !first_save;
  return found;
}

std::vector<GenerationEntry> loadable(const fs::path& folder, const UsableList& list) {
  if (list.from_notes || list.entries.empty()) return list.entries;
  std::vector<GenerationEntry> all;
  for (auto& note : read_notes(folder)) {
    if (std::ranges::find(list.entries, note.entry) == list.entries.end()) all.push_back(std::move(note.entry));
  }
  all.insert(all.end(), list.entries.begin(), list.entries.end());
  return all;
}

void remove_unlisted(const fs::path& folder, const std::vector<GenerationEntry>& list) {
  remove_temporaries_of_others(folder);  // a preview may be being written
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (!is_generation_file(name) && !is_note(it->path())) continue;  // not ours
    const bool listed = std::ranges::any_of(list, [&](const GenerationEntry& e) {
      return e.weights.name == name || e.optimizer.name == name || e.history.name == name ||
             note_file(folder, e).filename() == name;
    });
    std::error_code ignored;
    if (!listed) fs::remove(it->path(), ignored);
  }
}

void remove_generation(const fs::path& folder, const GenerationEntry& entry) {
  std::error_code ignored;
  for (const auto& note : read_notes(folder)) {
    if (note.entry == entry) fs::remove(note_file(folder, entry), ignored);
  }
  for (const auto* file : {&entry.weights, &entry.optimizer, &entry.history}) {
    if (!file->name.empty()) fs::remove(folder / file->name, ignored);
  }
}

double trained_seconds(const fs::path& model) {
  const auto list = usable_list(model);
  return list && !list->entries.empty() ? list->entries.back().seconds : 0.0;
}

std::int64_t trained_iterations(const fs::path& model) {
  const auto list = usable_list(model);
  return list && !list->entries.empty() ? list->entries.back().iteration : 0;
}

}  // namespace understudy
