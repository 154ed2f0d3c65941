// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/tracks/signature.hpp"

#include <algorithm>
#include <cstdlib>

namespace understudy {
namespace {

constexpr int fields = 16, samples = 4;  // along each axis; of a field
constexpr double cut = 18;               // mean change of a field's brightness, of 255
constexpr double cut_over_motion = 2.5;  // times the largest change around it

}  // namespace

double change(const Signature& a, const Signature& b) {
  int sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return static_cast<double>(sum) / static_cast<double>(a.size());
}

Signature signature_of(const ImageU8& frame) {
  constexpr int across = fields * samples;
  std::array<int, 256> sums{};
  for (int j = 0; j < across; ++j) {
    const auto* row = frame.row(static_cast<int>((2LL * j + 1) * frame.height / (2 * across)));
    for (int i = 0; i < across; ++i) {
      const auto* p = row + (2LL * i + 1) * frame.width / (2 * across) * frame.channels;
      sums[static_cast<std::size_t>(j / samples * fields + i / samples)] += p[0] + 4 * p[1] + 3 * p[2];
    }
  }
  Signature signature;
  std::ranges::transform(sums, signature.begin(),
                         [](int sum) { return static_cast<std::uint8_t>(sum / (8 * samples * samples)); });
  return signature;
}

std::vector<bool> shot_begins(const std::vector<Signature>& frames) {
  const std::size_t count = frames.size();
  std::vector<double> changes(count);
  for (std::size_t i = 1; i < count; ++i) changes[i] = change(frames[i - 1], frames[i]);
  std::vector<bool> begins(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i == 0 || changes[i] <= cut) {
      begins[i] = i == 0;
      continue;
    }
    // What moves much all the time, or comes back the frame after, is motion or a flash.
    double around = 0;
    for (std::size_t k = i - std::min<std::size_t>(i - 1, 4); k <= std::min(count - 1, i + 4); ++k) {
      if (k != i) around = std::max(around, changes[k]);
    }
    const bool flash = (i + 1 < count && change(frames[i - 1], frames[i + 1]) < cut / 2) ||
                       (i >= 2 && change(frames[i - 2], frames[i]) < cut / 2);
    const bool lone = changes[i] > cut_over_motion * around;
    begins[i] = !flash && (lone || changes[i] > 2 * cut);
  }
  return begins;
}

}  // namespace understudy
