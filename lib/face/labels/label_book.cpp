// SPDX-License-Identifier: Apache-2.0
#include "lib/face/labels/label_book.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "lib/base/limits.hpp"
#include "lib/base/made_files.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/fit_metadata.hpp"
#include "lib/face/jpeg_segments.hpp"

namespace understudy {
namespace {

// The face file with other labels, and what had to give way for them.
struct Relabelled {
  FittedInfo fitted;
  FaceLabels labels;  // as the file holds them then
};
Result<Relabelled> relabelled(const FaceInfo& info, FaceLabels labels) {
  FaceInfo wanted = info;
  wanted.polygons = labels.polygons;
  wanted.xseg_mask = labels.mask;
  TRY(FittedInfo fitted, fit_metadata(std::move(wanted)));
  labels.mask = fitted.info.xseg_mask;
  return Relabelled{std::move(fitted), std::move(labels)};
}

bool same_in_file(const FaceLabels& a, const FaceLabels& b) { return a.polygons == b.polygons && a.mask == b.mask; }

// Whether the face is in that state, as far as the entry touches it.
bool is_in_state(const LabelDigest& now, const LabelDigest& state, const LabelEntry& entry) {
  const bool polygons = entry.before.polygons == entry.after.polygons || now.polygons == state.polygons;
  return polygons && (entry.before.mask == entry.after.mask || now.mask == state.mask);
}

bool is_as_read(const LabelBook::Loaded& face) {
  std::error_code gone;
  const auto bytes = fs::file_size(face.path, gone);
  return !gone && bytes == face.bytes && fs::last_write_time(face.path, gone) == face.time && !gone;
}

}  // namespace

Result<std::uint64_t> face_identity(std::span<const std::uint8_t> jpeg, const FaceInfo& info) {
  TRY(const auto segments, jpeg_segments(jpeg));
  Bytes rest;
  for (const auto& segment : segments) {
    const auto bytes = jpeg.subspan(segment.offset, segment.size);
    if (segment.marker != metadata_marker) rest.insert(rest.end(), bytes.begin(), bytes.end());
  }
  const auto scan = jpeg.subspan(segments.back().offset + segments.back().size);
  rest.insert(rest.end(), scan.begin(), scan.end());
  const auto* points = reinterpret_cast<const std::uint8_t*>(info.landmarks.data());
  rest.insert(rest.end(), points, points + sizeof info.landmarks);
  rest.insert(rest.end(), info.source_filename.begin(), info.source_filename.end());
  return print_of(rest).hash;
}

Result<LabelBook> LabelBook::open(const fs::path& folder) {
  TRY(auto journal, LabelJournal::open(folder));
  return LabelBook(folder, std::move(journal));
}

Result<LabelBook::Loaded> LabelBook::load(const std::string& face) const {
  const fs::path name(face);
  if (name.is_absolute() || name.lexically_normal().string().starts_with(".."))
    return fail(Code::bad_option, "{} is not a name within {}", face, folder_.string());
  Loaded loaded{.name = face, .path = folder_ / name};
  std::error_code ignored;
  if (!fs::is_regular_file(loaded.path, ignored))
    return fail(Code::not_found, "There is no face {} in {}", face, folder_.string());
  loaded.bytes = fs::file_size(loaded.path, ignored);
  loaded.time = fs::last_write_time(loaded.path, ignored);
  TRY(loaded.jpeg, read_file(loaded.path, largest_picture));
  auto info = face_info_from_jpeg(loaded.jpeg);
  if (!info) return during(std::move(info).error(), fmt::format("reading {}", loaded.path.string()));
  loaded.info = *std::move(info);
  TRY(loaded.identity, face_identity(loaded.jpeg, loaded.info));
  loaded.labels = {loaded.info.polygons, {}, loaded.info.xseg_mask};
  const auto history = journal_.of_face(loaded.identity);
  const auto last = std::ranges::find_if(history.rbegin(), history.rend(), [](auto& e) { return !e.undone; });
  if (last != history.rend())
    loaded.labels.open = last->open_after;
  else if (!history.empty())
    loaded.labels.open = history.front().open_before;
  return loaded;
}

Result<FaceLabels> LabelBook::labels(const std::string& face) const {
  TRY(Loaded loaded, load(face));
  return std::move(loaded.labels);
}

Result<std::optional<LabelBook::Ready>> LabelBook::prepare(const LabelChange& change, Wanted wanted) const {
  Loaded& now = wanted.face;
  if (!is_as_read(now)) {
    TRY(Loaded again, load(now.name));
    if (again.identity != now.identity)
      return fail(Code::bad_file, "{} has become another picture in the meantime", now.path.string());
    now = std::move(again);
  }
  const auto doing = [&now] { return fmt::format("labelling {}", now.name); };
  FaceLabels labels = now.labels;
  std::vector<LabelOperation> backward;
  for (const auto& operation : wanted.operations) {
    auto inverse = understudy::apply(operation, labels);
    if (!inverse) return during(std::move(inverse).error(), doing());
    backward.push_back(*std::move(inverse));
  }
  if (labels == now.labels) return std::nullopt;
  std::ranges::reverse(backward);
  auto made = relabelled(now.info, std::move(labels));
  if (!made) return during(std::move(made).error(), doing());
  // Points that make a mask give way are taken back together with that.
  const bool sets_mask =
      std::ranges::any_of(wanted.operations, [](const auto& o) { return std::holds_alternative<SetMask>(o); });
  if (!sets_mask && made->labels.mask != now.labels.mask) backward.emplace_back(SetMask{now.labels.mask});
  Ready ready{.path = now.path, .gave_way = made->fitted.gave_way};
  if (!same_in_file(made->labels, now.labels)) {
    TRY(ready.file, with_face_info(now.jpeg, made->fitted.info));
  }
  LabelEntry& entry = ready.addition.entry;
  entry.group = change.group;
  entry.what = change.what;
  entry.face = now.name;
  entry.identity = now.identity;
  entry.before = digest_of(now.labels);
  entry.after = digest_of(made->labels);
  entry.open_before = now.labels.open;
  entry.open_after = made->labels.open;
  entry.uncertainty = wanted.uncertainty;
  ready.addition.forward = std::move(wanted.operations);
  ready.addition.backward = std::move(backward);
  return ready;
}

Result<std::vector<Result<LabelBook::Applied>>> LabelBook::apply(const LabelChange& change, std::vector<Wanted> wanted,
                                                                 const Loop& loop) {
  TRY_VOID(finish());
  std::vector<Result<Applied>> outcomes(wanted.size());
  std::vector<std::optional<Ready>> all(wanted.size());
  TRY_VOID(loop(wanted.size(), [&](std::size_t i) -> Result<> {
    auto made = prepare(change, std::move(wanted[i]));
    if (made)
      all[i] = *std::move(made);
    else
      outcomes[i] = Failure(std::move(made).error());
    return {};
  }));
  if (change.whole) {
    for (auto& outcome : outcomes)
      if (!outcome) return Failure(std::move(outcome).error());
  }
  std::vector<LabelJournal::Addition> additions;
  for (auto& one : all)
    if (one) additions.push_back(std::move(one->addition));
  const bool together = change.whole && additions.size() > 1;
  for (auto& addition : additions) addition.entry.together = together ? static_cast<std::int64_t>(additions.size()) : 0;
  TRY_VOID(journal_.add(std::move(additions)));
  TRY_VOID(loop(all.size(), [&](std::size_t i) -> Result<> {
    if (!all[i]) return {};
    if (all[i]->file) TRY_VOID(write_file(all[i]->path, *all[i]->file));
    outcomes[i] = Applied{true, std::move(all[i]->gave_way)};
    return {};
  }));
  if (together) TRY_VOID(journal_.finished(change.group));
  return outcomes;
}

Result<LabelBook::Applied> LabelBook::apply(const LabelChange& change, const std::string& face,
                                            std::span<const LabelOperation> operations) {
  std::vector<Wanted> one(1);
  TRY(one[0].face, load(face));
  one[0].operations.assign(operations.begin(), operations.end());
  TRY(auto outcomes, apply(change, std::move(one)));
  return std::move(outcomes[0]);
}

Result<std::optional<LabelBook::Finished>> LabelBook::finish() {
  const std::lock_guard lock(*finishing_);
  if (std::exchange(all_finished_, true)) return std::nullopt;
  Finished finished{journal_.unfinished(), {}};
  if (finished.entries.empty()) return std::nullopt;
  std::set<std::int64_t> groups;
  for (const auto& entry : finished.entries) {
    TRY(auto why, go_one(entry, /*back=*/false));
    if (!why.empty()) finished.refused.push_back({entry.face, std::move(why)});
    groups.insert(entry.group);
  }
  for (const auto group : groups) TRY_VOID(journal_.finished(group));
  return finished;
}

void LabelBook::find_names() {
  names_.emplace();
  const auto all = loose_names(folder_);
  for (const auto& name : all ? *all : std::vector<std::string>{}) {
    if (const auto loaded = load(name)) names_->emplace(loaded->identity, name);
  }
}

std::optional<std::string> LabelBook::locate(const LabelEntry& entry) {
  if (const auto loaded = load(entry.face); loaded && loaded->identity == entry.identity) return entry.face;
  const std::lock_guard lock(*mutex_);
  if (!names_) find_names();
  const auto found = names_->find(entry.identity);
  return found == names_->end() ? std::nullopt : std::optional(found->second);
}

Result<std::string> LabelBook::go_one(const LabelEntry& entry, bool back) {
  const auto name = locate(entry);
  if (!name) return "it is not in the folder any more, or has another picture";
  TRY(const Loaded now, load(*name));
  const LabelDigest digest = digest_of(now.labels);
  const LabelDigest& from = back ? entry.after : entry.before;
  const LabelDigest& to = back ? entry.before : entry.after;
  if (!is_in_state(digest, from, entry)) {
    // A kill between journal and face, or between face and journal, leaves it there already.
    return is_in_state(digest, to, entry) ? "" : "its labels were changed by something else since";
  }
  TRY(const auto operations, journal_.operations(entry, !back));
  FaceLabels labels = now.labels;
  labels.open = back ? entry.open_after : entry.open_before;
  for (const auto& operation : operations) {
    const auto inverse = understudy::apply(operation, labels);
    if (!inverse) return to_sentence(inverse.error());
  }
  TRY(const Relabelled made, relabelled(now.info, std::move(labels)));
  if (same_in_file(made.labels, now.labels)) return "";
  TRY(const Bytes jpeg, with_face_info(now.jpeg, made.fitted.info));
  TRY_VOID(write_file(now.path, jpeg));
  return "";
}

Result<LabelBook::Undone> LabelBook::go(std::vector<LabelEntry> entries, bool back, const Loop& loop) {
  if (entries.empty())
    return fail(Code::not_found, "There is no change of the labels in {} that could be {}", folder_.string(),
                back ? "taken back" : "done again");
  Undone undone{entries.front().what, {}, {}};
  // A face that one change touched more than once goes through its entries in their order. A copy of it under another
  // name is a face of its own.
  std::vector<std::vector<LabelEntry>> by_face;
  std::map<std::pair<std::uint64_t, std::string>, std::size_t> places;
  if (back) std::ranges::reverse(entries);
  for (auto& entry : entries) {
    const auto [place, is_new] = places.try_emplace({entry.identity, entry.face}, by_face.size());
    if (is_new) by_face.emplace_back();
    by_face[place->second].push_back(std::move(entry));
  }
  TRY_VOID(loop(by_face.size(), [&](std::size_t i) -> Result<> {
    std::string why;
    for (const auto& entry : by_face[i]) {
      if (why.empty()) {
        TRY(why, go_one(entry, back));
      }
      TRY_VOID(journal_.mark(entry.id, back));
    }
    const std::lock_guard lock(*mutex_);
    if (why.empty())
      undone.faces.push_back(by_face[i].front().face);
    else
      undone.refused.push_back({by_face[i].front().face, why});
    return {};
  }));
  std::ranges::sort(undone.faces);
  std::ranges::sort(undone.refused, {}, &Refused::face);
  return undone;
}

Result<std::vector<LabelEntry>> LabelBook::entries_of(const std::string& face, bool undone) const {
  TRY(const Loaded loaded, load(face));
  auto history = journal_.of_face(loaded.identity);
  // A copy of the face under another name has a history of its own.
  std::erase_if(history, [&](const LabelEntry& entry) {
    const auto other = entry.face == face ? Result<Loaded>(Failure(Error{})) : load(entry.face);
    return other && other->identity == loaded.identity;
  });
  if (!undone) std::ranges::reverse(history);
  const auto first = std::ranges::find_if(history, [undone](auto& e) { return e.undone == undone; });
  if (first == history.end()) return std::vector<LabelEntry>{};
  std::vector<LabelEntry> found;
  for (const auto& entry : history) {
    if (entry.group == first->group && entry.undone == undone) found.push_back(entry);
  }
  if (!undone) std::ranges::reverse(found);  // oldest first, as go() takes them
  return found;
}

Result<LabelBook::Undone> LabelBook::undo(const std::optional<std::string>& face, const Loop& loop) {
  if (!face) return go(journal_.last_done(), true, loop);
  TRY(auto entries, entries_of(*face, false));
  return go(std::move(entries), true, loop);
}

Result<LabelBook::Undone> LabelBook::redo(const std::optional<std::string>& face, const Loop& loop) {
  if (!face) return go(journal_.first_undone(), false, loop);
  TRY(auto entries, entries_of(*face, true));
  return go(std::move(entries), false, loop);
}

Result<> LabelBook::one_by_one(std::size_t count, const std::function<Result<>(std::size_t)>& work) {
  for (std::size_t i = 0; i < count; ++i) TRY_VOID(work(i));
  return {};
}

}  // namespace understudy
