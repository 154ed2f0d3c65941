// SPDX-License-Identifier: Apache-2.0
// Inner part of the catalogue: SQLite with our errors. One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/files.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace understudy::catalogue {

// A prepared command with its values. Columns and parameters count from 0.
class Statement {
 public:
  Statement& bind(int at, std::int64_t value);
  Statement& bind(int at, double value);  // NaN becomes NULL
  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, std::span<const std::uint8_t> blob);
  // True when there is a row, false at the end. Bindings stay until reset().
  Result<bool> step();
  Result<> run();  // for commands without rows; resets
  void reset();

  std::int64_t integer(int column) const;
  double number(int column) const;  // NaN for NULL
  std::string text(int column) const;
  std::span<const std::uint8_t> blob(int column) const;  // until the next step

 private:
  friend class Database;
  struct Closer {
    void operator()(sqlite3_stmt*) const;
  };
  std::unique_ptr<sqlite3_stmt, Closer> statement_;
  int bound_ = 0;  // SQLite's answer to the bindings so far
};

class Database {
 public:
  // An empty path is a database in memory. Code::bad_file when the file is no database or damaged, Code::io when it
  // cannot be opened for writing.
  static Result<Database> open(const fs::path&);
  static Result<Database> open_to_read(const fs::path&);  // writes nothing; the file must be there
  Result<> execute(const char* commands);
  Result<> make_tables(const char* commands);  // Code::bad_file where others of their names are in the way
  // All that `work` writes, or nothing of it: what it fails with, or the writing itself, is told as it was. Others who
  // want to write wait meanwhile, so it should be short.
  Result<> in_one_transaction(const std::function<Result<>()>& work);
  Result<Statement> prepare(const std::string& command);

 private:
  struct Closer {
    void operator()(sqlite3*) const;
  };
  std::unique_ptr<sqlite3, Closer> handle_;
};

}  // namespace understudy::catalogue
