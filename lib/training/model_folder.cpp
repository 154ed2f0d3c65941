// SPDX-License-Identifier: Apache-2.0
#include "lib/training/model_folder.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/text.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr const char* description_name = "model.json";
constexpr const char* list_name = "generations.json";

struct FileEntry {
  std::string name;
  std::uint64_t checksum = 0;
};
struct ListEntry {
  std::int64_t iteration = 0, batches = 0;
  double seconds = 0;
  FileEntry weights, optimizer, history;
};

json to_json(const FileEntry& f) { return {{"file", f.name}, {"xxh3", fmt::format("{:016x}", f.checksum)}}; }
json to_json(const ListEntry& e) {
  return {{"iteration", e.iteration},
          {"batches", e.batches},
          {"seconds", e.seconds},
          {"weights", to_json(e.weights)},
          {"optimizer", to_json(e.optimizer)},
          {"history", to_json(e.history)}};
}

// Names come from a file: they must be plain names, never a way out of the folder.
std::optional<FileEntry> file_from(const json& j) {
  if (!j.is_object() || !j.contains("file") || !j["file"].is_string() || !j.contains("xxh3") || !j["xxh3"].is_string())
    return {};
  FileEntry f{j["file"].get<std::string>(), 0};
  const auto digits = j["xxh3"].get<std::string>();
  if (f.name.empty() || fs::path(f.name).filename() != f.name || digits.size() != 16 ||
      digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return {};
  }
  f.checksum = std::stoull(digits, nullptr, 16);
  return f;
}

Result<std::vector<ListEntry>> read_list(const fs::path& folder) {
  const fs::path path = folder / list_name;
  std::error_code error;
  if (!fs::exists(path, error)) return std::vector<ListEntry>{};
  TRY(const auto text, read_text(path, 1 << 20));
  const json j = json::parse(text, nullptr, false);
  auto damaged = [&] {
    return fail_with_hint(Code::bad_file, fmt::format("{} is damaged", path.string()),
                          "Restore it from a backup; the weights beside it are untouched.");
  };
  if (!j.is_object() || !j.contains("generations") || !j["generations"].is_array()) return damaged();
  std::vector<ListEntry> list;
  for (const auto& g : j["generations"]) {
    if (!g.is_object()) return damaged();
    const auto weights = file_from(g.value("weights", json())), optimizer = file_from(g.value("optimizer", json())),
               history = file_from(g.value("history", json()));
    if (!weights || !optimizer || !history || !g.contains("iteration") || !g["iteration"].is_number_integer() ||
        !g.contains("batches") || !g["batches"].is_number_integer()) {
      return damaged();
    }
    const double seconds = g.contains("seconds") && g["seconds"].is_number() ? g["seconds"].get<double>() : 0;
    list.push_back({g["iteration"].get<std::int64_t>(), g["batches"].get<std::int64_t>(), seconds, *weights, *optimizer,
                    *history});
  }
  return list;
}

Result<> write_list(const fs::path& folder, const std::vector<ListEntry>& list) {
  json generations = json::array();
  for (const auto& e : list) generations.push_back(to_json(e));
  return write_text(
      folder / list_name,
      json{{"format", "understudy.generations"}, {"version", 1}, {"generations", generations}}.dump(1) + "\n");
}

// Files of generations that the list no longer names, and what a killed save left.
void remove_unlisted(const fs::path& folder, const std::vector<ListEntry>& list) {
  remove_temporaries(folder);
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (it->path().extension() != ".safetensors") continue;
    const bool listed = std::any_of(list.begin(), list.end(), [&](const ListEntry& e) {
      return e.weights.name == name || e.optimizer.name == name || e.history.name == name;
    });
    std::error_code ignored;
    if (!listed) fs::remove(it->path(), ignored);
  }
}

Result<LoadedGeneration> load_entry(const fs::path& folder, const ListEntry& entry, bool with_optimizer) {
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

}  // namespace

bool ModelFolder::exists(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / description_name, error);
}

Result<ModelFolder> ModelFolder::create(const fs::path& path, const ModelDescription& description) {
  if (exists(path))
    return fail_with_hint(Code::bad_option, fmt::format("There is a model in {} already", path.string()),
                          "Choose another name with --model.");
  TRY_VOID(make_folders(path));
  TRY_VOID(write_text(path / description_name, understudy::to_json(description).dump(1) + "\n"));
  return ModelFolder(path, description);
}

Result<ModelFolder> ModelFolder::open(const fs::path& path) {
  const fs::path file = path / description_name;
  if (!exists(path))
    return fail_with_hint(Code::not_found, fmt::format("There is no model in {}", path.string()),
                          "Train one first: understudy train saehd");
  TRY(const auto text, read_text(file, 1 << 20));
  TRY(auto description, description_from_json(json::parse(text, nullptr, false), file.string()));
  return ModelFolder(path, std::move(description));
}

Result<> ModelFolder::change_description(const ModelDescription& description) {
  TRY_VOID(write_text(path_ / description_name, understudy::to_json(description).dump(1) + "\n"));
  description_ = description;
  return {};
}

Result<> ModelFolder::save(const Generation& generation, int keep) {
  TRY(auto list, read_list(path_));
  std::erase_if(list, [&](const ListEntry& e) { return e.iteration >= generation.iteration; });
  ListEntry entry{generation.iteration, generation.batches, generation.seconds, {}, {}, {}};
  auto write = [&](FileEntry& file, std::string_view kind, const std::vector<NamedTensor>& tensors) -> Result<> {
    file.name = fmt::format("{}-{}.safetensors", kind, generation.iteration);
    TRY(file.checksum, write_safetensors(path_ / file.name, tensors));
    return {};
  };
  TRY_VOID(write(entry.weights, "weights", generation.weights));
  TRY_VOID(write(entry.optimizer, "optimizer", generation.optimizer));
  TRY_VOID(write(entry.history, "history", {{"losses", generation.losses}}));
  list.push_back(entry);
  if (static_cast<int>(list.size()) > keep) list.erase(list.begin(), list.end() - keep);
  TRY_VOID(write_list(path_, list));  // from here on the generation is the newest
  remove_unlisted(path_, list);
  return {};
}

Result<std::optional<LoadedGeneration>> ModelFolder::load(bool with_optimizer,
                                                          std::vector<std::string>& warnings) const {
  TRY(const auto list, read_list(path_));
  if (list.empty()) return std::optional<LoadedGeneration>{};
  for (auto it = list.rbegin(); it != list.rend(); ++it) {
    auto loaded = load_entry(path_, *it, with_optimizer);
    if (loaded) return std::optional<LoadedGeneration>{*std::move(loaded)};
    warnings.push_back(
        fmt::format("Iteration {} of the model cannot be used: {}", it->iteration, to_sentence(loaded.error())));
  }
  return fail_with_hint(Code::bad_file,
                        fmt::format("No saved generation of {} is whole: {}", path_.string(), warnings.back()),
                        "Restore its files from a backup, or train under another --model name; nothing was changed.");
}

Result<std::vector<std::int64_t>> ModelFolder::generations() const {
  TRY(const auto list, read_list(path_));
  std::vector<std::int64_t> iterations;
  for (const auto& e : list) iterations.push_back(e.iteration);
  return iterations;
}

double trained_seconds(const fs::path& model) {
  const auto list = read_list(model);
  return list && !list->empty() ? list->back().seconds : 0.0;
}

std::int64_t trained_iterations(const fs::path& model) {
  const auto list = read_list(model);
  return list && !list->empty() ? list->back().iteration : 0;
}

Result<fs::path> find_model(const fs::path& models, const std::string& name) {
  std::vector<fs::path> found;
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(models, error), end; !error && it != end; it.increment(error)) {
    if (!ModelFolder::exists(it->path())) continue;
    found.push_back(it->path());
    names.push_back(it->path().filename().string());
  }
  if (!name.empty()) {
    if (ModelFolder::exists(models / name)) return models / name;
    return fail_with_hint(Code::not_found, fmt::format("There is no model '{}' in {}", name, models.string()),
                          did_you_mean(name, names));
  }
  if (found.empty())
    return fail_with_hint(Code::not_found, fmt::format("There is no model in {}", models.string()),
                          "Train one first: understudy train saehd");
  auto newest = [&](const fs::path& p) {
    std::error_code ignored;
    const auto t = fs::last_write_time(p / list_name, ignored);
    return ignored ? fs::last_write_time(p / description_name, ignored) : t;
  };
  return *std::max_element(found.begin(), found.end(),
                           [&](const fs::path& a, const fs::path& b) { return newest(a) < newest(b); });
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
