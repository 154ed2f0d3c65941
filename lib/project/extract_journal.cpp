// SPDX-License-Identifier: Apache-2.0
#include "lib/project/extract_journal.hpp"

#include <charconv>
#include <sstream>

#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

nlohmann::json json_of(const Rect& r) { return {r.left, r.top, r.right, r.bottom}; }

std::optional<Rect> rect_of(const nlohmann::json& list) {
  if (!list.is_array() || list.size() < 4) return {};
  for (std::size_t i = 0; i < 4; ++i)
    if (!list[i].is_number()) return {};
  return Rect{list[0], list[1], list[2], list[3]};
}

std::uint64_t hash_of(const nlohmann::json& text) {
  std::uint64_t hash = 0;
  if (const auto* digits = text.get_ptr<const std::string*>())
    std::from_chars(digits->data(), digits->data() + digits->size(), hash, 16);
  return hash;
}

// One that is odd is as good as none: the face's file then counts as somebody's work.
std::vector<FaceMark> marks_of(const nlohmann::json& list) {
  std::vector<FaceMark> marks;
  for (const auto& item : list.is_array() ? list : nlohmann::json::array()) {
    const auto box = rect_of(item);
    if (!box || item.size() != 6) return {};
    marks.push_back({*box, hash_of(item[4]), hash_of(item[5])});
  }
  return marks;
}

std::string line_of(const FrameRecord& record) {
  nlohmann::json line{{"frame", path_text(record.name)}, {"faces", nlohmann::json::array()}};
  for (const auto& file : record.files) line["faces"].push_back(path_text(file));
  if (record.bytes > 0) line["bytes"] = record.bytes;
  if (record.content != 0)
    line["content"] = {fmt::format("{:016x}", record.content), fmt::format("{:016x}", record.times)};
  if (!record.problem.empty()) line["problem"] = record.problem;
  if (!record.look.empty()) line["look"] = record.look;
  for (const auto& mark : record.marks) {
    auto item = json_of(mark.box);
    item.push_back(fmt::format("{:016x}", mark.file));
    item.push_back(fmt::format("{:016x}", mark.picture));
    line["marks"].push_back(std::move(item));
  }
  for (const auto& box : record.out) line["out"].push_back(json_of(box));
  if (!record.tracks.empty()) line["tracks"] = record.tracks;
  return json_text(line) + "\n";
}

std::optional<FrameRecord> record_of(const nlohmann::json& line) {
  if (!line.is_object() || !line.contains("frame") || !line["frame"].is_string() || !line.contains("faces") ||
      !line["faces"].is_array())
    return {};
  FrameRecord record;
  record.name = path_of_text(line["frame"].get_ref<const std::string&>()).native();
  for (const auto& file : line["faces"]) {
    if (!file.is_string()) return {};
    record.files.push_back(path_of_text(file.get_ref<const std::string&>()).native());
  }
  if (line.contains("bytes") && line["bytes"].is_number_unsigned()) record.bytes = line["bytes"];
  if (const auto content = line.value("content", nlohmann::json()); content.is_array() && content.size() == 2) {
    record.content = hash_of(content[0]);
    record.times = hash_of(content[1]);
  }
  if (line.contains("problem") && line["problem"].is_string()) record.problem = line["problem"];
  if (line.contains("look") && line["look"].is_string()) record.look = line["look"];
  record.marks = marks_of(line.value("marks", nlohmann::json()));
  if (record.marks.size() != record.files.size()) record.marks.clear();
  const auto out = line.value("out", nlohmann::json());
  for (const auto& box : out.is_array() ? out : nlohmann::json::array())
    if (const auto rect = rect_of(box)) record.out.push_back(*rect);
  const auto tracks = line.value("tracks", nlohmann::json());
  for (const auto& track : tracks.is_array() ? tracks : nlohmann::json::array())
    if (track.is_number_integer()) record.tracks.push_back(track);
  return record;
}

// The head as it would be written today: `smooth` was a yes or no at first.
nlohmann::json todays(nlohmann::json head) {
  if (!head.contains("options") || !head["options"].is_object()) return head;
  auto& options = head["options"];
  if (options.contains("smooth") && options["smooth"].is_boolean())
    options["smooth"] = options["smooth"].get<bool>() ? "on" : "off";
  return head;
}

}  // namespace

fs::path extract_journal_of(const Workspace& workspace, Side side) {
  return workspace.state() / fmt::format("extract-{}.jsonl", side_name(side));
}

Result<Journal> Journal::load(const fs::path& path) {
  Journal journal;
  journal.path_ = path;
  auto text = read_text(path);
  if (!text && text.error().code == Code::not_found) return journal;
  if (!text) return Failure(std::move(text).error());
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const auto json = parse_json(line);
    if (journal.head_.is_null()) {
      const auto version = version_in(json, formats::extract);
      if (!version) break;
      if (*version > formats::extract.version) {
        return fail_with_hint(Code::newer_version, fmt::format("{} was written by a newer version", path.string()),
                              "Update understudy, or extract anew with --redo.");
      }
      journal.head_ = todays(json);
      journal.complete_ = json.contains("complete") && json["complete"] == true;
    } else if (auto record = record_of(json)) {
      journal.records_[record->name] = std::move(*record);
    }
  }
  return journal;
}

std::size_t Journal::face_count() const {
  std::size_t n = 0;
  for (const auto& [name, record] : records_) n += record.files.size();
  return n;
}

Result<> Journal::keep_times(const std::map<std::string, std::uint64_t>& times) {
  for (const auto& [name, of_frame] : times) records_.at(name).times = of_frame;
  return rewrite();
}

Result<> Journal::begin(nlohmann::json head) {
  head_ = std::move(head);
  head_["format"] = formats::extract.name;
  head_["version"] = formats::extract.version;
  complete_ = false;
  TRY_VOID(rewrite());
  out_ = std::ofstream(path_, std::ios::app | std::ios::binary);
  if (!out_) return fail(Code::io, "Cannot write {}", path_.string());
  return {};
}

Result<> Journal::add(FrameRecord record) {
  out_ << line_of(record) << std::flush;
  if (!out_)
    return fail_with_hint(Code::io, fmt::format("Cannot write {}", path_.string()),
                          "Check the space left on that disk and run the command again.");
  records_[record.name] = std::move(record);
  return {};
}

Result<> Journal::finish(const std::vector<std::int64_t>& shots) {
  out_.close();
  complete_ = true;
  if (!shots.empty()) head_["shots"] = shots;
  return rewrite();
}

std::vector<std::int64_t> Journal::shots() const {
  std::vector<std::int64_t> shots;
  const auto said = head_.is_object() ? head_.value("shots", nlohmann::json()) : nlohmann::json();
  if (said.is_array())
    for (const auto& first : said)
      if (first.is_number_integer() && first.get<std::int64_t>() > (shots.empty() ? -1 : shots.back()))
        shots.push_back(first);
  return shots;
}

Result<> Journal::rewrite() {
  nlohmann::json head = head_;
  head["complete"] = complete_;
  std::string text = json_text(head) + "\n";
  for (const auto& [name, record] : records_) text += line_of(record);
  return write_text(path_, text);
}

}  // namespace understudy
