// SPDX-License-Identifier: Apache-2.0
#include "server/losses.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "server/json_facts.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t most_rows = 1'000'000, most_names = 32;

json short_or_null(double value) {
  if (!std::isfinite(value)) return nullptr;
  // Five digits are more than a graph shows.
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 5).ptr;
  double shortened = value;
  std::from_chars(text, end, shortened);
  return shortened;
}

// One place of a thinned series.
struct Place {
  double sum = 0, low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  int count = 0;
  void add(float value) {
    if (!std::isfinite(value)) return;
    sum += value;
    low = std::min<double>(low, value);
    high = std::max<double>(high, value);
    ++count;
  }
};

}  // namespace

void Numbers::add(std::int64_t iteration, const std::vector<std::pair<std::string_view, float>>& row) {
  while (!at.empty() && at.back() >= iteration) {
    at.pop_back();
    for (auto& column : values) column.pop_back();
  }
  if (at.size() >= most_rows) halve();
  at.push_back(iteration);
  for (auto& column : values) column.push_back(unknown);
  for (const auto& [name, value] : row) {
    auto found = std::ranges::find(names, name);
    if (found == names.end()) {
      if (names.size() == most_names) continue;
      names.emplace_back(name);
      values.emplace_back(at.size(), unknown);
      found = std::prev(names.end());
    }
    values[static_cast<std::size_t>(found - names.begin())].back() = value;
  }
}

// Two rows become one: of so long a training none is told from its neighbour.
void Numbers::halve() {
  const std::size_t half = at.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    at[i] = at[2 * i + 1];
    for (auto& column : values) {
      const float a = column[2 * i], b = column[2 * i + 1];
      column[i] = std::isfinite(a) && std::isfinite(b) ? (a + b) / 2 : std::isfinite(a) ? a : b;
    }
  }
  at.resize(half);
  for (auto& column : values) column.resize(half);
}

json thinned(const Numbers& all, std::int64_t from, std::int64_t to, std::size_t points) {
  const auto begin = std::ranges::lower_bound(all.at, from) - all.at.begin();
  const auto end =
      to < 0 ? static_cast<std::ptrdiff_t>(all.at.size()) : std::ranges::upper_bound(all.at, to) - all.at.begin();
  const auto rows = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, end - begin));
  const std::size_t places = std::min(rows, std::max<std::size_t>(1, points));
  json result = {{"names", all.names},
                 {"at", json::array()},
                 {"mean", json::array()},
                 {"low", json::array()},
                 {"high", json::array()},
                 {"total", rows},
                 {"first", all.at.empty() ? 0 : all.at.front()},
                 {"last", all.at.empty() ? 0 : all.at.back()}};
  const auto edge = [&](std::size_t place) {
    return static_cast<std::size_t>(begin) + place * rows / std::max<std::size_t>(1, places);
  };
  for (std::size_t p = 0; p < places; ++p) result["at"].push_back(all.at[edge(p + 1) - 1]);
  for (const auto& column : all.values) {
    json mean = json::array(), low = json::array(), high = json::array();
    for (std::size_t p = 0; p < places; ++p) {
      Place place;
      for (std::size_t i = edge(p); i < edge(p + 1); ++i) place.add(column[i]);
      mean.push_back(place.count > 0 ? short_or_null(place.sum / place.count) : json());
      low.push_back(place.count > 0 ? short_or_null(place.low) : json());
      high.push_back(place.count > 0 ? short_or_null(place.high) : json());
    }
    result["mean"].push_back(std::move(mean));
    result["low"].push_back(std::move(low));
    result["high"].push_back(std::move(high));
  }
  return result;
}

void GrowingFile::read(const std::function<void()>& anew, const std::function<void(std::string_view)>& line) {
  constexpr std::uint64_t piece = 4 << 20;
  constexpr std::size_t remembered = 64;
  if (position_ > 0) {
    const auto before = read_range(path_, position_ - tail_.size(), tail_.size());
    const bool same = before && before->size() == tail_.size() &&
                      std::equal(before->begin(), before->end(), tail_.begin(),
                                 [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
    if (!same) {
      position_ = 0;
      anew();
    }
  }
  for (;;) {
    const auto part = read_range(path_, position_, piece);
    if (!part || part->empty()) return;
    const std::string_view text(reinterpret_cast<const char*>(part->data()), part->size());
    std::size_t begin = 0;
    for (std::size_t end; (end = text.find('\n', begin)) != text.npos; begin = end + 1)
      line(text.substr(begin, end - begin));
    if (begin == 0) {
      if (part->size() < piece) return;  // torn: its end has not come yet
      begin = part->size();              // a line longer than any of ours
    }
    const std::size_t kept = std::min(begin, remembered);
    tail_ = std::string(text.substr(begin - kept, kept));
    position_ += begin;
  }
}

const Numbers& NumberTable::read() {
  file_.read(
      [this] {
        numbers_ = {};
        header_.clear();
      },
      [this](std::string_view line) { take(line); });
  return numbers_;
}

void NumberTable::take(std::string_view line) {
  if (header_.empty()) {
    header_ = split(line, ',');
    return;
  }
  std::int64_t iteration = 0;
  auto place = std::from_chars(line.data(), line.data() + line.size(), iteration);
  if (place.ec != std::errc() || iteration < 0) return;
  std::vector<std::pair<std::string_view, float>> row;
  const char* const end = line.data() + line.size();
  for (std::size_t i = 1; i < header_.size() && place.ptr != end && *place.ptr == ','; ++i) {
    float value = unknown;
    place = std::from_chars(place.ptr + 1, end, value);
    if (place.ec != std::errc()) return;
    if (header_[i] != "seconds") row.emplace_back(header_[i], value);
  }
  numbers_.add(iteration, row);
}

template <class T>
std::shared_ptr<T> Losses::kept(std::list<std::pair<std::string, std::shared_ptr<T>>>& all, const fs::path& file) {
  constexpr std::size_t most = 12;
  const auto found = std::ranges::find(all, file.string(), &std::pair<std::string, std::shared_ptr<T>>::first);
  if (found != all.end())
    all.splice(all.begin(), all, found);
  else
    all.emplace_front(file.string(), std::make_shared<T>(file));
  if (all.size() > most) all.pop_back();
  return all.front().second;
}

json Losses::of_model(const fs::path& model, std::int64_t from, std::int64_t to, std::size_t points) {
  const std::lock_guard lock(mutex_);
  json result = thinned(kept(tables_, model / "loss.csv")->read(), from, to, points);
  result["validation"] = thinned(kept(tables_, model / "validation.csv")->read(), from, to, points);
  result["marks"] = json::array();
  GrowingFile(model / "history.jsonl")
      .read([] {},
            [&](std::string_view line) {
              const json change = parse_json(line);
              if (!change.is_object() || !change.value("iteration", json()).is_number_integer() ||
                  result["marks"].size() >= 500)
                return;
              const auto text = [&](const char* key) { return text_in(change, key); };
              result["marks"].push_back({{"at", change["iteration"]},
                                         {"kind", "option"},
                                         {"text", text("key") + ": " + text("from") + " → " + text("to")},
                                         {"time", text("time")}});
            });
  return result;
}

json Losses::of_job(const fs::path& log, std::int64_t from, std::int64_t to, std::size_t points) {
  const std::lock_guard lock(mutex_);
  const auto read = kept(logs_, log / "events.jsonl");
  read->read();
  json result = thinned(read->losses, from, to, points);
  result["validation"] = thinned(read->validation, from, to, points);
  result["marks"] = read->marks;
  result["model"] = read->model;
  return result;
}

}  // namespace understudy::studio
