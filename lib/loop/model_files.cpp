// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/model_files.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <vector>

namespace understudy {
namespace {

using IsOurs = std::function<bool(const fs::path&)>;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return c >= '0' && c <= '9'; });
}

// "120", or "120-3" with the number of its save.
bool is_iteration(std::string_view text) {
  const auto dash = text.find('-');
  return is_number(text.substr(0, dash)) && (dash == std::string_view::npos || is_number(text.substr(dash + 1)));
}

// What is left between a beginning and an ending; nothing when they are not there.
std::optional<std::string_view> between(std::string_view name, std::string_view begin, std::string_view end) {
  if (name.size() < begin.size() + end.size() || !name.starts_with(begin) || !name.ends_with(end)) return {};
  return name.substr(begin.size(), name.size() - begin.size() - end.size());
}

Result<> removed(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (error) return fail(Code::io, "Cannot delete {}: {}", file.string(), error.message());
  return {};
}

std::vector<fs::path> entries_of(const fs::path& folder, bool folders) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    const auto status = it->symlink_status(ignored);  // a link leads elsewhere: it is no file of ours
    if (folders ? fs::is_directory(status) : fs::is_regular_file(status)) found.push_back(it->path());
  }
  return found;
}

// Those files of the folder that are ours, and the folder when it is empty then.
Result<> clear(const fs::path& folder, const IsOurs& is_ours) {
  for (const auto& file : entries_of(folder, /*folders=*/false)) {
    if (is_temporary(file) || is_ours(file)) TRY_VOID(removed(file));
  }
  std::error_code not_empty;
  fs::remove(folder, not_empty);
  return {};
}

// Every picture with a generated face says so.
bool is_marked(const fs::path& file) {
  const auto bytes = read_text(file);
  return bytes && bytes->find("compositeWithTrainedAlgorithmicMedia") != std::string::npos;
}

bool is_model_file(const fs::path& file) {
  static constexpr std::array names{"history.jsonl", "notes.jsonl", "loss.csv",           "validation.csv",
                                    "dfl.json",      "preview.png", "preview_masked.png", "restore.json"};
  const auto name = file.filename().string();
  return is_generation_file(name) || std::ranges::find(names, name) != names.end();
}

bool is_history_picture(const fs::path& file) {
  const std::string name = file.filename().string();
  const auto number = between(name, "", ".jpg");
  return number && (is_number(*number) || *number == "_last");
}

}  // namespace

bool is_generation_file(std::string_view name) {
  for (const std::string_view kind : {"weights-", "optimizer-", "history-"}) {
    const auto numbers = between(name, kind, ".safetensors");
    if (numbers) return is_iteration(*numbers);
  }
  return false;
}

bool is_note_file(std::string_view name) {
  const auto numbers = between(name, "generation-", ".json");
  return numbers && is_iteration(*numbers);
}

Result<bool> remove_model_files(const fs::path& model) {
  TRY_VOID(removed(model / "generations.json"));
  for (const auto& file : entries_of(model, false)) {
    if (is_note_file(file.filename().string())) TRY_VOID(removed(file));
  }
  TRY_VOID(removed(model / "model.json"));
  for (const auto& slot : entries_of(model / "backups", true)) {
    const auto name = slot.filename().string();
    if (is_temporary(slot) || (name.size() == 2 && is_number(name))) TRY_VOID(remove_model_files(slot));
  }
  TRY_VOID(clear(model / "backups", [](const fs::path&) { return false; }));
  TRY_VOID(clear(model / "previews", is_marked));
  for (const auto& folder : entries_of(model / "history", true)) TRY_VOID(clear(folder, is_history_picture));
  TRY_VOID(clear(model / "history", [](const fs::path&) { return false; }));
  for (const auto& folder : entries_of(model / "shown", true)) TRY_VOID(clear(folder, is_history_picture));
  TRY_VOID(clear(model / "shown" / ".understudy", [](const fs::path& f) { return f.filename() == "made.jsonl"; }));
  TRY_VOID(clear(model / "shown", [](const fs::path&) { return false; }));
  TRY_VOID(clear(model / "tensorboard",
                 [](const fs::path& f) { return f.filename().string().starts_with("events.out.tfevents."); }));
  TRY_VOID(clear(model, is_model_file));
  std::error_code error;
  if (const auto rest = fs::directory_iterator(model, error); !error && rest != fs::directory_iterator()) {
    auto last = rest;
    if (last->path().filename() != "lock" || ++last != fs::directory_iterator()) return false;
    TRY_VOID(removed(model / "lock"));
    fs::remove(model, error);
  }
  return !fs::exists(model, error);
}

}  // namespace understudy
