// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/plan.hpp"

#include <algorithm>
#include <array>

#include "lib/base/hash.hpp"
#include "lib/options/options.hpp"
#include "steps/6_merge/face_view.hpp"

namespace understudy {
namespace {

std::uint64_t mixed(const void* data, std::size_t size, std::uint64_t seed) {
  return xxh3({static_cast<const std::uint8_t*>(data), size}, seed);
}

}  // namespace

PlannedFrame planned(const Timeline& timeline, std::int64_t frame, const std::vector<MergeFace>& faces,
                     const SettingValues& clip_wide) {
  PlannedFrame plan;
  plan.seen = !faces.empty();
  plan.raw = settings_at(timeline, frame, {}, clip_wide).mode == MergeMode::raw_predict;
  for (const auto& face : faces) {
    const auto person = face.person ? timeline.persons.find(*face.person) : timeline.persons.end();
    const std::string model = person == timeline.persons.end() ? "" : person->second.model;
    if (model == no_model) continue;
    auto settings = settings_at(timeline, frame, face.person, clip_wide);
    if (plan.raw) settings.mode = MergeMode::raw_predict;
    plan.faces.push_back({face, settings, model});
  }
  return plan;
}

const PlannedFace* largest_face(const PlannedFrame& plan) {
  const PlannedFace* largest = nullptr;
  double size = 0;
  for (const auto& face : plan.faces) {
    const double own = side_in_frame(face.face.landmarks);
    if (own > size) largest = &face, size = own;
  }
  return largest;
}

std::uint64_t digest_of(const PlannedFace& planned, std::uint64_t seed) {
  const auto& [face, settings, model] = planned;
  const double motion[] = {face.motion.power, face.motion.angle, face.step.x, face.step.y};
  std::uint64_t hash = mixed(face.landmarks.data(), sizeof face.landmarks, seed);
  hash = mixed(motion, sizeof motion, hash);
  MergeSettings copy = settings;
  for (const auto& row : rows_of(copy)) {
    // What a fallback makes of the plan counts, not that there is one. A setting that came later is nothing where it
    // is left alone: frames that were merged before there was one are not made anew for it.
    constexpr std::array came_later{"gaze", "lids"};
    const bool left_alone = row.get() == "0" && std::ranges::find(came_later, row.key) != came_later.end();
    if (row.key != "fallback" && !left_alone) hash = xxh3(row.get(), xxh3(row.key, hash));
  }
  return hash;
}

}  // namespace understudy
