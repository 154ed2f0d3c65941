// SPDX-License-Identifier: Apache-2.0
#include "lib/face/labels/journal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lib/base/formats.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

using nlohmann::json;

constexpr std::uint64_t most_text = std::uint64_t{1} << 26, most_masks = std::uint64_t{1} << 30;

std::string head_line() {
  return json_text(json{{"format", formats::label_journal.name}, {"version", formats::label_journal.version}}) + "\n";
}

std::string hex(std::uint64_t number) { return fmt::format("{:016x}", number); }
std::uint64_t from_hex(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return number;
}

json digest_json(const LabelDigest& digest) { return json::array({hex(digest.polygons), hex(digest.mask)}); }
LabelDigest digest_from(const json& pair) {
  return {from_hex(pair.at(0).get<std::string>()), from_hex(pair.at(1).get<std::string>())};
}

std::string line_of(const LabelEntry& e) {
  json line{{"id", e.id},
            {"group", e.group},
            {"what", e.what},
            {"face", path_text(e.face)},
            {"identity", hex(e.identity)},
            {"before", digest_json(e.before)},
            {"after", digest_json(e.after)},
            {"do", json::parse(e.forward)},
            {"undo", json::parse(e.backward)}};
  if (e.open_before) line["open_before"] = to_json(*e.open_before);
  if (e.open_after) line["open_after"] = to_json(*e.open_after);
  if (e.uncertainty && std::isfinite(*e.uncertainty)) line["uncertainty"] = *e.uncertainty;
  return json_text(line) + "\n";
}
std::string mark_line(std::int64_t id, bool undone) {
  return json_text(json{{undone ? "undone" : "redone", id}}) + "\n";
}

std::optional<Polygon> open_from(const json& line, const char* key) {
  if (!line.contains(key)) return std::nullopt;
  auto polygon = polygon_from_json(line.at(key));
  return polygon ? std::optional(*std::move(polygon)) : std::nullopt;
}

// May throw what json throws.
LabelEntry entry_from(const json& line) {
  LabelEntry e;
  e.id = line.at("id");
  e.group = line.at("group");
  e.what = line.at("what");
  e.face = path_of_text(line.at("face").get_ref<const std::string&>()).string();
  e.identity = from_hex(line.at("identity").get<std::string>());
  e.before = digest_from(line.at("before"));
  e.after = digest_from(line.at("after"));
  e.open_before = open_from(line, "open_before");
  e.open_after = open_from(line, "open_after");
  if (const auto told = line.find("uncertainty"); told != line.end() && told->is_number())
    e.uncertainty = std::clamp(told->get<double>(), 0.0, 1.0);
  e.forward = line.at("do").dump();
  e.backward = line.at("undo").dump();
  return e;
}

template <class T>
void append(Bytes& bytes, T value) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof value);
}

}  // namespace

LabelDigest digest_of(const FaceLabels& labels) {
  Bytes bytes;
  for (const auto& polygon : labels.polygons) {
    append(bytes, static_cast<std::int32_t>(polygon.kind));
    append(bytes, static_cast<std::uint64_t>(polygon.points.size()));
    for (const Point p : polygon.points) {
      append(bytes, static_cast<float>(p.x));
      append(bytes, static_cast<float>(p.y));
    }
  }
  return {print_of(bytes).hash, labels.mask ? print_of(*labels.mask).hash : 0};
}

struct LabelJournal::Parts {
  fs::path folder, list;
  std::vector<LabelEntry> entries;
  std::unordered_map<std::int64_t, std::size_t> by_id;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_face;
  std::int64_t next_id = 1, next_group = 1;
  bool anew = false;  // it is to be written as a whole before it is added to
  std::uint64_t bytes_read = 0;
  bool trimmed = false;
  mutable std::mutex mutex;

  fs::path masks_of(std::int64_t group) const { return folder / fmt::format("{:06}.masks", group); }

  void take(LabelEntry entry) {
    auto& of_face = by_face[entry.identity];
    for (const auto i : of_face) entries[i].dropped = entries[i].dropped || entries[i].undone;
    of_face.push_back(entries.size());
    by_id[entry.id] = entries.size();
    next_id = std::max(next_id, entry.id + 1);
    next_group = std::max(next_group, entry.group + 1);
    entries.push_back(std::move(entry));
  }
  bool take_line(const std::string& text) {
    const json line = json::parse(text, nullptr, false);
    try {
      if (!line.is_object()) return false;
      if (line.contains("undone") || line.contains("redone")) {
        const bool undone = line.contains("undone");
        const auto found = by_id.find(line.at(undone ? "undone" : "redone").get<std::int64_t>());
        if (found != by_id.end()) entries[found->second].undone = undone;
        return true;
      }
      take(entry_from(line));
      return true;
    } catch (const json::exception&) {
      return false;
    }
  }
  // A mark that a power cut takes is made again by the next undo, which finds the face as it was.
  Result<> append(std::string_view text, bool on_disk) {
    if (!std::exchange(trimmed, true)) trim();
    if (anew) TRY_VOID(rewrite());
    anew = false;
    std::ofstream out(list, std::ios::app | std::ios::binary);
    out << text << std::flush;
    if (!out) {
      return fail_with_hint(Code::io, fmt::format("Cannot write {}", list.string()),
                            "Check that there is room on that disk and that you may write there.");
    }
    return on_disk ? sync_file(list) : Result<>();
  }
  Result<> rewrite() const {
    std::string all = head_line();
    for (const auto& entry : entries) {
      if (!entry.dropped) all += line_of(entry);
      if (!entry.dropped && entry.undone) all += mark_line(entry.id, true);
    }
    return write_text(list, all);
  }
  // Masks of one group on their way into its file.
  struct NewMasks {
    fs::path file;
    std::uint64_t at = 0;  // where they will begin
    Bytes bytes;
  };
  NewMasks new_masks(std::int64_t group) const {
    const fs::path file = masks_of(group);
    std::error_code ignored;
    return {file, fs::exists(file, ignored) ? fs::file_size(file, ignored) : 0, {}};
  }
  static json place_of(const Bytes& mask, std::int64_t group, NewMasks& masks) {
    json place{{"group", group}, {"at", masks.at + masks.bytes.size()}, {"bytes", mask.size()}};
    masks.bytes.insert(masks.bytes.end(), mask.begin(), mask.end());
    return place;
  }
  static Result<> keep(const NewMasks& masks) {
    if (masks.bytes.empty()) return {};
    std::ofstream out(masks.file, std::ios::app | std::ios::binary);
    out.write(reinterpret_cast<const char*>(masks.bytes.data()), static_cast<std::streamsize>(masks.bytes.size()));
    out.close();
    if (!out) return fail(Code::io, "Cannot write {}", masks.file.string());
    return sync_file(masks.file);
  }
  Result<Bytes> find_mask(const json& place) const {
    if (!place.is_object() || !place.contains("group") || !place.contains("at") || !place.contains("bytes"))
      return fail(Code::bad_file, "a mask of the journal has no place");
    const std::uint64_t size = place.at("bytes");
    TRY(Bytes mask, read_range(masks_of(place.at("group")), place.at("at"), std::min(size, most_masks)));
    if (mask.size() == size) return mask;
    return fail(Code::bad_file, "{} is cut short", masks_of(place.at("group")).string());
  }
  static Result<std::string> text_of(std::int64_t group, std::span<const LabelOperation> operations, NewMasks& masks) {
    json list_of = json::array();
    for (const auto& operation : operations) {
      TRY(json one, to_json(operation, [&](const Bytes& m) -> Result<json> { return place_of(m, group, masks); }));
      list_of.push_back(std::move(one));
    }
    return list_of.dump();
  }
  // Drops the oldest groups when there is too much of them.
  void trim() {
    std::unordered_map<std::int64_t, std::uint64_t> sizes;
    std::uint64_t masks = 0;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      std::error_code ignored;
      if (it->path().extension() != ".masks") continue;
      masks += sizes[std::atoll(it->path().stem().c_str())] = it->file_size(ignored);
    }
    if (bytes_read <= most_text && masks <= most_masks) return;
    std::int64_t oldest = next_group - 1;
    std::uint64_t kept_text = 0, kept_masks = sizes[oldest];
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      kept_text += entry->forward.size() + entry->backward.size() + 300;
      if (entry->group != oldest && (kept_text > most_text / 2 || kept_masks + sizes[entry->group] > most_masks / 2))
        break;
      if (entry->group != oldest) kept_masks += sizes[entry->group];
      oldest = entry->group;
    }
    drop_before(oldest, sizes);
  }
  void drop_before(std::int64_t oldest, const std::unordered_map<std::int64_t, std::uint64_t>& with_masks) {
    std::vector<LabelEntry> kept;
    for (auto& entry : std::exchange(entries, {}))
      if (entry.group >= oldest) kept.push_back(std::move(entry));
    by_id.clear();
    by_face.clear();
    for (auto& entry : kept) {
      const bool dropped = entry.dropped;
      const auto id = entry.id;
      take(std::move(entry));
      entries[by_id[id]].dropped = dropped;
    }
    if (!rewrite()) return;  // the old one stands, and its masks
    for (const auto& [group, size] : with_masks) {
      std::error_code ignored;
      if (group < oldest) fs::remove(masks_of(group), ignored);
    }
  }
  std::vector<LabelEntry> chosen(std::int64_t group, bool undone) const {
    std::vector<LabelEntry> found;
    for (const auto& entry : entries) {
      if (entry.group == group && entry.undone == undone && !entry.dropped) found.push_back(entry);
    }
    return found;
  }
};

LabelJournal::LabelJournal(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LabelJournal::LabelJournal(LabelJournal&&) noexcept = default;
LabelJournal& LabelJournal::operator=(LabelJournal&&) noexcept = default;
LabelJournal::~LabelJournal() = default;

Result<LabelJournal> LabelJournal::open(const fs::path& folder) {
  auto parts = std::make_unique<Parts>();
  parts->folder = folder / ".understudy" / "labels";
  parts->list = parts->folder / "journal.jsonl";
  const auto text = read_text(parts->list, std::uint64_t{1} << 31);
  if (!text && text.error().code != Code::not_found) return Failure(text.error());
  bool whole = text.has_value() && text->ends_with('\n');
  std::istringstream in(text ? *text : std::string());
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    if (lines > 0) {
      whole &= parts->take_line(line);
      continue;
    }
    const auto head = json::parse(line, nullptr, false);
    const auto version = version_in(head, formats::label_journal);
    whole &= version.has_value();
    if (version && *version > formats::label_journal.version)
      return fail_with_hint(Code::newer_version, fmt::format("{} was written by a newer version", parts->list.string()),
                            "Update understudy.");
  }
  parts->anew = !whole;
  parts->bytes_read = text ? text->size() : 0;
  return LabelJournal(std::move(parts));
}

std::int64_t LabelJournal::new_group() {
  const std::lock_guard lock(parts_->mutex);
  return parts_->next_group++;
}

Result<> LabelJournal::add(std::vector<Addition> additions) {
  if (additions.empty()) return {};
  const std::lock_guard lock(parts_->mutex);
  TRY_VOID(make_folders(parts_->folder));
  const std::int64_t group = additions.front().entry.group;
  auto masks = parts_->new_masks(group);
  std::string lines;
  std::int64_t id = parts_->next_id;
  for (auto& [entry, forward, backward] : additions) {
    check(entry.group == group, "what is added at once belongs to one change");
    entry.id = id++;
    TRY(entry.forward, Parts::text_of(group, forward, masks));
    TRY(entry.backward, Parts::text_of(group, backward, masks));
    lines += line_of(entry);
  }
  TRY_VOID(Parts::keep(masks));
  TRY_VOID(parts_->append(lines, true));
  for (auto& addition : additions) parts_->take(std::move(addition.entry));
  return {};
}

Result<> LabelJournal::mark(std::int64_t id, bool undone) {
  const std::lock_guard lock(parts_->mutex);
  TRY_VOID(parts_->append(mark_line(id, undone), false));
  if (const auto found = parts_->by_id.find(id); found != parts_->by_id.end())
    parts_->entries[found->second].undone = undone;
  return {};
}

Result<std::vector<LabelOperation>> LabelJournal::operations(const LabelEntry& entry, bool forward) const {
  std::vector<LabelOperation> operations;
  const json list = json::parse(forward ? entry.forward : entry.backward, nullptr, false);
  const auto find = [this](const json& place) -> Result<Bytes> {
    try {
      return parts_->find_mask(place);
    } catch (const json::exception&) {
      return fail(Code::bad_file, "a mask of the journal has no place");
    }
  };
  for (const auto& one : list) {
    auto operation = operation_from_json(one, find);
    if (!operation) return during(std::move(operation).error(), fmt::format("reading {}", parts_->list.string()));
    operations.push_back(*std::move(operation));
  }
  return operations;
}

std::vector<LabelEntry> LabelJournal::of_face(std::uint64_t identity) const {
  const std::lock_guard lock(parts_->mutex);
  std::vector<LabelEntry> found;
  const auto of_face = parts_->by_face.find(identity);
  if (of_face == parts_->by_face.end()) return found;
  for (const auto i : of_face->second) {
    if (!parts_->entries[i].dropped) found.push_back(parts_->entries[i]);
  }
  return found;
}

std::optional<double> LabelJournal::uncertainty(std::uint64_t identity, const Bytes& mask) const {
  const std::uint64_t wanted = print_of(mask).hash;
  const auto history = of_face(identity);
  const auto made = std::ranges::find_if(history.rbegin(), history.rend(),
                                         [&](auto& e) { return e.uncertainty && e.after.mask == wanted; });
  return made == history.rend() ? std::nullopt : made->uncertainty;
}

std::vector<LabelEntry> LabelJournal::last_done() const {
  const std::lock_guard lock(parts_->mutex);
  const auto& entries = parts_->entries;
  const auto last = std::ranges::find_if(entries.rbegin(), entries.rend(), [](auto& e) { return !e.undone; });
  return last == entries.rend() ? std::vector<LabelEntry>{} : parts_->chosen(last->group, false);
}

std::vector<LabelEntry> LabelJournal::first_undone() const {
  const std::lock_guard lock(parts_->mutex);
  const auto first = std::ranges::find_if(parts_->entries, [](auto& e) { return e.undone && !e.dropped; });
  return first == parts_->entries.end() ? std::vector<LabelEntry>{} : parts_->chosen(first->group, true);
}

}  // namespace understudy
