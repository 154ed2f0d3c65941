// SPDX-License-Identifier: Apache-2.0
#include "lib/measures/histogram.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <numeric>

namespace understudy {
namespace {

template <class H>
auto parts_of(H& h) {
  return std::array{&h.blue, &h.green, &h.red, &h.grey, &h.hull};
}

// Seven bits a byte, the lowest first; the highest bit says that more follow.
void put(Bytes& out, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

std::optional<std::uint32_t> take(std::span<const std::uint8_t>& bytes) {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 32; shift += 7) {
    if (bytes.empty()) return std::nullopt;
    const auto byte = bytes.front();
    bytes = bytes.subspan(1);
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace

Histogram histogram_of(const ImageU8& image, int channel) {
  // Four counts side by side: equal neighbours would wait for each other's sum.
  std::array<Histogram, 4> counts{};
  const auto step = static_cast<std::size_t>(image.channels);
  std::size_t turn = 0;
  for (std::size_t i = static_cast<std::size_t>(channel); i < image.data.size(); i += step)
    ++counts[turn++ % 4][image.data[i]];
  for (std::size_t v = 0; v < 256; ++v) counts[0][v] += counts[1][v] + counts[2][v] + counts[3][v];
  return counts[0];
}

double bhattacharyya(const Histogram& a, const Histogram& b) {
  double common = 0, sum_a = 0, sum_b = 0;
  for (std::size_t v = 0; v < 256; ++v) {
    common += std::sqrt(static_cast<double>(a[v]) * b[v]);
    sum_a += a[v];
    sum_b += b[v];
  }
  const double scale = sum_a * sum_b > FLT_EPSILON ? 1 / std::sqrt(sum_a * sum_b) : 1;
  return std::sqrt(std::max(0.0, 1 - common * scale));
}

Bytes packed(const Histograms& histograms) {
  Bytes out;
  for (const auto* part : parts_of(histograms))
    for (const auto count : *part) put(out, count);
  return out;
}

std::optional<Histograms> unpacked(std::span<const std::uint8_t> bytes) {
  Histograms histograms;
  std::optional<std::uint64_t> pixels;
  for (auto* part : parts_of(histograms)) {
    for (auto& count : *part) {
      const auto value = take(bytes);
      if (!value) return std::nullopt;
      count = *value;
    }
    const auto sum = std::accumulate(part->begin(), part->end(), std::uint64_t{0});
    if (pixels && sum != *pixels) return std::nullopt;
    pixels = sum;
  }
  if (!bytes.empty()) return std::nullopt;
  return histograms;
}

}  // namespace understudy
