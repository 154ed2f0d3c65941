// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/timeline_book.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "lib/base/frame_files.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/path_text.hpp"
#include "lib/journal/history.hpp"
#include "lib/journal/journal_file.hpp"

namespace understudy {
namespace {

using nlohmann::json;

struct Change {
  std::int64_t id = 0, group = 0;
  std::string what;
  std::uint64_t before = 0, after = 0;  // digests of the timeline
  std::string forward, backward;        // the operations as JSON
  bool undone = false, dropped = false;
};

constexpr std::uint64_t one_stream = 0;

std::string hex(std::uint64_t number) { return fmt::format("{:016x}", number); }
std::uint64_t from_hex(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return number;
}

std::string line_of(const Change& c) {
  return json_text(json{{"id", c.id},
                        {"what", c.what},
                        {"before", hex(c.before)},
                        {"after", hex(c.after)},
                        {"do", json::parse(c.forward)},
                        {"undo", json::parse(c.backward)}}) +
         "\n";
}
// May throw what json throws.
Change change_from(const json& line) {
  Change c;
  c.id = c.group = line.at("id");
  c.what = line.at("what");
  c.before = from_hex(line.at("before").get<std::string>());
  c.after = from_hex(line.at("after").get<std::string>());
  c.forward = line.at("do").dump();
  c.backward = line.at("undo").dump();
  return c;
}

std::string text_of(std::span<const TimelineOperation> operations) {
  json list = json::array();
  for (const auto& o : operations) list.push_back(to_json(o));
  return list.dump();
}

Result<> apply_text(const std::string& operations, Timeline& timeline) {
  const json list = parse_json(operations);
  for (const auto& one : list) {
    TRY(const auto operation, timeline_operation_from_json(one));
    TRY_VOID(perform(operation, timeline));
  }
  return {};
}

// The entry that would be taken back next, or done again next.
const Change* next_back(const History<Change>& history) {
  const auto& all = history.entries();
  const auto last = std::ranges::find_if(all.rbegin(), all.rend(), [](auto& c) { return !c.undone && !c.dropped; });
  return last == all.rend() ? nullptr : &*last;
}
const Change* next_forward(const History<Change>& history) {
  const auto& all = history.entries();
  const auto first = std::ranges::find_if(all, [](auto& c) { return c.undone && !c.dropped; });
  return first == all.end() ? nullptr : &*first;
}

struct Loaded {
  JournalFile journal;
  History<Change> history;
  Timeline timeline;
  bool completed = false;  // a killed run's change was done in `timeline`, not in the document
};

fs::path journal_of(const fs::path& file) { return file.parent_path() / (file.stem().string() + ".journal.jsonl"); }

// A kill between journal and document leaves the document one change behind. Where it is neither there nor where the
// journal says, somebody changed it by hand: it stays as it is.
Result<> complete(Loaded& loaded) {
  const auto now = digest_of(loaded.timeline);
  const Change* back = next_back(loaded.history);
  const Change* forward = next_forward(loaded.history);
  const auto wanted = back ? back->after : forward ? forward->before : now;
  if (now == wanted) return {};
  Timeline changed = loaded.timeline;
  if (back && now == back->before)
    TRY_VOID(apply_text(back->forward, changed));
  else if (forward && now == forward->after)
    TRY_VOID(apply_text(forward->backward, changed));
  if (digest_of(changed) != wanted) return {};
  loaded.timeline = std::move(changed);
  loaded.completed = true;
  return {};
}

Result<Loaded> load(const fs::path& file) {
  History<Change> history;
  const auto take = [&history](const json& line) {
    if (!history.take_mark(line)) history.take(change_from(line), one_stream);
    return true;
  };
  TRY(auto journal, JournalFile::open(journal_of(file), formats::timeline_journal, take));
  Loaded loaded{std::move(journal), std::move(history), {}, false};
  const auto text = read_text(file, std::uint64_t{1} << 30);
  if (!text && text.error().code != Code::not_found) return Failure(text.error());
  if (text) {
    auto timeline = timeline_from_text(*text);
    if (!timeline) {
      Error error = timeline.error();
      error.message = fmt::format("{} cannot be read: {}", file.string(), error.message);
      if (error.hint.empty()) error.hint = "Mend it, or remove it together with its journal: it then begins anew.";
      return Failure(std::move(error));
    }
    loaded.timeline = *std::move(timeline);
  } else if (!loaded.history.entries().empty()) {
    // A journal without its document: which of the two beginnings it was made from shows in its first change.
    Timeline old;
    old.compat = Compat::dfl;
    if (loaded.history.entries().front().before == digest_of(old)) loaded.timeline = std::move(old);
  }
  if (auto completed = complete(loaded); !completed)
    return during(std::move(completed).error(), fmt::format("reading {}", journal_of(file).string()));
  return loaded;
}

Failure nothing_to(const char* what) {
  return fail(Code::not_found, "There is no change of the timeline that could be {}", what);
}
Failure changed_since(const fs::path& file, const Change& change) {
  return fail_with_hint(Code::bad_file,
                        fmt::format("{} was changed by something else since '{}'", file.string(), change.what),
                        "Put the file back as it was, or go on from how it is now.");
}

}  // namespace

Result<fs::path> timeline_file(const fs::path& folder, const std::string& name) {
  constexpr std::size_t longest = 200;
  if (name.empty() || name.size() > longest || name[0] == '.' || name.find('/') != std::string::npos ||
      name.ends_with(".journal")) {
    return fail_with_hint(Code::bad_option, fmt::format("'{}' cannot be the name of a timeline", name),
                          "It is a file's name without folder and ending, such as main.");
  }
  return folder / (name + ".json");
}

std::vector<std::string> timelines_in(const fs::path& folder) {
  std::vector<std::string> names;
  const auto files = plain_files(folder);
  for (const auto& file : files ? *files : std::vector<fs::path>{}) {
    if (file.extension() == ".json") names.push_back(file.stem().string());
  }
  return names;
}

std::uint64_t digest_of(const Timeline& timeline) { return xxh3(timeline_text(timeline)); }

Result<Timeline> read_timeline(const fs::path& folder, const std::string& name) {
  TRY(const auto file, timeline_file(folder, name));
  TRY(auto loaded, load(file));
  return std::move(loaded.timeline);
}

struct TimelineBook::Parts {
  FileLock lock;
  fs::path file;
  Loaded loaded;

  Result<> write() const { return write_text(file, timeline_text(loaded.timeline)); }
  std::string all_lines() const { return loaded.history.all_lines(line_of); }
  Result<> append(const std::string& line) {
    return loaded.journal.append(line, /*on_disk=*/true, [this] { return all_lines(); });
  }
  // The whole way of a change that is in the history: operations, mark, document.
  Result<std::string> go(const Change& change, bool back) {
    if (digest_of(loaded.timeline) != (back ? change.after : change.before)) return changed_since(file, change);
    Timeline changed = loaded.timeline;
    TRY_VOID(apply_text(back ? change.backward : change.forward, changed));
    const std::string what = change.what;
    const auto id = change.id;
    TRY_VOID(append(mark_line(id, back)));
    loaded.history.mark(id, back);
    loaded.timeline = std::move(changed);
    TRY_VOID(write());
    return what;
  }
};

TimelineBook::TimelineBook(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TimelineBook::TimelineBook(TimelineBook&&) noexcept = default;
TimelineBook& TimelineBook::operator=(TimelineBook&&) noexcept = default;
TimelineBook::~TimelineBook() = default;

Result<TimelineBook> TimelineBook::open(const fs::path& folder, const std::string& name) {
  TRY(const auto file, timeline_file(folder, name));
  TRY_VOID(make_folders(folder));
  TRY(auto lock, lock_file(file));
  remove_temporaries(folder);
  TRY(auto loaded, load(file));
  auto parts = std::make_unique<Parts>(Parts{std::move(lock), file, std::move(loaded)});
  if (parts->loaded.completed) TRY_VOID(parts->write());
  return TimelineBook(std::move(parts));
}

const Timeline& TimelineBook::now() const { return parts_->loaded.timeline; }

Result<bool> TimelineBook::apply(const std::string& what, std::span<const TimelineOperation> operations) {
  Timeline changed = now();
  std::vector<TimelineOperation> backward;
  for (const auto& o : operations) {
    TRY(auto inverse, perform(o, changed));
    backward.push_back(std::move(inverse));
  }
  if (changed == now()) return false;
  std::ranges::reverse(backward);
  Change change;
  change.id = change.group = parts_->loaded.history.next_id();
  change.what = valid_text(what);
  change.before = digest_of(now());
  change.after = digest_of(changed);
  change.forward = text_of(operations);
  change.backward = text_of(backward);
  TRY_VOID(parts_->append(line_of(change)));
  parts_->loaded.history.take(std::move(change), one_stream);
  parts_->loaded.timeline = std::move(changed);
  TRY_VOID(parts_->write());
  return true;
}

Result<std::string> TimelineBook::undo() {
  const Change* change = next_back(parts_->loaded.history);
  if (!change) return nothing_to("taken back");
  return parts_->go(*change, true);
}

Result<std::string> TimelineBook::redo() {
  const Change* change = next_forward(parts_->loaded.history);
  if (!change) return nothing_to("done again");
  return parts_->go(*change, false);
}

}  // namespace understudy
