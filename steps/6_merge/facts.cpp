// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/facts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/base/hash.hpp"
#include "steps/6_merge/face_view.hpp"

namespace understudy {
namespace {

constexpr double degrees = 180 / std::numbers::pi;
constexpr std::size_t most_needed = 4, faces_for_one_more = 100;

}  // namespace

SrcPoses::SrcPoses(const Faceset& set) {
  for (const auto& entry : set.entries()) {
    const auto& landmarks = entry.info.landmarks;
    content_ = xxh3(entry.file_name, content_);
    content_ = xxh3({reinterpret_cast<const std::uint8_t*>(landmarks.data()), sizeof landmarks}, content_);
    const Pose pose = upright_pose(landmarks);
    poses_.push_back({pose.yaw * degrees, pose.pitch * degrees});
  }
}

double SrcPoses::beyond(double yaw, double pitch) const {
  if (poses_.empty()) return FrameFacts::unknown;
  const std::size_t needed = std::min(1 + poses_.size() / faces_for_one_more, most_needed);
  std::vector<double> nearest(needed, 1e9);  // ascending
  for (const auto& pose : poses_) {
    const double away = std::hypot(pose.yaw - yaw, pose.pitch - pitch);
    if (away >= nearest.back()) continue;
    nearest.back() = away;
    for (std::size_t i = needed - 1; i > 0 && nearest[i] < nearest[i - 1]; --i) std::swap(nearest[i], nearest[i - 1]);
  }
  return nearest.back();
}

std::vector<FrameFacts> facts_of(const Timeline& timeline, const std::vector<PlannedFrame>& plans,
                                 const SrcPoses& src) {
  std::vector<FrameFacts> facts(plans.size());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    FrameFacts& f = facts[i];
    f.shot = shot_of(timeline, static_cast<std::int64_t>(i));
    f.face = plans[i].seen;
    const PlannedFace* largest = largest_face(plans[i]);
    if (!largest) continue;
    f.score = largest->face.score.value_or(FrameFacts::unknown);
    f.size = side_in_frame(largest->face.landmarks);
    if (src.empty()) continue;
    const Pose pose = upright_pose(largest->face.landmarks);
    f.yaw = pose.yaw * degrees, f.pitch = pose.pitch * degrees;
    f.beyond = src.beyond(f.yaw, f.pitch);
  }
  return facts;
}

}  // namespace understudy
