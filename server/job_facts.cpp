// SPDX-License-Identifier: Apache-2.0
#include "server/job_facts.hpp"

#include <algorithm>
#include <charconv>

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
constexpr std::size_t longest_kept = 1 << 20, longest_shown = 64 << 10;

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

// Whether a line begins there. Of one that was too long to be read as a whole, and of one in which reading began, the
// rest is no line, whatever it looks like.
bool begins_line(const fs::path& log, std::uint64_t position) {
  if (position == 0) return true;
  const auto before = read_range(log, position - 1, 1);
  return before && text_of(*before) == "\n";
}

// Where the JSON value that begins there ends; at the end of the text where it does not.
std::size_t value_end(std::string_view text, std::size_t at) {
  int depth = 0;
  bool in_string = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c != '"') continue;
      in_string = false;
      if (depth == 0) return at + 1;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth < 2) return depth == 0 ? at : at + 1;
      --depth;
    } else if (c == ',' || c == ':') {
      if (depth == 0) return at;
    }
  }
  return text.size();
}

// A member of the object that a line is, as it stands there; empty where there is none. Lines of megabytes are not
// parsed for what stands at their beginning: our own are ordered by name.
std::string_view member_of(std::string_view line, std::string_view name) {
  if (!line.starts_with('{')) return {};
  for (std::size_t at = 1; at < line.size() && line[at] == '"';) {
    const auto colon = value_end(line, at);
    if (colon >= line.size() || line[colon] != ':') return {};
    const auto end = value_end(line, colon + 1);
    if (line.substr(at + 1, colon - at - 2) == name) return line.substr(colon + 1, end - colon - 1);
    at = end + 1;
  }
  return {};
}

std::string kind_of(std::string_view line) {
  constexpr std::size_t longest = 40;
  const auto kind = member_of(line, "event");
  return kind.size() > 2 && kind.size() < longest ? std::string(kind.substr(1, kind.size() - 2)) : std::string();
}

// Of a line that is too long to be kept: that there was one.
json outline_of(std::string_view line, double time) {
  const auto id = line_id(line);
  if (id < 0) return nullptr;
  return {{"event", kind_of(line)}, {"id", id}, {"time", time}, {"report", {{"cut_short", true}}}};
}

void cut_text(std::string& text, std::size_t size) {
  if (text.size() <= size) return;
  // Not within a letter of UTF-8, whose further bytes are told by their first two bits.
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  text.resize(size);
}

// Of what is long the beginning of each list, object and text, as long as there is something left of the budget, about
// the bytes that it takes: it stays in memory and is shown, and its whole is in the log.
void cut_short(json& value, std::size_t& budget) {
  constexpr std::size_t most = 1000, longest = 4096, overhead = 32;
  const auto spend = [&](std::size_t bytes) { budget -= std::min(budget, bytes); };
  spend(overhead);
  if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    cut_text(text, longest);
    spend(text.size());
  } else if (value.is_array()) {
    std::size_t kept = 0;
    for (; kept < std::min(value.size(), most) && budget > 0; ++kept) cut_short(value[kept], budget);
    value.erase(value.begin() + static_cast<std::ptrdiff_t>(kept), value.end());
  } else if (value.is_object()) {
    auto member = value.begin();
    for (std::size_t kept = 0; member != value.end() && kept < most && budget > 0;) {
      if (member.key().size() > longest) {
        member = value.erase(member);
        continue;
      }
      spend(member.key().size());
      cut_short(member.value(), budget);
      ++member;
      ++kept;
    }
    value.erase(member, value.end());
  }
}

}  // namespace

std::int64_t line_id(std::string_view line) {
  const auto text = member_of(line, "id");
  std::int64_t id = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? id : -1;
}

// Another version's lines, and damaged ones, may hold anything: what is kept has the types that are read later. What
// all jobs are shown with is copied at each look, so that of long lines only what ends a job is taken at all.
void JobReader::take(std::string_view line) {
  const auto kind = kind_of(line);
  const bool may_be_long = kind == "done" || kind == "started";
  if (line.size() <= (may_be_long ? longest_kept : longest_shown)) return take_event(parse_json(line));
  if (kind != "done" && kind != "error") return take_event(outline_of(line, facts_.newest));
  json event = parse_json(line);
  if (text_in(event, "event") != kind) return;  // it is there twice
  for (auto& [name, value] : event.items()) {
    auto budget = longest_kept;
    cut_short(value, budget);
    if (name == "report" && value.is_object()) value["cut_short"] = true;
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
    position_ = last_part(log, size);
  }
  while (position_ < size) {
    const auto part = lines_from(log, position_);
    if (!part) return;
    bool whole = begins_line(log, position_);
    const auto used = each_line(text_of(*part), [&](std::string_view line) {
      if (std::exchange(whole, true)) take(line);
    });
    if (used == 0) {
      if (part->size() < longest_line) break;  // torn: its end has not come yet
      if (whole) take_event(outline_of(text_of(*part), facts_.newest));
      position_ += part->size();
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
    bool whole = begins_line(folder / job_events_file, result.position);
    std::size_t begin = 0;
    for (std::size_t end; result.lines.size() < bytes && (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
      const auto line = text.substr(begin, end - begin + 1);
      if (std::exchange(whole, true) && line_id(line) > after) result.lines.append(line);
    }
    if (begin == 0 && part->size() < longest_line) return result;
    result.position += begin == 0 ? part->size() : begin;
  }
  return result;
}

}  // namespace understudy::studio
