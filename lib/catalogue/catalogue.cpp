// SPDX-License-Identifier: Apache-2.0
#include "lib/catalogue/catalogue.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "lib/base/limits.hpp"
#include "lib/base/path_text.hpp"
#include "lib/catalogue/folder_files.hpp"
#include "lib/catalogue/tables.hpp"
#include "lib/jobs/each.hpp"

namespace understudy {
namespace {

using catalogue::Tables;
constexpr std::uint64_t beginning = 32 * 1024;
constexpr std::size_t batch = 256;  // faces that a kill may cost

using catalogue::files_of;
using catalogue::key_of;
using catalogue::same_file;
using catalogue::take_over;

void remove_database(const fs::path& database) {
  for (const char* ending : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    fs::remove(fs::path(database.string() + ending), ignored);
  }
}

// The entry's own fields and everything else that is kept of it. The hash stays 0 when the file cannot even be read.
FaceMeasures measure(CatalogueEntry& e) {
  const auto file = read_file(e.path, largest_picture);
  if (file) e.hash = content_hash(e.bytes, *file);
  auto measured =
      file ? measure_face(*file, e.path.extension() == ".jpg") : Result<FaceMeasures>(Failure(file.error()));
  if (!measured) {
    e.problem = valid_text(to_sentence(measured.error()));
    return {};
  }
  e.state = measured->is_face ? FaceState::face : FaceState::picture;
  e.face_type = measured->face_type;
  e.source = measured->source;
  e.numbers = measured->numbers;
  return *std::move(measured);
}

Result<FaceMeasures> measure_again(CatalogueEntry entry) {
  entry.problem.clear();
  auto measures = measure(entry);
  if (!entry.problem.empty()) return fail(Code::bad_file, "{}", entry.problem);
  return measures;
}

}  // namespace

std::uint64_t content_hash(std::uint64_t size, std::span<const std::uint8_t> bytes) {
  return XXH64(bytes.data(), std::min<std::size_t>(bytes.size(), beginning), size);
}

struct Catalogue::Parts {
  fs::path database, root;
  Tables tables;
  std::mutex mutex;

  Parts(fs::path d, fs::path r, Tables t) : database(std::move(d)), root(std::move(r)), tables(std::move(t)) {}

  // Anew, after damage.
  Result<> rebuild() {
    tables = Tables();
    remove_database(database);
    TRY(tables, Tables::open(database));
    return {};
  }

  Result<std::vector<std::size_t>> match(std::vector<CatalogueEntry>& files, const std::string& folder, SyncReport&);
  Result<> follow(std::vector<CatalogueEntry>& files, std::vector<std::size_t>& missing, const std::string& folder,
                  SyncReport&);
  Result<> measure_all(std::vector<CatalogueEntry>& files, const std::vector<std::size_t>& missing,
                       const std::string& folder, int threads, Run&, SyncReport&);
  Result<std::vector<CatalogueEntry>> sync(const fs::path& folder, int threads, Run&, SyncReport&);
};

Catalogue::Catalogue(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Catalogue::~Catalogue() = default;
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;

Result<Catalogue> Catalogue::open(const fs::path& database, const fs::path& root, Run& run) {
  const auto folder_made = database.has_parent_path() ? make_folders(database.parent_path()) : Result<>();
  auto tables = folder_made ? Tables::open(database) : Result<Tables>(Failure(folder_made.error()));
  bool rebuilt = false;
  if (!tables && tables.error().code == Code::bad_file) {
    run.note(to_sentence(tables.error()) + "; it is built anew");
    rebuilt = true;
    remove_database(database);
    tables = Tables::open(database);
  }
  if (!tables && tables.error().code == Code::io) {
    run.warn(fmt::format("{}; what is measured now is not kept", to_sentence(tables.error())));
    tables = Tables::open({});
  }
  if (!tables) return Failure(std::move(tables).error());
  Catalogue catalogue(std::make_unique<Parts>(database, root, *std::move(tables)));
  catalogue.report_.rebuilt = rebuilt;
  return catalogue;
}

// Gives the files that are known by name, size and time what is known of them; returns the others. Rows of this folder
// that fit no file are set aside.
Result<std::vector<std::size_t>> Catalogue::Parts::match(std::vector<CatalogueEntry>& files, const std::string& folder,
                                                         SyncReport& report) {
  TRY(auto rows, tables.of_folder(folder));
  std::unordered_map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < files.size(); ++i) by_name.emplace(files[i].name, i);
  std::vector<char> found(files.size());
  std::vector<std::int64_t> stray;
  std::vector<std::pair<std::size_t, std::size_t>> fits;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto file = by_name.find(rows[r].name);
    if (file != by_name.end() && same_file(files[file->second], rows[r])) {
      found[file->second] = true;
      fits.emplace_back(file->second, r);
    } else {
      stray.push_back(rows[r].id);
      ++report.vanished;
    }
  }
  for (const auto& [file, row] : fits) take_over(files[file], std::move(rows[row]));
  if (!stray.empty()) {
    TRY_VOID(tables.in_one_transaction([&]() -> Result<> {
      for (const auto id : stray) TRY_VOID(tables.set_aside(id));
      return {};
    }));
  }
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < files.size(); ++i)
    if (!found[i]) missing.push_back(i);
  return missing;
}

// Finds files that were renamed or came from elsewhere among the rows set aside.
Result<> Catalogue::Parts::follow(std::vector<CatalogueEntry>& files, std::vector<std::size_t>& missing,
                                  const std::string& folder, SyncReport& report) {
  if (missing.empty()) return {};
  TRY(auto aside, tables.of_folder(""));
  std::unordered_multimap<std::uint64_t, CatalogueEntry*> by_hash;
  std::unordered_multimap<std::int64_t, const CatalogueEntry*> by_time;
  for (auto& row : aside) {
    by_hash.emplace(row.hash, &row);
    by_time.emplace(row.time, &row);
  }
  std::vector<std::size_t> left, found;
  for (const auto i : missing) {
    CatalogueEntry& file = files[i];
    CatalogueEntry* known = nullptr;
    if (by_time.contains(file.time)) {  // else it is not worth reading
      const auto head = read_range(file.path, 0, beginning);
      const auto [first, last] = by_hash.equal_range(head ? content_hash(file.bytes, *head) : 0);
      const auto fit = std::find_if(first, last, [&](const auto& row) { return same_file(*row.second, file); });
      if (fit != last) {
        known = fit->second;
        by_hash.erase(fit);
      }
    }
    if (known == nullptr) {
      left.push_back(i);
      continue;
    }
    take_over(file, std::move(*known));
    found.push_back(i);
  }
  missing = std::move(left);
  if (found.empty()) return {};
  TRY_VOID(tables.in_one_transaction([&]() -> Result<> {
    for (const auto i : found) TRY_VOID(tables.place(files[i].id, folder, files[i].name));
    return {};
  }));
  report.followed += found.size();
  report.vanished -= std::min(report.vanished, report.followed);
  return {};
}

Result<> Catalogue::Parts::measure_all(std::vector<CatalogueEntry>& files, const std::vector<std::size_t>& missing,
                                       const std::string& folder, int threads, Run& run, SyncReport& report) {
  if (missing.empty()) return {};
  run.stage("measure");
  // Whoever else writes into the catalogue waits only while a batch is written, not while it is measured.
  std::vector<std::pair<std::size_t, FaceMeasures>> measured;
  const auto write = [&]() -> Result<> {
    if (measured.empty()) return {};
    TRY_VOID(tables.in_one_transaction([&]() -> Result<> {
      for (const auto& [file, measures] : measured) TRY_VOID(tables.add(folder, files[file], measures));
      return {};
    }));
    report.measured += measured.size();
    measured.clear();
    return {};
  };
  const auto work = [&](std::size_t k, unsigned) -> Result<> {
    CatalogueEntry& file = files[missing[k]];
    FaceMeasures measures = measure(file);
    if (!file.problem.empty()) run.warn(fmt::format("{} cannot be read: {}", file.name, file.problem));
    if (file.hash == 0) return {};  // not even its bytes could be had; another time perhaps
    const std::lock_guard lock(mutex);
    measured.emplace_back(missing[k], std::move(measures));
    return measured.size() < batch ? Result<>() : write();
  };
  const auto outcome = for_each_index(missing.size(), threads, run, "faces", work);
  if (!outcome && outcome.error().code != Code::cancelled) return outcome;
  TRY_VOID(write());  // after a stop too
  return outcome;
}

Result<std::vector<CatalogueEntry>> Catalogue::Parts::sync(const fs::path& folder, int threads, Run& run,
                                                           SyncReport& report) {
  const auto key = key_of(folder, root);
  TRY(auto files, files_of(folder));
  report.files = files.size();
  TRY(auto missing, match(files, key, report));
  TRY_VOID(follow(files, missing, key, report));
  TRY_VOID(measure_all(files, missing, key, threads, run, report));
  // What lies in a trash folder, or was on its way while a sort was killed, is not to be measured again.
  TRY_VOID(tables.keep_aside(files.size() + 1000));
  report.unreadable = static_cast<std::size_t>(
      std::ranges::count(files, FaceState::unreadable, [](const CatalogueEntry& e) { return e.state; }));
  return files;
}

Result<std::vector<CatalogueEntry>> Catalogue::sync(const fs::path& folder, int threads, Run& run) {
  report_ = {.rebuilt = report_.rebuilt};
  auto files = parts_->sync(folder, threads, run, report_);
  if (files || files.error().code != Code::bad_file) return files;
  run.note(to_sentence(files.error()) + "; it is built anew");
  TRY_VOID(parts_->rebuild());
  report_ = {.rebuilt = true};
  return parts_->sync(folder, threads, run, report_);
}

Result<Histograms> Catalogue::histograms(const CatalogueEntry& entry) {
  std::optional<Histograms> histograms;
  const std::lock_guard lock(parts_->mutex);
  const auto found = parts_->tables.read(Tables::Blob::histograms, entry.id,
                                         [&](std::span<const std::uint8_t> bytes) { histograms = unpacked(bytes); });
  if (found && histograms) return *std::move(histograms);
  TRY(const auto measures, measure_again(entry));
  return measures.histograms;
}

Result<Blocks> Catalogue::blocks(const CatalogueEntry& entry) {
  std::optional<Blocks> blocks;
  const std::lock_guard lock(parts_->mutex);
  const auto found = parts_->tables.read(Tables::Blob::blocks, entry.id, [&](std::span<const std::uint8_t> bytes) {
    if (bytes.size() == sizeof(Blocks)) std::memcpy(blocks.emplace().data(), bytes.data(), bytes.size());
  });
  if (found && blocks) return *blocks;
  TRY(const auto measures, measure_again(entry));
  return measures.blocks;
}

Result<std::vector<Catalogue::Embedding>> Catalogue::embeddings(const std::vector<CatalogueEntry>& entries,
                                                                const std::string& maker, const Embedder& embed,
                                                                int threads, Run& run) {
  auto& tables = parts_->tables;
  TRY_VOID(tables.set_embedder(maker));
  std::vector<Embedding> all(entries.size());
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].state != FaceState::face) continue;
    TRY_VOID(tables.read(Tables::Blob::embedding, entries[i].id, [&](std::span<const std::uint8_t> bytes) {
      all[i].resize(bytes.size() / sizeof(float));
      std::memcpy(all[i].data(), bytes.data(), all[i].size() * sizeof(float));
    }));
    if (all[i].empty()) missing.push_back(i);
  }
  if (missing.empty()) return all;
  run.stage("identify");
  const auto work = [&](std::size_t k, unsigned thread) -> Result<> {
    const auto& entry = entries[missing[k]];
    const auto face = read_face(entry.path);
    auto embedding = face ? embed(*face, thread) : Result<Embedding>(Failure(face.error()));
    if (!embedding) {
      run.warn(fmt::format("{}: {}", entry.name, to_sentence(embedding.error())));
      return {};
    }
    all[missing[k]] = *std::move(embedding);
    const std::span<const float> numbers = all[missing[k]];
    const std::lock_guard lock(parts_->mutex);
    return tables.write(Tables::Blob::embedding, entry.id,
                        {reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size_bytes()});
  };
  TRY_VOID(for_each_index(missing.size(), threads, run, "faces", work));
  return all;
}

Result<> Catalogue::keep_persons(const std::vector<CatalogueEntry>& entries) {
  if (entries.empty()) return {};
  return parts_->tables.in_one_transaction([&]() -> Result<> {
    for (const auto& entry : entries) TRY_VOID(parts_->tables.set_person(entry));
    return {};
  });
}

}  // namespace understudy
