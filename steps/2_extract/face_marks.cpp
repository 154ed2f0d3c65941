// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/face_marks.hpp"

#include "lib/base/path_text.hpp"
#include "lib/face/face_file.hpp"

namespace understudy {

Result<FaceMarks> FaceMarks::read(const fs::path& folder) {
  FaceMarks marks;
  marks.folder_ = folder;
  TRY(const auto history, FaceHistory::open(folder));
  const auto said = history.facts().find("mark");
  if (said == history.facts().end()) return marks;
  for (const auto& [key, mark] : said->second) {
    // A face is called FRAME/SIZE there, or /FILE where it was not known of which frame it is (face_key() of
    // lib/selection). One of which that is not known now either cannot be cut out again, and stays marked.
    auto frame = path_of_text(key.substr(0, key.rfind('/')));
    if (key.starts_with('/')) {
      const auto info = read_face_info(folder / path_of_text(key.substr(1)));
      frame = info ? info->source_filename : std::string();
    }
    if (frame.stem().empty()) continue;
    marks.keys_.emplace(frame.stem().string(), key);
  }
  return marks;
}

bool FaceMarks::has(const std::string& frame_name) const {
  return keys_.contains(fs::path(frame_name).stem().string());
}

void FaceMarks::cut(const std::string& frame_name) { cut_.insert(fs::path(frame_name).stem().string()); }

Result<> FaceMarks::take_away() {
  std::vector<FaceFact> done;
  for (const auto& [stem, key] : keys_)
    if (cut_.contains(stem)) done.push_back({key, "mark", {}});
  if (done.empty()) return {};
  TRY(auto history, FaceHistory::open(folder_));
  TRY_VOID(history.say("cut out again", std::move(done)));
  return {};
}

}  // namespace understudy
