// SPDX-License-Identifier: Apache-2.0
#include "lib/training/face_worth.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace understudy {
namespace {

double apart(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

// Height of an eye to its width (Soukupová and Čech 2016, "Real-Time Eye Blink Detection using Facial Landmarks").
double eye_aspect(const Landmarks68& p, std::size_t first) {
  const double width = apart(p[first], p[first + 3]);
  return width > 0 ? (apart(p[first + 1], p[first + 5]) + apart(p[first + 2], p[first + 4])) / (2 * width) : 0;
}

std::size_t step_of(double value, std::initializer_list<double> limits) {
  return static_cast<std::size_t>(std::ranges::count_if(limits, [&](double limit) { return value >= limit; }));
}

// Kinds 0..face_kinds-1, and one more for faces that tell nothing.
std::array<std::vector<std::uint32_t>, face_kinds + 1> by_kind(std::span<const std::optional<Landmarks68>> faces) {
  std::array<std::vector<std::uint32_t>, face_kinds + 1> kinds;
  for (std::size_t i = 0; i < faces.size(); ++i)
    kinds[faces[i] ? kind_of(*faces[i]) : face_kinds].push_back(static_cast<std::uint32_t>(i));
  return kinds;
}

}  // namespace

std::size_t kind_of(const Landmarks68& landmarks) {
  const Landmarks68 p = transformed(landmarks, unit_from_image(landmarks));
  const std::size_t turn = step_of(simple_yaw(p), {-0.35, -0.12, 0.12, 0.35});
  const double width = apart(p[48], p[54]);
  const std::size_t mouth = step_of(width > 0 ? apart(p[62], p[66]) / width : 0, {0.08, 0.3});
  const std::size_t eyes = step_of(std::min(eye_aspect(p, 36), eye_aspect(p, 42)), {0.17});
  return (turn * 3 + mouth) * 2 + eyes;
}

std::vector<std::vector<std::uint32_t>> worth_groups(std::span<const std::optional<Landmarks68>> faces,
                                                     std::span<const std::optional<Landmarks68>> other) {
  const auto own = by_kind(faces), others = by_kind(other);
  std::vector<std::vector<std::uint32_t>> groups;
  for (std::size_t kind = 0; kind < own.size(); ++kind) {
    const auto& members = own[kind];
    if (members.empty()) continue;
    const double wanted =
        std::sqrt(static_cast<double>(members.size())) + std::sqrt(static_cast<double>(others[kind].size()));
    const auto count = std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(wanted)), 1, members.size());
    const std::size_t first = groups.size();
    groups.resize(first + count);
    for (std::size_t i = 0; i < members.size(); ++i) groups[first + i % count].push_back(members[i]);
  }
  return groups;
}

}  // namespace understudy
