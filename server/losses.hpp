// SPDX-License-Identifier: Apache-2.0
// The numbers of a training over its iterations, read as they grow and thinned for a page: of a model from its tables
// (loss.csv, validation.csv), of a job from its log.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy::studio {

// Columns over rising iterations; what is not known is no number.
struct Numbers {
  std::vector<std::string> names;
  std::vector<std::int64_t> at;
  std::vector<std::vector<float>> values;  // by name, as long as `at`

  // An iteration that does not rise replaces what is there from it on: the training had gone back.
  void add(std::int64_t iteration, const std::vector<std::pair<std::string_view, float>>&);

 private:
  void halve();
};

// {names, at, mean, low, high, total, first, last}: of the rows from `from` to `to` (less than 0: the end) at most
// `points` places, each with the mean, the smallest and the largest of what it stands for.
nlohmann::json thinned(const Numbers&, std::int64_t from, std::int64_t to, std::size_t points);

// A text file that grows, line by line; one that was written anew is read from its beginning.
class GrowingFile {
 public:
  explicit GrowingFile(fs::path path) : path_(std::move(path)) {}
  // `anew` before the first line where what was read before counts no more.
  void read(const std::function<void()>& anew, const std::function<void(std::string_view)>& line);

 private:
  fs::path path_;
  std::uint64_t position_ = 0;
  std::string tail_;  // the bytes before that place, by which the file is known again
};

// A table whose first column is the iteration. A column `seconds` is passed over.
class NumberTable {
 public:
  explicit NumberTable(const fs::path& file) : file_(file) {}
  const Numbers& read();

 private:
  void take(std::string_view line);
  GrowingFile file_;
  Numbers numbers_;
  std::vector<std::string> header_;
};

// What a job's log says of its training.
class TrainingLog {
 public:
  explicit TrainingLog(const fs::path& events) : file_(events) {}
  void read();
  Numbers losses, validation;
  // [{at, kind: "stage" | "set" | "rollback", text, time}], the newest 500.
  std::vector<nlohmann::json> marks;
  std::string model;  // the one that it saved; empty: none yet

 private:
  void take(std::string_view line);
  void take_metric(std::string_view line);
  void mark(const char* kind, std::string text, double time);
  GrowingFile file_;
};

// Those that were asked for lately stay in memory, a dozen of them.
class Losses {
 public:
  // Of a model's folder: thinned losses, `validation` likewise, and `marks` of kind "option" by its history.
  nlohmann::json of_model(const fs::path& model, std::int64_t from, std::int64_t to, std::size_t points);
  // Of a job by its folder: the same, with its own marks, and `model`.
  nlohmann::json of_job(const fs::path& log, std::int64_t from, std::int64_t to, std::size_t points);

 private:
  template <class T>
  std::shared_ptr<T> kept(std::list<std::pair<std::string, std::shared_ptr<T>>>&, const fs::path&);
  std::mutex mutex_;
  std::list<std::pair<std::string, std::shared_ptr<NumberTable>>> tables_;
  std::list<std::pair<std::string, std::shared_ptr<TrainingLog>>> logs_;
};

}  // namespace understudy::studio
