// SPDX-License-Identifier: Apache-2.0
#include "lib/catalogue/database.hpp"

#include <sqlite3.h>

#include <cmath>

namespace understudy::catalogue {
namespace {

Failure failure_of(sqlite3* handle, int answer) {
  const char* text = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(answer);
  switch (answer & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return fail(Code::bad_file, "The catalogue is damaged: {}", text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail_with_hint(Code::busy, "The catalogue is in use by another understudy", "Wait until it ends.");
    case SQLITE_NOMEM:
      return fail(Code::out_of_memory, "The catalogue: {}", text);
    default:
      return fail(Code::io, "The catalogue cannot be read or written: {}", text);
  }
}

// Of a command that could not even be understood: a table or column that should be there is not. (While one is carried
// out, the same answer says that it was out of place, and nothing of the file.)
Failure failure_to_prepare(sqlite3* handle, int answer) {
  if ((answer & 0xff) != SQLITE_ERROR) return failure_of(handle, answer);
  return fail(Code::bad_file, "The catalogue is damaged: {}", sqlite3_errmsg(handle));
}

}  // namespace

void Statement::Closer::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
void Database::Closer::operator()(sqlite3* d) const { sqlite3_close_v2(d); }

Statement& Statement::bind(int at, std::int64_t value) {
  bound_ |= sqlite3_bind_int64(statement_.get(), at + 1, value);
  return *this;
}
Statement& Statement::bind(int at, double value) {
  bound_ |= std::isnan(value) ? sqlite3_bind_null(statement_.get(), at + 1)
                              : sqlite3_bind_double(statement_.get(), at + 1, value);
  return *this;
}
Statement& Statement::bind(int at, std::string_view text) {
  bound_ |= sqlite3_bind_text(statement_.get(), at + 1, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}
Statement& Statement::bind(int at, std::span<const std::uint8_t> blob) {
  bound_ |= sqlite3_bind_blob(statement_.get(), at + 1, blob.data(), static_cast<int>(blob.size()), SQLITE_TRANSIENT);
  return *this;
}

Result<bool> Statement::step() {
  const int answer = bound_ != SQLITE_OK ? bound_ : sqlite3_step(statement_.get());
  if (answer == SQLITE_ROW) return true;
  if (answer == SQLITE_DONE) return false;
  return failure_of(sqlite3_db_handle(statement_.get()), answer);
}

Result<> Statement::run() {
  auto stepped = step();
  reset();
  if (!stepped) return Failure(std::move(stepped).error());
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  bound_ = SQLITE_OK;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
double Statement::number(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL ? std::nan("")
                                                                      : sqlite3_column_double(statement_.get(), column);
}
std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)))
              : std::string();
}
std::span<const std::uint8_t> Statement::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {bytes, bytes ? static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)) : 0};
}

Result<Database> Database::open(const fs::path& path) {
  Database database;
  sqlite3* handle = nullptr;
  const int answer = sqlite3_open_v2(path.empty() ? ":memory:" : path.c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  database.handle_.reset(handle);
  if (answer != SQLITE_OK) return failure_of(handle, answer);
  sqlite3_busy_timeout(handle, 10000);
  // The first command that touches the file: one that is no database is told here, and one that cannot be written.
  TRY_VOID(database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
  return database;
}

Result<Database> Database::open_to_read(const fs::path& path) {
  Database database;
  sqlite3* handle = nullptr;
  const int answer = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX, nullptr);
  database.handle_.reset(handle);
  if (answer != SQLITE_OK) return failure_of(handle, answer);
  sqlite3_busy_timeout(handle, 1000);
  return database;
}

Result<> Database::execute(const char* commands) {
  const int answer = sqlite3_exec(handle_.get(), commands, nullptr, nullptr, nullptr);
  if (answer != SQLITE_OK) return failure_of(handle_.get(), answer);
  return {};
}

Result<> Database::make_tables(const char* commands) {
  const int answer = sqlite3_exec(handle_.get(), commands, nullptr, nullptr, nullptr);
  if (answer != SQLITE_OK) return failure_to_prepare(handle_.get(), answer);
  return {};
}

Result<> Database::in_one_transaction(const std::function<Result<>()>& work) {
  TRY_VOID(execute("BEGIN IMMEDIATE"));
  auto outcome = work();
  if (outcome) outcome = execute("COMMIT");
  // A full disk has ended it already.
  if (!outcome && sqlite3_get_autocommit(handle_.get()) == 0)
    sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  return outcome;
}

Result<Statement> Database::prepare(const std::string& command) {
  Statement statement;
  sqlite3_stmt* raw = nullptr;
  const int answer =
      sqlite3_prepare_v2(handle_.get(), command.c_str(), static_cast<int>(command.size()), &raw, nullptr);
  statement.statement_.reset(raw);
  if (answer != SQLITE_OK) return failure_to_prepare(handle_.get(), answer);
  return statement;
}

}  // namespace understudy::catalogue
