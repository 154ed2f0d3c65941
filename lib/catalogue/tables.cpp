// SPDX-License-Identifier: Apache-2.0
#include "lib/catalogue/tables.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"

namespace understudy::catalogue {
namespace {

constexpr std::array blob_columns{"histograms", "blocks", "embedding"};

std::string number_columns(const char* separator_and_type) {
  std::string text;
  for (const auto& row : number_rows()) text += fmt::format(", {}{}", row.name, separator_and_type);
  return text;
}

std::string making() {
  return fmt::format(
      "BEGIN;"
      "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT);"
      "CREATE TABLE IF NOT EXISTS faces (id INTEGER PRIMARY KEY, folder TEXT NOT NULL, name TEXT NOT NULL, bytes "
      "INTEGER, "
      "time INTEGER, hash INTEGER, state INTEGER, problem TEXT, face_type TEXT, source TEXT, sum INTEGER{});"
      "CREATE UNIQUE INDEX IF NOT EXISTS place ON faces (folder, name);"
      "CREATE TABLE IF NOT EXISTS blobs (id INTEGER PRIMARY KEY, histograms BLOB, blocks BLOB, embedding BLOB);"
      "INSERT OR IGNORE INTO facts VALUES ('version', '{}');"
      "COMMIT;",
      number_columns(" REAL"), formats::catalogue.version);
}

// Of everything that a row says of its file, wherever that lies: tells damage that SQLite does not notice.
std::uint64_t checksum(const CatalogueEntry& e) {
  const std::string text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", e.bytes, e.time, e.hash, static_cast<int>(e.state),
                                       e.problem, e.face_type, e.source);
  std::uint64_t sum = XXH64(text.data(), text.size(), 0);
  for (const auto& row : number_rows()) {
    const double value = e.numbers.*row.member + 0.0;  // SQLite gives -0.0 back as 0.0
    sum = std::isnan(value) ? XXH64(nullptr, 0, sum) : XXH64(&value, sizeof value, sum);
  }
  return sum;
}

Bytes with_checksum(std::span<const std::uint8_t> bytes) {
  const std::uint64_t sum = XXH64(bytes.data(), bytes.size(), 0);
  Bytes out(bytes.begin(), bytes.end());
  out.insert(out.end(), reinterpret_cast<const std::uint8_t*>(&sum), reinterpret_cast<const std::uint8_t*>(&sum) + 8);
  return out;
}
// Nothing when the sum does not fit.
std::span<const std::uint8_t> checked(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 8) return {};
  const auto content = bytes.first(bytes.size() - 8);
  const std::uint64_t sum = XXH64(content.data(), content.size(), 0);
  return std::memcmp(&sum, bytes.data() + content.size(), 8) == 0 ? content : std::span<const std::uint8_t>();
}

// A statement that is left in the middle holds its view of the database, behind which the log of changes grows.
struct Ending {
  Statement& statement;
  ~Ending() { statement.reset(); }
};

CatalogueEntry entry_of(const Statement& row) {
  CatalogueEntry e;
  e.id = row.integer(0);
  e.name = path_of_text(row.text(1)).native();
  e.bytes = static_cast<std::uint64_t>(row.integer(2));
  e.time = row.integer(3);
  e.hash = static_cast<std::uint64_t>(row.integer(4));
  e.state = static_cast<FaceState>(std::clamp<std::int64_t>(row.integer(5), 0, 2));
  e.problem = row.text(6);
  e.face_type = row.text(7);
  e.source = path_of_text(row.text(8)).native();
  int column = 10;
  for (const auto& number : number_rows()) e.numbers.*number.member = row.number(column++);
  return e;
}

}  // namespace

Result<Tables> Tables::open(const fs::path& path) {
  Tables tables;
  TRY(tables.database_, Database::open(path));
  TRY_VOID(tables.database_.make_tables(making().c_str()));
  TRY_VOID(tables.check_version());
  return tables;
}

Result<Tables> Tables::open_to_read(const fs::path& path) {
  Tables tables;
  TRY(tables.database_, Database::open_to_read(path));
  TRY_VOID(tables.check_version());
  return tables;
}

Result<> Tables::check_version() {
  TRY(Statement found, database_.prepare("SELECT value FROM facts WHERE name = 'version'"));
  TRY(const bool any, found.step());
  if (!any || found.text(0) != std::to_string(formats::catalogue.version))
    return fail(Code::bad_file, "The catalogue is another version's");
  return {};
}

Result<std::int64_t> Tables::version() {
  TRY(Statement * asked, ready(version_, "PRAGMA data_version"));
  const Ending ending{*asked};
  TRY(const bool any, asked->step());
  return any ? asked->integer(0) : 0;
}

Result<Statement*> Tables::ready(std::optional<Statement>& statement, const std::string& command) {
  if (!statement) {
    TRY(statement, database_.prepare(command));
  }
  statement->reset();
  return &*statement;
}

Result<std::vector<CatalogueEntry>> Tables::of_folder(const std::string& folder) {
  const auto command = "SELECT id, name, bytes, time, hash, state, problem, face_type, source, sum" +
                       number_columns("") + " FROM faces WHERE folder = ? ORDER BY id";
  TRY(Statement * rows, ready(of_folder_, command));
  const Ending ending{*rows};
  rows->bind(0, std::string_view(folder));
  std::vector<CatalogueEntry> entries;
  while (true) {
    TRY(const bool more, rows->step());
    if (!more) break;
    auto entry = entry_of(*rows);
    if (static_cast<std::uint64_t>(rows->integer(9)) != checksum(entry))
      return fail(Code::bad_file, "The catalogue is damaged: a row does not fit its checksum");
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<> Tables::place(std::int64_t id, const std::string& folder, const std::string& name) {
  TRY(Statement * command, ready(place_, "UPDATE OR REPLACE faces SET folder = ?, name = ? WHERE id = ?"));
  return command->bind(0, std::string_view(folder)).bind(1, std::string_view(path_text(name))).bind(2, id).run();
}

Result<> Tables::set_aside(std::int64_t id) { return place(id, "", std::to_string(id)); }

Result<> Tables::keep_aside(std::size_t count) {
  const auto old = fmt::format("SELECT id FROM faces WHERE folder = '' ORDER BY id DESC LIMIT -1 OFFSET {}", count);
  TRY_VOID(database_.execute(fmt::format("DELETE FROM blobs WHERE id IN ({})", old).c_str()));
  return database_.execute(fmt::format("DELETE FROM faces WHERE id IN ({})", old).c_str());
}

Result<> Tables::add(const std::string& folder, CatalogueEntry& e, const FaceMeasures& measures) {
  std::string marks, anew;
  for (std::size_t i = 0; i < 10 + number_rows().size(); ++i) marks += ", ?";
  for (const auto& row : number_rows()) anew += fmt::format(", {0} = excluded.{0}", row.name);
  TRY(Statement * face,
      ready(add_face_, fmt::format("INSERT INTO faces (id, folder, name, bytes, time, hash, state, problem, face_type, "
                                   "source, sum{}) VALUES (NULL{}) ON CONFLICT (folder, name) DO UPDATE SET "
                                   "bytes = excluded.bytes, time = excluded.time, hash = excluded.hash, "
                                   "state = excluded.state, problem = excluded.problem, "
                                   "face_type = excluded.face_type, source = excluded.source, sum = excluded.sum{} "
                                   "RETURNING id",
                                   number_columns(""), marks, anew)));
  face->bind(0, std::string_view(folder))
      .bind(1, std::string_view(path_text(e.name)))
      .bind(2, static_cast<std::int64_t>(e.bytes));
  face->bind(3, e.time).bind(4, static_cast<std::int64_t>(e.hash)).bind(5, static_cast<std::int64_t>(e.state));
  face->bind(6, std::string_view(e.problem))
      .bind(7, std::string_view(e.face_type))
      .bind(8, std::string_view(path_text(e.source)));
  face->bind(9, static_cast<std::int64_t>(checksum(e)));
  int at = 10;
  for (const auto& number : number_rows()) face->bind(at++, e.numbers.*number.member);
  TRY(const bool added, face->step());
  if (!added) return fail(Code::bad_file, "The catalogue took no row");
  e.id = face->integer(0);
  face->reset();
  if (e.state == FaceState::unreadable) return {};
  TRY(Statement * blobs, ready(add_blobs_, "INSERT OR REPLACE INTO blobs (id, histograms, blocks) VALUES (?, ?, ?)"));
  const auto histograms = packed(measures.histograms);
  const auto* blocks = reinterpret_cast<const std::uint8_t*>(measures.blocks.data());
  return blobs->bind(0, e.id)
      .bind(1, std::span<const std::uint8_t>(with_checksum(histograms)))
      .bind(2, std::span<const std::uint8_t>(with_checksum({blocks, sizeof measures.blocks})))
      .run();
}

Result<> Tables::set_person(const CatalogueEntry& e) {
  TRY(Statement * command, ready(person_, "UPDATE faces SET person = ?, sum = ? WHERE id = ?"));
  return command->bind(0, e.numbers.person).bind(1, static_cast<std::int64_t>(checksum(e))).bind(2, e.id).run();
}

Result<bool> Tables::read(Blob blob, std::int64_t id, const std::function<void(std::span<const std::uint8_t>)>& use) {
  const auto which = static_cast<std::size_t>(blob);
  TRY(Statement * command,
      ready(read_[which], fmt::format("SELECT {0} FROM blobs WHERE id = ? AND {0} IS NOT NULL", blob_columns[which])));
  const Ending ending{*command};
  command->bind(0, id);
  TRY(const bool found, command->step());
  const auto bytes = found ? checked(command->blob(0)) : std::span<const std::uint8_t>();
  if (!bytes.empty()) use(bytes);
  return !bytes.empty();
}

Result<> Tables::write(Blob blob, std::int64_t id, std::span<const std::uint8_t> bytes) {
  const auto which = static_cast<std::size_t>(blob);
  TRY(Statement * command,
      ready(write_[which], fmt::format("UPDATE blobs SET {} = ? WHERE id = ?", blob_columns[which])));
  return command->bind(0, std::span<const std::uint8_t>(with_checksum(bytes))).bind(1, id).run();
}

Result<> Tables::set_embedder(const std::string& maker) {
  TRY(Statement known, database_.prepare("SELECT value FROM facts WHERE name = 'embedder'"));
  TRY(const bool any, known.step());
  if (any && known.text(0) == maker) return {};
  known.reset();
  TRY_VOID(database_.execute("UPDATE blobs SET embedding = NULL"));
  TRY(Statement note, database_.prepare("INSERT OR REPLACE INTO facts VALUES ('embedder', ?)"));
  return note.bind(0, std::string_view(maker)).run();
}

}  // namespace understudy::catalogue
