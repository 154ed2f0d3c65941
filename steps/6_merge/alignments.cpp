// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/alignments.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/face/extra_keys.hpp"
#include "lib/timeline/operations.hpp"

namespace understudy {
namespace {

Point square_centre_of(const Landmarks68& landmarks) {
  const Point p = face_matrix(landmarks, 256, FaceType::full).inverse()({127, 127});
  return {std::nearbyint(p.x), std::nearbyint(p.y)};
}

std::optional<int> person_of(const FaceInfo& info) {
  const auto* value = extra_value(info, "understudy_person");
  const auto number = value ? value->as_int() : std::nullopt;
  if (number && *number >= 0 && *number <= highest_person) return static_cast<int>(*number);
  return {};
}

// A face that extraction filled in between others was not found at all.
std::optional<double> score_of(const FaceInfo& info) {
  return extra_value(info, "understudy_filled") ? 0.0 : extra_number(info, "understudy_score");
}

}  // namespace

Result<Alignments> read_alignments(const Faceset& set) {
  Alignments out;
  for (std::size_t i = 0; i < set.entries().size(); ++i) {
    const auto& entry = set.entries()[i];
    FaceInfo info = entry.info;
    if (set.packed()) {  // a pack's table lacks the frame's landmarks
      TRY(info, set.full_info(i));
    }
    if (info.source_filename.empty() || !info.source_landmarks) {
      out.without_source.push_back(entry.file_name);
      continue;
    }
    out.by_frame[fs::path(info.source_filename).stem().string()].push_back(
        {*info.source_landmarks, person_of(info), score_of(info), i});
  }
  for (const auto& [stem, faces] : out.by_frame) {
    if (faces.size() > 1) out.crowded.push_back(stem);
  }
  return out;
}

FaceMotion motion_between(const Landmarks68& before, const Landmarks68& after) {
  const Point v = square_centre_of(after) - square_centre_of(before);
  return {std::hypot(v.x, v.y), -std::atan2(v.y, v.x) * 180 / std::numbers::pi};
}

std::vector<std::vector<MergeFace>> faces_by_frame(const Alignments& alignments, std::span<const std::string> stems) {
  const auto first_of = [&](std::size_t i) -> const Landmarks68* {
    const auto found = alignments.by_frame.find(stems[i]);
    return found == alignments.by_frame.end() ? nullptr : &found->second.front().landmarks;
  };
  std::vector<std::vector<MergeFace>> frames(stems.size());
  for (std::size_t i = 0; i < stems.size(); ++i) {
    const auto found = alignments.by_frame.find(stems[i]);
    if (found == alignments.by_frame.end()) continue;
    for (const auto& face : found->second)
      frames[i].push_back({face.landmarks, {}, face.person, face.score, face.entry});
    if (!alignments.crowded.empty()) continue;
    const auto* before = first_of(i > 0 ? i - 1 : 0);
    const auto* after = first_of(std::min(i + 1, stems.size() - 1));
    if (before && after) frames[i].front().motion = motion_between(*before, *after);
  }
  return frames;
}

}  // namespace understudy
