// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/sample_choice.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "steps/6_merge/face_view.hpp"

namespace understudy {
namespace {

// Differences that count as one, so that poses, sizes and times can be compared.
constexpr double of_yaw = 0.35, of_pitch = 0.25, of_size = 0.7, of_time = 150;

double distance(const SampleFace& a, const SampleFace& b) {
  return std::hypot((a.yaw - b.yaw) / of_yaw, (a.pitch - b.pitch) / of_pitch, std::log(a.size / b.size) / of_size) +
         std::abs(static_cast<double>(a.frame - b.frame)) / of_time;
}

using Faces = std::span<const SampleFace>;
using Places = std::vector<std::size_t>;  // in the span of faces

bool near_one(Faces faces, const Places& chosen, std::size_t i, std::int64_t apart) {
  return std::ranges::any_of(chosen, [&](std::size_t c) { return std::abs(faces[c].frame - faces[i].frame) < apart; });
}

// The face with the heaviest worry of a kind that is not shown yet, and that kind; not near one that is chosen.
std::pair<std::size_t, std::string> worst_of(Faces faces, const Places& chosen, const std::set<std::string>& shown,
                                             std::int64_t apart) {
  std::pair<std::size_t, std::string> worst{faces.size(), ""};
  double weight = 0;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    for (const auto& worry : faces[i].worries) {
      if (worry.weight <= weight || shown.contains(worry.what) || near_one(faces, chosen, i, apart)) continue;
      worst = {i, worry.what};
      weight = worry.weight;
    }
  }
  return worst;
}

Places worst_cases(Faces faces, std::size_t count) {
  Places chosen;
  std::set<std::string> shown;
  const auto apart = std::max<std::int64_t>(1, static_cast<std::int64_t>(faces.size()) / 25);
  while (chosen.size() < count) {
    const auto [at, what] = worst_of(faces, chosen, shown, apart);
    if (at < faces.size()) {
      chosen.push_back(at);
      shown.insert(what);
    } else if (shown.empty()) {
      break;
    } else {
      shown.clear();  // of each kind the next
    }
  }
  return chosen;
}

// The middle one in time where none is chosen yet, then always the one that is farthest from all that are.
void choose_in_shot(Faces faces, const Places& in_shot, std::size_t count, Places& chosen) {
  std::vector<double> away(in_shot.size(), 1e30);
  const auto keep_off = [&](std::size_t c) {
    for (std::size_t i = 0; i < in_shot.size(); ++i)
      away[i] = in_shot[i] == c ? -1 : std::min(away[i], distance(faces[in_shot[i]], faces[c]));
  };
  bool any = false;
  for (const std::size_t c : chosen) {
    if (faces[c].shot != faces[in_shot.front()].shot) continue;
    keep_off(c);
    any = true;
  }
  for (std::size_t n = 0; n < count; ++n) {
    const auto farthest = static_cast<std::size_t>(std::ranges::max_element(away) - away.begin());
    const std::size_t next = in_shot[any ? farthest : in_shot.size() / 2];
    chosen.push_back(next);
    keep_off(next);
    any = true;
  }
}

}  // namespace

std::vector<std::int64_t> sample_frames(std::span<const SampleFace> faces, std::size_t count) {
  count = std::min(count, faces.size());
  Places chosen = worst_cases(faces, count / 3);
  std::map<std::size_t, Places> shots;
  for (std::size_t i = 0; i < faces.size(); ++i) shots[faces[i].shot].push_back(i);
  std::map<std::size_t, std::size_t> taken, places;
  for (const std::size_t c : chosen) ++taken[faces[c].shot];
  // The next place goes to the shot with most frames for each place that it has: the first ones to the longest shots.
  for (std::size_t n = chosen.size(); n < count; ++n) {
    double most = -1;
    std::size_t to = 0;
    for (const auto& [shot, list] : shots) {
      const std::size_t has = taken[shot] + places[shot];
      const double want = has >= list.size() ? -1
                          : has == 0         ? 1e12 + static_cast<double>(list.size())
                                             : static_cast<double>(list.size()) / static_cast<double>(has + 1);
      if (want > most) most = want, to = shot;
    }
    ++places[to];
  }
  for (const auto& [shot, list] : shots) choose_in_shot(faces, list, places[shot], chosen);
  std::vector<std::int64_t> frames;
  for (const std::size_t c : chosen) frames.push_back(faces[c].frame);
  std::ranges::sort(frames);
  return frames;
}

std::vector<SampleFace> sample_faces(const Timeline& timeline, const std::vector<PlannedFrame>& plans,
                                     const std::vector<bool>& wanted) {
  std::vector<SampleFace> faces;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const PlannedFace* largest = wanted[i] ? largest_face(plans[i]) : nullptr;
    if (!largest) continue;
    const auto frame = static_cast<std::int64_t>(i);
    const Pose pose = upright_pose(largest->face.landmarks);
    faces.push_back(
        {frame, shot_of(timeline, frame), pose.yaw, pose.pitch, side_in_frame(largest->face.landmarks), {}});
  }
  return faces;
}

}  // namespace understudy
