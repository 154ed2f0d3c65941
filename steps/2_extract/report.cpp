// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/report.hpp"

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"

namespace understudy {

void tell_faces(const media::FrameSource& source, const std::vector<std::int64_t>& frames, const Journal& journal,
                ExtractReport& report) {
  for (const auto index : frames) {
    const auto record = journal.records().find(source.name(index));
    if (record == journal.records().end()) continue;
    const auto& files = record->second.files;
    report.faces += static_cast<std::int64_t>(files.size());
    if (!record->second.problem.empty()) {
      report.unreadable.push_back(record->first);
    } else if (files.empty()) {
      report.without_face.push_back(record->first);
    } else if (files.size() > 1) {
      report.several_faces.push_back(record->first);
    }
  }
}

void tell_times(const ThreadSeconds& seconds, ExtractReport& report) {
  report.read_seconds = seconds.read;
  report.find_seconds = seconds.find;
  report.cut_seconds = seconds.cut;
  report.write_seconds = seconds.write;
}

std::string to_json_text(const ExtractReport& r) {
  const nlohmann::json json{
      {"frames", r.frames},
      {"faces", r.faces},
      {"frames_done_before", r.frames_done_before},
      {"without_face", r.without_face},
      {"several_faces", r.several_faces},
      {"unreadable", r.unreadable},
      {"kept_foreign", r.kept_foreign},
      {"backup", path_text(r.backup)},
      {"set_aside", r.set_aside},
      {"tracks", r.tracks},
      {"persons", r.persons},
      {"filled", r.filled},
      {"dropped", r.dropped},
      {"redone", r.redone},
      {"seconds", r.seconds},
      {"frames_per_second", r.seconds > 0 ? static_cast<double>(r.frames - r.frames_done_before) / r.seconds : 0.0},
      {"thread_seconds",
       {{"read", r.read_seconds}, {"find", r.find_seconds}, {"cut", r.cut_seconds}, {"write", r.write_seconds}}},
      {"memory_peak_bytes", memory_peak()}};
  return json_text(json);
}

}  // namespace understudy
