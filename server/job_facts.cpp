// SPDX-License-Identifier: Apache-2.0
#include "server/job_facts.hpp"

#include "lib/base/path_text.hpp"
#include "lib/jobs/job_log.hpp"
#include "lib/jobs/training_notes.hpp"
#include "server/json_facts.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr std::uint64_t read_whole = 4 << 20, read_at_end = 512 << 10, at_once = 1 << 20;
// A report that names each of millions of faces; of a longer line only what stands at its ends is known.
constexpr std::uint64_t longest_line = 64 << 20;
constexpr std::size_t longest_kept = 1 << 20;

// Calls use(line) for each whole line; how many bytes those were.
template <class Use>
std::size_t each_line(std::string_view text, const Use& use) {
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string_view::npos; begin = end + 1)
    use(text.substr(begin, end - begin));
  return begin;
}

std::string_view text_of(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// At least the whole line that begins there, if it is no longer than the longest; more where that is short.
Result<Bytes> lines_from(const fs::path& log, std::uint64_t position) {
  for (auto size = at_once;; size = std::min(size * 4, longest_line)) {
    auto part = read_range(log, position, size);
    if (!part || part->size() < size || size == longest_line || text_of(*part).find('\n') != std::string_view::npos)
      return part;
  }
}

// Where to begin for the end of a log of so many bytes: at its last line at least.
std::uint64_t last_part(const fs::path& log, std::uint64_t size) {
  const auto usual = size - std::min(size, read_at_end);
  // The line break of the last line says nothing; the one before it does.
  for (auto end = size - std::min<std::uint64_t>(size, 1); end > 0;) {
    const auto begin = end - std::min(end, at_once);
    const auto part = read_range(log, begin, end - begin);
    if (!part) break;
    if (const auto before = text_of(*part).rfind('\n'); before != std::string_view::npos)
      return std::min(usual, begin + before + 1);
    end = begin;
  }
  return 0;
}

// Of a line that is too long to be read as a whole: what stands at its beginning.
json outline_of(std::string_view head, double time) {
  constexpr std::string_view begin = "{\"event\":\"";
  const auto id = line_id(head.substr(0, 200));
  if (!head.starts_with(begin) || id < 0) return nullptr;
  const auto kind = head.substr(begin.size(), head.find('"', begin.size()) - begin.size());
  return {{"event", std::string(kind)}, {"id", id}, {"time", time}, {"report", {{"cut_short", true}}}};
}

// Of a long report the first of each list of names: it stays in memory and is shown, and its whole is in the log.
void cut_short(json& value) {
  constexpr std::size_t most = 1000;
  if (value.is_array() && value.size() > most) value.erase(value.begin() + most, value.end());
  if (value.is_structured())
    for (auto& part : value) cut_short(part);
}

}  // namespace

std::int64_t line_id(std::string_view line) {
  // Each line has its id near its beginning, where nlohmann's ordering by name puts it behind "event" alone; lines of
  // megabytes are not parsed for it.
  const auto at = line.find("\"id\":");
  if (at == std::string_view::npos) return -1;
  std::int64_t id = 0;
  bool any = false;
  for (std::size_t i = at + 5; i < line.size() && line[i] >= '0' && line[i] <= '9' && id < (std::int64_t{1} << 52);
       ++i) {
    id = id * 10 + (line[i] - '0');
    any = true;
  }
  return any ? id : -1;
}

// Another version's lines, and damaged ones, may hold anything: what is kept has the types that are read later.
void JobReader::take(std::string_view line) {
  json event = parse_json(line);
  if (line.size() > longest_kept && event.is_object() && event.value("report", json()).is_object()) {
    cut_short(event["report"]);
    event["report"]["cut_short"] = true;
  }
  take_event(std::move(event));
}

void JobReader::take_event(json event) {
  if (!event.is_object() || !event.value("time", json()).is_number() || !event.value("id", json()).is_number_integer())
    return;
  const auto text = [&](const char* key) { return text_in(event, key); };
  const auto object = [&](const char* key) {
    const auto found = event.find(key);
    return found != event.end() && found->is_object() ? *found : json::object();
  };
  const auto whole = [&](const char* key) { return event.value(key, json()).is_number_integer(); };
  const std::string kind = text("event");
  facts_.newest = event["time"];
  facts_.last_id = event["id"];
  if (kind == "started") {
    facts_.begun = true;
    facts_.started = facts_.newest;
    facts_.verb = text("verb");
    facts_.workspace = text("workspace");
    facts_.command = text("command");
    facts_.folder = text("folder");
    facts_.positionals = object("positionals");
    facts_.options = object("options");
  } else if (kind == "stage") {
    facts_.stage = text("name");
    facts_.progress = nullptr;
  } else if (kind == "progress" && whole("done") && whole("total")) {
    facts_.progress = std::move(event);
  } else if (kind == "metric" && whole("at")) {
    facts_.metric = {{"at", event["at"]}, {"values", object("values")}};
  } else if (kind == "preview" && whole("version")) {
    facts_.previews[text("slot")] = {{"slot", text("slot")}, {"path", text("path")}, {"version", event["version"]}};
  } else if (kind == "warning") {
    ++facts_.warnings;
    facts_.last_warning = text("text");
    if (facts_.last_warning.find(training_notes::went_back) != std::string::npos) ++facts_.rollbacks;
  } else if (kind == "done") {
    facts_.report = object("report");
  } else if (kind == "error") {
    facts_.error = {{"code", text("code")}, {"message", text("message")}, {"hint", text("hint")}};
  }
}

void JobReader::update() {
  const fs::path log = folder_ / job_events_file;
  std::error_code error;
  const auto size = fs::file_size(log, error);
  if (error) return;
  if (position_ == 0 && size > read_whole) {
    if (const auto head = read_range(log, 0, read_at_end / 8)) {
      bool first = true;
      each_line(text_of(*head), [&](std::string_view line) {
        if (std::exchange(first, false)) take(line);
      });
    }
    position_ = last_part(log, size);  // the rest of the line there is no line, and passed over
  }
  while (position_ < size) {
    const auto part = lines_from(log, position_);
    if (!part) return;
    const auto used = each_line(text_of(*part), [&](std::string_view line) { take(line); });
    if (used == 0) {
      if (part->size() < longest_line) break;  // torn: its end has not come yet
      take_event(outline_of(text_of(*part), facts_.newest));
      position_ += part->size();  // the rest of it is no line
    }
    position_ += used;
  }
  // The slot is newer than the log, which is thinned.
  const auto slot = read_text(folder_ / job_progress_file, 1 << 16);
  if (!slot || facts_.ended()) return;
  json progress = parse_json(*slot);
  if (!progress.is_object()) return;
  for (const char* key : {"id", "done", "total"})
    if (!progress.value(key, json()).is_number_integer()) return;
  const auto known = facts_.progress.is_object() ? facts_.progress.value("id", std::int64_t{-1}) : std::int64_t{-1};
  if (!facts_.stage.empty() && known < 0 && progress["id"] <= facts_.last_id) return;  // of the stage before
  if (progress["id"] > known) facts_.progress = std::move(progress);
}

LogPart read_log(const fs::path& folder, std::uint64_t position, std::int64_t after, std::size_t bytes) {
  LogPart result;
  result.position = position;
  while (result.lines.size() < bytes) {
    const auto part = lines_from(folder / job_events_file, result.position);
    if (!part || part->empty()) return result;
    const auto text = text_of(*part);
    std::size_t begin = 0;
    for (std::size_t end; result.lines.size() < bytes && (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
      const auto line = text.substr(begin, end - begin + 1);
      if (line_id(line) > after) result.lines.append(line);
    }
    if (begin == 0 && part->size() < longest_line) return result;
    result.position += begin == 0 ? part->size() : begin;
  }
  return result;
}

}  // namespace understudy::studio
