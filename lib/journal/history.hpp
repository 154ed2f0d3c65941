// SPDX-License-Identifier: Apache-2.0
// The entries of a journal and how far they are taken back.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/journal/journal_file.hpp"

namespace understudy {

// Entry has `id`, `group` (entries of one group are one change to the user), `undone` and `dropped` (undone, and
// something else done since in its stream: there is no way forward). A stream is what is taken back by itself: a face,
// a timeline. Entries are kept in the order in which they were done.
template <class Entry>
class History {
 public:
  const std::vector<Entry>& entries() const { return entries_; }
  std::int64_t next_id() const { return next_id_; }
  std::int64_t new_group() { return next_group_++; }

  void take(Entry entry, std::uint64_t stream) {
    auto& of_stream = by_stream_[stream];
    for (auto i = of_stream.rbegin(); i != of_stream.rend() && entries_[*i].undone; ++i) entries_[*i].dropped = true;
    of_stream.push_back(entries_.size());
    by_id_[entry.id] = entries_.size();
    next_id_ = std::max(next_id_, entry.id + 1);
    next_group_ = std::max(next_group_, entry.group + 1);
    entries_.push_back(std::move(entry));
  }
  void mark(std::int64_t id, bool undone) {
    if (const auto found = by_id_.find(id); found != by_id_.end()) entries_[found->second].undone = undone;
  }
  // Whether the line is a mark; it is obeyed then. May throw what json throws.
  bool take_mark(const nlohmann::json& line) {
    for (const bool undone : {true, false}) {
      const char* key = undone ? "undone" : "redone";
      if (!line.contains(key)) continue;
      mark(line.at(key).template get<std::int64_t>(), undone);
      return true;
    }
    return false;
  }
  // change(entry) for the entries of one of the last groups; not whether they are undone or dropped.
  template <class Change>
  void change_group(std::int64_t group, const Change& change) {
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && entry->group >= group; ++entry)
      if (entry->group == group) change(*entry);
  }
  // Of entries that never came to be, though they are there: as if they had been taken back for good.
  template <class Is>
  void drop_if(const Is& is) {
    for (auto& entry : entries_)
      if (is(entry)) entry.undone = entry.dropped = true;
  }
  std::int64_t newest_group() const { return next_group_ - 1; }
  // Forgets the entries of groups before that one. `stream_of` tells an entry's.
  template <class StreamOf>
  void forget_before(std::int64_t group, const StreamOf& stream_of) {
    by_id_.clear();
    by_stream_.clear();
    std::vector<bool> dropped;  // as it was: take() drops what is undone before, and here nothing was done since
    for (auto& entry : std::exchange(entries_, {})) {
      if (entry.group < group) continue;
      dropped.push_back(entry.dropped);
      const auto stream = stream_of(entry);
      take(std::move(entry), stream);
    }
    for (std::size_t i = 0; i < dropped.size(); ++i) entries_[i].dropped = dropped[i];
  }
  // The lines of a journal that says all this and no more; `line_of` gives an entry's. The marks stand behind all
  // entries, for to a reader one that comes after a mark is something else done since, and in the order of undoing.
  template <class LineOf>
  std::string all_lines(const LineOf& line_of) const {
    std::string lines;
    for (const auto& entry : entries_)
      if (!entry.dropped) lines += line_of(entry);
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry)
      if (entry->undone && !entry->dropped) lines += mark_line(entry->id, true);
    return lines;
  }

  // Those of one stream, oldest first, without dropped ones.
  std::vector<Entry> of_stream(std::uint64_t stream) const {
    std::vector<Entry> found;
    const auto list = by_stream_.find(stream);
    if (list == by_stream_.end()) return found;
    for (const auto i : list->second)
      if (!entries_[i].dropped) found.push_back(entries_[i]);
    return found;
  }
  // The group of the last entry that is not undone, or of the first that is and can be done again.
  std::optional<std::int64_t> last_done() const {
    const auto last = std::ranges::find_if(entries_.rbegin(), entries_.rend(), [](auto& e) { return !e.undone; });
    return last == entries_.rend() ? std::nullopt : std::optional(last->group);
  }
  std::optional<std::int64_t> first_undone() const {
    const auto first = std::ranges::find_if(entries_, [](auto& e) { return e.undone && !e.dropped; });
    return first == entries_.end() ? std::nullopt : std::optional(first->group);
  }
  std::vector<Entry> of_group(std::int64_t group, bool undone) const {
    std::vector<Entry> found;
    for (const auto& entry : entries_)
      if (entry.group == group && entry.undone == undone && !entry.dropped) found.push_back(entry);
    return found;
  }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::int64_t, std::size_t> by_id_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_stream_;
  std::int64_t next_id_ = 1, next_group_ = 1;
};

}  // namespace understudy
