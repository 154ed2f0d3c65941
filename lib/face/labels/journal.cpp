// SPDX-License-Identifier: Apache-2.0
#include "lib/face/labels/journal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "lib/base/formats.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/journal/history.hpp"
#include "lib/journal/journal_file.hpp"

namespace understudy {
namespace {

using nlohmann::json;

constexpr std::uint64_t most_text = std::uint64_t{1} << 26, most_masks = std::uint64_t{1} << 30;

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
  if (e.together > 0) line["together"] = e.together;
  return json_text(line) + "\n";
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
  e.together = line.value("together", std::int64_t{0});
  e.forward = line.at("do").dump();
  e.backward = line.at("undo").dump();
  return e;
}

template <class T>
void append(Bytes& bytes, T value) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof value);
}

std::string finished_line(std::int64_t group) { return json_text(json{{"finished", group}}) + "\n"; }
void note_finished(std::int64_t group, History<LabelEntry>& history) {
  history.change_group(group, [](LabelEntry& entry) { entry.together = 0; });
}

// Faces are changed when all lines of their change are on the disk: of one that has not all nothing was done.
void drop_torn(History<LabelEntry>& history) {
  std::unordered_map<std::int64_t, std::int64_t> counts;
  for (const auto& entry : history.entries()) counts[entry.group] += entry.together > 0;
  history.drop_if([&](const LabelEntry& e) { return e.together > 0 && !e.undone && counts[e.group] < e.together; });
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
  Parts(fs::path at, JournalFile list_file, History<LabelEntry> read)
      : folder(std::move(at)), file(std::move(list_file)), history(std::move(read)) {}
  fs::path folder;
  JournalFile file;
  History<LabelEntry> history;
  bool trimmed = false;
  mutable std::mutex mutex;

  fs::path masks_of(std::int64_t group) const { return folder / fmt::format("{:06}.masks", group); }
  std::string all_lines() const { return history.all_lines(line_of); }
  // A mark that a power cut takes is made again by the next undo, which finds the face as it was.
  Result<> append(std::string_view text, bool on_disk) {
    if (!std::exchange(trimmed, true)) trim();
    return file.append(text, on_disk, [this] { return all_lines(); });
  }
  // Masks of one group on their way into its file.
  struct NewMasks {
    fs::path file;
    std::uint64_t at = 0;  // where they will begin
    Bytes bytes;
  };
  NewMasks new_masks(std::int64_t group) const {
    const fs::path masks = masks_of(group);
    std::error_code ignored;
    return {masks, fs::exists(masks, ignored) ? fs::file_size(masks, ignored) : 0, {}};
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
    if (file.bytes_read() <= most_text && masks <= most_masks) return;
    const auto& entries = history.entries();
    std::int64_t oldest = history.newest_group();
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
    history.forget_before(oldest, [](const LabelEntry& entry) { return entry.identity; });
    if (!file.rewrite(all_lines())) return;  // the old one stands, and its masks
    for (const auto& [group, size] : with_masks) {
      std::error_code ignored;
      if (group < oldest) fs::remove(masks_of(group), ignored);
    }
  }
};

LabelJournal::LabelJournal(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LabelJournal::LabelJournal(LabelJournal&&) noexcept = default;
LabelJournal& LabelJournal::operator=(LabelJournal&&) noexcept = default;
LabelJournal::~LabelJournal() = default;

Result<LabelJournal> LabelJournal::open(const fs::path& folder) {
  const fs::path own = folder / ".understudy" / "labels";
  History<LabelEntry> history;
  const auto take = [&history](const json& line) {
    if (history.take_mark(line)) return true;
    if (const auto group = line.find("finished"); group != line.end()) {
      note_finished(group->get<std::int64_t>(), history);
      return true;
    }
    LabelEntry entry = entry_from(line);
    const auto identity = entry.identity;
    history.take(std::move(entry), identity);
    return true;
  };
  TRY(auto file, JournalFile::open(own / "journal.jsonl", formats::label_journal, take));
  drop_torn(history);
  return LabelJournal(std::make_unique<Parts>(own, std::move(file), std::move(history)));
}

std::int64_t LabelJournal::new_group() {
  const std::lock_guard lock(parts_->mutex);
  return parts_->history.new_group();
}

Result<> LabelJournal::add(std::vector<Addition> additions) {
  if (additions.empty()) return {};
  const std::lock_guard lock(parts_->mutex);
  TRY_VOID(make_folders(parts_->folder));
  const std::int64_t group = additions.front().entry.group;
  auto masks = parts_->new_masks(group);
  std::string lines;
  std::int64_t id = parts_->history.next_id();
  for (auto& [entry, forward, backward] : additions) {
    check(entry.group == group, "what is added at once belongs to one change");
    entry.id = id++;
    TRY(entry.forward, Parts::text_of(group, forward, masks));
    TRY(entry.backward, Parts::text_of(group, backward, masks));
    lines += line_of(entry);
  }
  TRY_VOID(Parts::keep(masks));
  TRY_VOID(parts_->append(lines, true));
  for (auto& addition : additions) {
    const auto identity = addition.entry.identity;
    parts_->history.take(std::move(addition.entry), identity);
  }
  return {};
}

Result<> LabelJournal::mark(std::int64_t id, bool undone) {
  const std::lock_guard lock(parts_->mutex);
  TRY_VOID(parts_->append(mark_line(id, undone), false));
  parts_->history.mark(id, undone);
  return {};
}

std::vector<LabelEntry> LabelJournal::unfinished() const {
  const std::lock_guard lock(parts_->mutex);
  std::vector<LabelEntry> found;
  for (const auto& entry : parts_->history.entries())
    if (entry.together > 0 && !entry.undone) found.push_back(entry);
  return found;
}

Result<> LabelJournal::finished(std::int64_t group) {
  const std::lock_guard lock(parts_->mutex);
  TRY_VOID(parts_->append(finished_line(group), false));
  note_finished(group, parts_->history);
  return {};
}

Result<std::vector<LabelOperation>> LabelJournal::operations(const LabelEntry& entry, bool forward) const {
  std::vector<LabelOperation> operations;
  const json list = parse_json(forward ? entry.forward : entry.backward);
  const auto find = [this](const json& place) -> Result<Bytes> {
    try {
      return parts_->find_mask(place);
    } catch (const json::exception&) {
      return fail(Code::bad_file, "a mask of the journal has no place");
    }
  };
  for (const auto& one : list) {
    auto operation = operation_from_json(one, find);
    if (!operation)
      return during(std::move(operation).error(), fmt::format("reading {}", parts_->file.path().string()));
    operations.push_back(*std::move(operation));
  }
  return operations;
}

std::vector<LabelEntry> LabelJournal::of_face(std::uint64_t identity) const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->history.of_stream(identity);
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
  const auto group = parts_->history.last_done();
  return group ? parts_->history.of_group(*group, false) : std::vector<LabelEntry>{};
}

std::vector<LabelEntry> LabelJournal::first_undone() const {
  const std::lock_guard lock(parts_->mutex);
  const auto group = parts_->history.first_undone();
  return group ? parts_->history.of_group(*group, true) : std::vector<LabelEntry>{};
}

}  // namespace understudy
