// SPDX-License-Identifier: Apache-2.0
#include "lib/media/frame_times.hpp"

#include <array>
#include <cmath>
#include <optional>

namespace understudy::media {
namespace {

constexpr std::array<Rational, 12> usual_rates{{{24000, 1001},
                                                {24, 1},
                                                {25, 1},
                                                {30000, 1001},
                                                {30, 1},
                                                {48, 1},
                                                {50, 1},
                                                {60000, 1001},
                                                {60, 1},
                                                {100, 1},
                                                {120000, 1001},
                                                {120, 1}}};

bool is_even(const std::vector<std::int64_t>& ticks) {
  for (std::size_t i = 2; i < ticks.size(); ++i)
    if (ticks[i] - ticks[i - 1] != ticks[1] - ticks[0]) return false;
  return true;
}

// The number of every frame at that rate; empty when one is more than a tick away from its place.
std::optional<std::vector<std::int64_t>> numbers_at(Rational rate, const VideoInfo& info) {
  const double frame = 1 / (rate.value() * info.time_base.value());  // ticks
  if (frame < 3) return {};                                          // too few ticks to tell a place by
  std::vector<std::int64_t> numbers;
  for (const auto tick : info.ticks) {
    const auto since = static_cast<double>(tick - info.ticks.front());
    const auto number = std::llround(since / frame);
    if (std::abs(static_cast<double>(number) * frame - since) > 1.001) return {};
    if (!numbers.empty() && number <= numbers.back()) return {};
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

FrameTimes frame_times(const VideoInfo& info) {
  if (info.variable_rate || is_even(info.ticks)) return {info.time_base, info.ticks, info.frame_rate};
  const double wanted = info.frame_rate.value();
  const auto try_rate = [&](Rational rate) -> std::optional<FrameTimes> {
    if (rate.num <= 0 || std::abs(rate.value() - wanted) > 0.01 * wanted) return {};
    auto numbers = numbers_at(rate, info);
    if (!numbers) return {};
    return FrameTimes{{rate.den, rate.num}, *std::move(numbers), rate};
  };
  for (const Rational rate : usual_rates)
    if (auto times = try_rate(rate)) return *std::move(times);
  if (auto times = try_rate(info.frame_rate)) return *std::move(times);
  return {info.time_base, info.ticks, info.frame_rate};
}

}  // namespace understudy::media
