// SPDX-License-Identifier: Apache-2.0
#include "lib/training/model_list.hpp"

#include <algorithm>

#include "lib/base/io_failure.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/model_files.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {
namespace {

using FileTime = fs::file_time_type;

FileTime saved_time(const fs::path& model) {
  for (const auto& path : {model / "generations.json", model / "model.json", model}) {
    std::error_code error;
    const auto time = fs::last_write_time(path, error);
    if (!error) return time;
  }
  return FileTime::clock::now();
}

std::vector<fs::path> model_folders(const fs::path& models) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(models, error), end; !error && it != end; it.increment(error)) {
    // An XSeg model is none that faces are swapped with.
    if (ModelFolder::exists(it->path()) && ModelStore::class_in(it->path()) != "xseg") found.push_back(it->path());
  }
  std::ranges::sort(found, [](const fs::path& a, const fs::path& b) {
    return std::pair(saved_time(b), a.string()) < std::pair(saved_time(a), b.string());
  });
  return found;
}

std::uint64_t bytes_in(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) bytes += it->file_size(ignored);
  }
  return bytes;
}

Result<fs::path> new_path(const fs::path& models, const std::string& name) {
  TRY_VOID(check_model_name(name));
  const fs::path path = models / name;
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error)))
    return fail_with_hint(Code::bad_option, fmt::format("There is {} already", path.string()), "Choose another name.");
  return path;
}

Result<> copy_into(const fs::path& from, const fs::path& to) {
  return write_through(to, [&](const fs::path& temporary) -> Result<> {
    std::error_code error;
    fs::copy_file(from, temporary, error);
    return error ? Result<>(io_failure("copy", from, error.value())) : Result<>{};
  });
}

// What says that there is a model comes last, so that a kill leaves none that looks whole and is not.
int copy_rank(const fs::path& file) {
  const auto name = file.filename().string();
  if (name == "model.json") return 3;
  if (name == "generations.json") return 2;
  return file.extension() == ".json" ? 1 : 0;
}

Result<> copy_files(const fs::path& from, const fs::path& to) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(from, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && !is_temporary(it->path()) && it->path().filename() != "lock")
      files.push_back(it->path());
  }
  if (error) return io_failure("list the folder", from, error.value());
  std::ranges::stable_sort(files, {}, copy_rank);
  for (const auto& file : files) TRY_VOID(copy_into(file, to / file.filename()));
  return {};
}

int backups_of(const fs::path& model) {
  int count = 0;
  std::error_code error;
  for (fs::directory_iterator it(model / "backups", error), end; !error && it != end; it.increment(error))
    count += ModelFolder::exists(it->path()) && !is_temporary(it->path());
  return count;
}

}  // namespace

Result<fs::path> named_path(const fs::path& models, const std::string& name) {
  // A folder that has a model may have come under any name.
  const bool one_name = name.find('/') == std::string::npos && name != "." && name != "..";
  if (one_name && ModelFolder::exists(models / name)) return models / name;
  TRY_VOID(check_model_name(name));
  return models / name;
}

Result<fs::path> find_model(const fs::path& models, const std::string& name) {
  const auto found = model_folders(models);
  if (!name.empty()) {
    TRY(const auto path, named_path(models, name));
    if (ModelFolder::exists(path)) return path;
    std::vector<std::string> names;
    for (const auto& model : found) names.push_back(model.filename().string());
    return fail_with_hint(Code::not_found, fmt::format("There is no model '{}' in {}", name, models.string()),
                          did_you_mean(name, names));
  }
  if (found.empty())
    return fail_with_hint(Code::not_found, fmt::format("There is no model in {}", models.string()),
                          "Train one first: understudy train saehd");
  return found.front();
}

Result<std::optional<fs::path>> newest_of_class(const fs::path& models, ModelClass model_class) {
  for (const auto& path : model_folders(models)) {
    const auto named = ModelStore::class_in(path);
    if (named == class_name(model_class)) return path;
    if (!named.empty()) continue;
    const auto opened = ModelFolder::open(path);
    if (opened && opened->description().model_class == model_class) return path;
    if (opened) continue;
    return fail_with_hint(opened.error().code,
                          fmt::format("The newest model cannot be told: {}", opened.error().message),
                          "Name the model that is meant with --model, or move the damaged one away.");
  }
  return std::optional<fs::path>{};
}

std::vector<ModelSummary> list_models(const fs::path& models, std::vector<std::string>& warnings) {
  std::vector<ModelSummary> list;
  for (const auto& path : model_folders(models)) {
    const auto folder = ModelFolder::open(path);
    if (!folder) {
      warnings.push_back(to_sentence(folder.error()));
      continue;
    }
    list.push_back({path, path.filename().string(), folder->description(), trained_iterations(path),
                    trained_seconds(path), bytes_in(path), backups_of(path), utc_text(saved_time(path))});
  }
  return list;
}

Result<> check_model_name(std::string_view name) {
  const bool plain = !name.empty() && name.size() <= 100 && name.front() != '.' &&
                     std::ranges::none_of(name, [](unsigned char c) { return c < 32 || c == '/' || c == '\\'; });
  if (plain) return {};
  const auto last = fs::path(name).filename().string();
  const bool is_path = name.find('/') != std::string_view::npos && check_model_name(last);
  return fail_with_hint(
      Code::bad_option, fmt::format("'{}' cannot be the name of a model", name),
      is_path ? fmt::format("A name is no path: a model lies in the workspace's model folder, as '{}'.", last)
              : "Use up to 100 letters, digits, spaces, dashes; no slash, and no dot in front.");
}

Result<> rename_model(const fs::path& model, const std::string& name) {
  TRY(const auto to, new_path(model.parent_path(), name));
  TRY(const auto lock, FileLock::take(model / "lock"));
  std::error_code error;
  fs::rename(model, to, error);
  if (error) return io_failure("rename", model, error.value());
  return sync_folder(model.parent_path());
}

Result<> delete_model(const fs::path& model) {
  TRY(const auto lock, FileLock::take(model / "lock"));
  TRY_VOID(remove_model_files(model));
  return sync_folder(model.parent_path());
}

Result<fs::path> duplicate_model(const fs::path& model, const std::string& name, int backup) {
  TRY(const auto to, new_path(model.parent_path(), name));
  const fs::path from = backup > 0 ? model / "backups" / fmt::format("{:02}", backup) : model;
  if (!ModelFolder::exists(from)) {
    return fail_with_hint(Code::not_found, fmt::format("There is no model in {}", from.string()),
                          fmt::format("It has {} backups.", backups_of(model)));
  }
  TRY(const auto lock, FileLock::take(model / "lock"));
  TRY_VOID(make_folders(to));
  if (auto copied = copy_files(from, to); !copied) {
    std::error_code ignored;
    fs::remove_all(to, ignored);
    return Failure(std::move(copied).error());
  }
  TRY_VOID(sync_folder(to.parent_path()));
  return to;
}

}  // namespace understudy
