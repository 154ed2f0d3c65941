// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/sample_choice.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

// Differences that count as one, so that poses, sizes and times can be compared.
constexpr double of_yaw = 0.35, of_pitch = 0.25, of_size = 0.7, of_time = 150;

double distance(const SampleFace& a, const SampleFace& b) {
  return std::hypot((a.yaw - b.yaw) / of_yaw, (a.pitch - b.pitch) / of_pitch, std::log(a.size / b.size) / of_size) +
         std::abs(static_cast<double>(a.frame - b.frame)) / of_time;
}

// The middle one in time, then always the one that is farthest from all that are chosen.
void choose_in_shot(std::span<const SampleFace> faces, std::size_t count, std::vector<std::int64_t>& chosen) {
  std::vector<double> away(faces.size(), 1e30);
  std::size_t next = faces.size() / 2;
  for (std::size_t n = 0; n < std::min(count, faces.size()); ++n) {
    chosen.push_back(faces[next].frame);
    for (std::size_t i = 0; i < faces.size(); ++i) away[i] = std::min(away[i], distance(faces[i], faces[next]));
    away[next] = -1;
    next = static_cast<std::size_t>(std::ranges::max_element(away) - away.begin());
  }
}

}  // namespace

std::vector<std::int64_t> sample_frames(std::span<const SampleFace> faces, std::size_t count) {
  std::map<std::size_t, std::vector<SampleFace>> shots;
  for (const auto& face : faces) shots[face.shot].push_back(face);
  // The next place goes to the shot with most frames for each place that it has: the first ones to the longest shots.
  std::map<std::size_t, std::size_t> places;
  for (std::size_t n = 0; n < std::min(count, faces.size()); ++n) {
    double most = -1;
    std::size_t to = 0;
    for (const auto& [shot, list] : shots) {
      const std::size_t has = places[shot];
      const double want = has >= list.size() ? -1
                          : has == 0         ? 1e12 + static_cast<double>(list.size())
                                             : static_cast<double>(list.size()) / static_cast<double>(has + 1);
      if (want > most) most = want, to = shot;
    }
    ++places[to];
  }
  std::vector<std::int64_t> chosen;
  for (const auto& [shot, list] : shots) choose_in_shot(list, places[shot], chosen);
  std::ranges::sort(chosen);
  return chosen;
}

std::vector<SampleFace> sample_faces(const Timeline& timeline, const std::vector<PlannedFrame>& plans,
                                     const std::vector<bool>& wanted) {
  constexpr int side = 256;
  std::vector<SampleFace> faces;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (!wanted[i]) continue;
    std::optional<SampleFace> largest;
    for (const auto& face : plans[i].faces) {
      const Affine map = face_matrix(face.face.landmarks, side, FaceType::full);
      const double zoom = std::hypot(map.m[0], map.m[3]);
      if (!std::isfinite(zoom) || zoom < 1e-6) continue;
      const auto frame = static_cast<std::int64_t>(i);
      SampleFace one{frame, shot_of(timeline, frame), 0, 0, side / zoom};
      if (largest && largest->size >= one.size) continue;
      const Pose pose = true_pose(transformed(face.face.landmarks, map), side);
      one.yaw = std::isfinite(pose.yaw) ? pose.yaw : 0;
      one.pitch = std::isfinite(pose.pitch) ? pose.pitch : 0;
      largest = one;
    }
    if (largest) faces.push_back(*largest);
  }
  return faces;
}

}  // namespace understudy
