// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/face_track.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

// The middle of brows, eyes, nose and mouth: it shakes less than any point, and the jaw is the least certain.
Point inner_centre_of(const Landmarks68& landmarks) {
  constexpr std::size_t first = 17;
  Point sum;
  for (std::size_t i = first; i < landmarks.size(); ++i) sum = sum + landmarks[i];
  return sum * (1.0 / static_cast<double>(landmarks.size() - first));
}

double size_of(const Landmarks68& landmarks) {
  const Affine unit = face_matrix(landmarks, 1, FaceType::full);
  return 1 / std::max(std::hypot(unit.m[0], unit.m[3]), 1e-9);
}

}  // namespace

std::optional<std::size_t> same_face(const MergeFace& face, const std::vector<const MergeFace*>& others,
                                     int frames_away) {
  constexpr double most_growth = 1.3, most_way = 0.5;  // of a frame; in sizes of the face
  const Point centre = inner_centre_of(face.landmarks);
  const double size = size_of(face.landmarks);
  std::optional<std::size_t> best;
  double nearest = 1e30;
  for (std::size_t i = 0; i < others.size(); ++i) {
    const MergeFace& other = *others[i];
    if (face.person && other.person && *face.person != *other.person) continue;
    const Point way = inner_centre_of(other.landmarks) - centre;
    const double distance = std::hypot(way.x, way.y);
    if (!(distance < nearest)) continue;
    if (!(face.person && other.person)) {
      const double growth = std::pow(most_growth, frames_away), now = size_of(other.landmarks);
      if (distance > most_way * size * frames_away || now > size * growth || now * growth < size) continue;
    }
    best = i;
    nearest = distance;
  }
  return best;
}

void measure_steps(std::vector<std::vector<MergeFace>>& frames, const Timeline& timeline) {
  const auto shot = [&](std::size_t i) { return shot_of(timeline, static_cast<std::int64_t>(i)); };
  for (std::size_t i = 0; i < frames.size(); ++i) {
    for (auto& face : frames[i]) {
      const bool begins = i == 0 || shot(i - 1) != shot(i), ends = i + 1 == frames.size() || shot(i + 1) != shot(i);
      const auto in = [&](std::vector<MergeFace>& near) -> const MergeFace* {
        std::vector<const MergeFace*> others;
        for (const auto& other : near) others.push_back(&other);
        const auto found = same_face(face, others, 1);
        return found ? others[*found] : nullptr;
      };
      const MergeFace* before = begins ? nullptr : in(frames[i - 1]);
      const MergeFace* after = ends ? nullptr : in(frames[i + 1]);
      if (!before && !after) continue;
      const Point from = inner_centre_of((before ? before : &face)->landmarks),
                  to = inner_centre_of((after ? after : &face)->landmarks);
      const Point step = (to - from) * (before && after ? 0.5 : 1.0);
      if (std::isfinite(step.x) && std::isfinite(step.y)) face.step = step;
    }
  }
}

static bool comparable(const PlannedFace& a, const PlannedFace& b) {
  const auto seamless = [](const PlannedFace& f) {
    return f.settings.mode == MergeMode::seamless || f.settings.mode == MergeMode::seamless_hist_match;
  };
  return a.model == b.model && a.settings.mask_mode == b.settings.mask_mode &&
         a.settings.colour_transfer == b.settings.colour_transfer && seamless(a) == seamless(b);
}

std::vector<WindowFace> window_of(const std::vector<PlannedFrame>& plans, const Timeline& timeline, std::int64_t frame,
                                  std::size_t face) {
  constexpr int longest_gap = 3;
  const PlannedFace& middle = plans[static_cast<std::size_t>(frame)].faces[face];
  const int reach = middle.settings.colour_window;
  std::vector<WindowFace> window;
  if (reach == 0) return window;
  const auto shot = shot_of(timeline, frame);
  for (const int way : {-1, 1}) {
    const MergeFace* last = &middle.face;
    int last_at = 0;
    for (int d = 1; d <= reach && d - last_at <= longest_gap; ++d) {
      const std::int64_t at = frame + way * d;
      if (at < 0 || at >= static_cast<std::int64_t>(plans.size()) || shot_of(timeline, at) != shot) break;
      const auto& faces = plans[static_cast<std::size_t>(at)].faces;
      std::vector<const MergeFace*> others;
      for (const auto& other : faces) others.push_back(&other.face);
      const auto found = same_face(*last, others, d - last_at);
      if (!found) continue;
      last = others[*found];
      last_at = d;
      if (comparable(middle, faces[*found])) window.push_back({at, *found, double(reach + 1 - d)});
    }
  }
  window.push_back({frame, face, double(reach + 1)});
  std::ranges::sort(window, {}, &WindowFace::frame);
  return window;
}

std::vector<std::vector<bool>> in_windows(const std::vector<PlannedFrame>& plans, const Timeline& timeline,
                                          const std::vector<bool>& wanted) {
  std::vector<std::vector<bool>> in(plans.size());
  for (std::size_t i = 0; i < plans.size(); ++i) in[i].resize(plans[i].faces.size());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    for (std::size_t face = 0; wanted[i] && face < plans[i].faces.size(); ++face)
      for (const auto& around : window_of(plans, timeline, static_cast<std::int64_t>(i), face))
        in[static_cast<std::size_t>(around.frame)][around.face] = true;
  }
  return in;
}

}  // namespace understudy
