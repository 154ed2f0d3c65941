// SPDX-License-Identifier: Apache-2.0
// What a training's log tells for the graph of its losses.
#include <charconv>

#include "lib/base/path_text.hpp"
#include "lib/jobs/training_notes.hpp"
#include "server/json_facts.hpp"
#include "server/losses.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr std::size_t most_marks = 500;
using Values = std::vector<std::pair<std::string_view, float>>;

// {"a":1.5,"b":null} as it stands in the line, names without escapes; false for anything else.
bool plain_values(std::string_view text, Values& values) {
  while (true) {
    if (text.empty() || text[0] != '"') return false;
    const auto quote = text.find('"', 1);
    if (quote == text.npos || quote + 1 >= text.size() || text[quote + 1] != ':') return false;
    const auto name = text.substr(1, quote - 1);
    if (name.find('\\') != name.npos) return false;
    text.remove_prefix(quote + 2);
    if (text.starts_with("null")) {
      text.remove_prefix(4);
    } else {
      float value = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
      if (read.ec != std::errc()) return false;
      values.emplace_back(name, value);
      text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    }
    if (text.starts_with('}')) return true;
    if (!text.starts_with(',')) return false;
    text.remove_prefix(1);
  }
}

bool number_behind(std::string_view line, std::string_view key, std::int64_t& number) {
  const auto found = line.find(key);
  if (found == line.npos) return false;
  const char* begin = line.data() + found + key.size();
  return std::from_chars(begin, line.data() + line.size(), number).ec == std::errc();
}

}  // namespace

void TrainingLog::read() {
  file_.read(
      [this] {
        losses = {};
        validation = {};
        marks.clear();
        model.clear();
      },
      [this](std::string_view line) { take(line); });
}

void TrainingLog::mark(const char* kind, std::string text, double time) {
  if (marks.size() == most_marks) marks.erase(marks.begin());
  marks.push_back(
      {{"at", losses.at.empty() ? 0 : losses.at.back()}, {"kind", kind}, {"text", valid_text(text)}, {"time", time}});
}

// Hundreds of thousands of these: read by hand where they look as we write them.
void TrainingLog::take_metric(std::string_view line) {
  std::int64_t iteration = 0;
  Values values;
  json event;  // owns the names of the slow way
  const auto begin = line.find("\"values\":{");
  if (begin == line.npos || !number_behind(line, "\"at\":", iteration) ||
      !plain_values(line.substr(begin + 10), values)) {
    values.clear();
    event = parse_json(line);
    if (!event.is_object() || !event.value("at", json()).is_number_integer()) return;
    iteration = event["at"];
    if (const auto found = event.find("values"); found != event.end() && found->is_object())
      for (const auto& [name, value] : found->items())
        if (value.is_number()) values.emplace_back(name, value.get<float>());
  }
  constexpr std::string_view prefix = "validation/";
  Values trained, validated;
  for (const auto& [name, value] : values) {
    if (name.starts_with(prefix))
      validated.emplace_back(name.substr(prefix.size()), value);
    else if (name.ends_with("loss"))
      trained.emplace_back(name, value);
  }
  if (!trained.empty()) losses.add(iteration, trained);
  if (!validated.empty()) validation.add(iteration, validated);
}

void TrainingLog::take(std::string_view line) {
  if (line.find("\"event\":\"metric\"") != line.npos) return take_metric(line);
  const bool told = line.find("\"event\":\"note\"") != line.npos || line.find("\"event\":\"warning\"") != line.npos ||
                    line.find("\"event\":\"saved\"") != line.npos;
  if (!told) return;
  const json event = parse_json(line);
  if (!event.is_object() || !event.value("time", json()).is_number()) return;
  const auto text_of = [&](const char* key) { return text_in(event, key); };
  const double time = event["time"];
  const std::string kind = text_of("event"), text = text_of("text");
  if (kind == "saved" && text_of("what").starts_with("model at iteration"))
    model = path_text(path_of_text(text_of("path")).filename());
  if (kind == "warning" && text.find(training_notes::went_back) != text.npos) mark("rollback", text, time);
  if (kind != "note") return;
  if (text.starts_with(training_notes::stage)) {
    mark("stage", text.substr(training_notes::stage.size()), time);
  } else if (text.starts_with(training_notes::set_quote) && text.ends_with(training_notes::set_end) &&
             text.find(training_notes::set_to) != text.npos) {
    mark("set", text.substr(0, text.size() - training_notes::set_end.size()), time);
  }
}

}  // namespace understudy::studio
