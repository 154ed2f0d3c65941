// SPDX-License-Identifier: Apache-2.0
#include "lib/catalogue/reader.hpp"

#include <cstring>
#include <map>
#include <unordered_map>

#include "lib/base/file_identity.hpp"
#include "lib/catalogue/folder_files.hpp"
#include "lib/catalogue/tables.hpp"

namespace understudy {

using catalogue::Tables;

namespace {

using Print = std::pair<std::int64_t, std::uint64_t>;
Print print_of(const CatalogueEntry& entry) { return {entry.time, entry.bytes}; }

}  // namespace

struct CatalogueReader::Parts {
  fs::path database, root;
  std::uint64_t file = 0;
  Tables tables;
};

CatalogueReader::CatalogueReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
CatalogueReader::~CatalogueReader() = default;
CatalogueReader::CatalogueReader(CatalogueReader&&) noexcept = default;
CatalogueReader& CatalogueReader::operator=(CatalogueReader&&) noexcept = default;

Result<CatalogueReader> CatalogueReader::open(const fs::path& database, const fs::path& root) {
  const auto file = file_identity(database);
  if (file == 0) return fail(Code::not_found, "There is no catalogue {}", database.string());
  TRY(auto tables, Tables::open_to_read(database));
  return CatalogueReader(std::make_unique<Parts>(database, root, file, std::move(tables)));
}

Result<std::int64_t> CatalogueReader::version() { return parts_->tables.version(); }
bool CatalogueReader::still_there() const { return file_identity(parts_->database) == parts_->file; }

Result<std::vector<CatalogueEntry>> CatalogueReader::of_folder(const fs::path& folder) {
  return parts_->tables.of_folder(catalogue::key_of(folder, parts_->root));
}
Result<std::vector<CatalogueEntry>> CatalogueReader::aside() { return parts_->tables.of_folder(""); }

Result<std::optional<Blocks>> CatalogueReader::blocks(std::int64_t id) {
  std::optional<Blocks> blocks;
  TRY_VOID(parts_->tables.read(Tables::Blob::blocks, id, [&](std::span<const std::uint8_t> bytes) {
    if (bytes.size() == sizeof(Blocks)) std::memcpy(blocks.emplace().data(), bytes.data(), bytes.size());
  }));
  return blocks;
}

Result<std::vector<CatalogueEntry>> faces_now(const fs::path& folder, std::vector<CatalogueEntry> known,
                                              std::vector<CatalogueEntry> aside) {
  TRY(auto files, catalogue::files_of(folder));
  std::unordered_map<std::string_view, CatalogueEntry*> by_name;
  by_name.reserve(known.size());
  for (auto& entry : known) by_name.emplace(entry.name, &entry);
  std::vector<CatalogueEntry*> row_of(files.size());
  std::vector<bool> found(known.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto row = by_name.find(files[i].name);
    if (row == by_name.end() || !catalogue::same_file(*row->second, files[i])) continue;
    row_of[i] = row->second;
    found[static_cast<std::size_t>(row->second - known.data())] = true;
  }
  // Renamed, by a sort perhaps, or back from elsewhere: by time and size alone, for whoever measures reads the file's
  // beginning too, which here would be a read for each face. Two that are alike in these are not told apart.
  std::map<Print, std::pair<CatalogueEntry*, std::size_t>> rows;
  std::map<Print, std::size_t> bearers;
  const auto add = [&](CatalogueEntry& entry) {
    ++(rows.try_emplace(print_of(entry), &entry, 0).first->second.second);
  };
  for (std::size_t i = 0; i < known.size(); ++i)
    if (!found[i]) add(known[i]);
  for (auto& entry : aside) add(entry);
  for (std::size_t i = 0; i < files.size(); ++i)
    if (!row_of[i]) ++bearers[print_of(files[i])];
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (row_of[i]) continue;
    const auto row = rows.find(print_of(files[i]));
    if (row == rows.end() || row->second.second > 1 || bearers[print_of(files[i])] > 1) continue;
    row_of[i] = row->second.first;
  }
  for (std::size_t i = 0; i < files.size(); ++i)
    if (row_of[i]) catalogue::take_over(files[i], std::move(*row_of[i]));
  return files;
}

}  // namespace understudy
