// SPDX-License-Identifier: Apache-2.0
// Median-cut palette reduction.
#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/image/filter.hpp"

namespace understudy {
namespace {

struct Shade {
  std::array<std::uint8_t, 3> bgr{};
  std::uint32_t count = 0;
};

struct Box {
  std::size_t begin = 0, end = 0;  // into the list of shades
  std::uint64_t count = 0;         // pixels
  int axis = 0, extent = 0;        // longest side
};

Box measured(const std::vector<Shade>& shades, std::size_t begin, std::size_t end) {
  Box box{begin, end};
  std::array<int, 3> low{255, 255, 255}, high{0, 0, 0};
  for (std::size_t i = begin; i < end; ++i) {
    box.count += shades[i].count;
    for (int c = 0; c < 3; ++c) {
      low[c] = std::min<int>(low[c], shades[i].bgr[c]);
      high[c] = std::max<int>(high[c], shades[i].bgr[c]);
    }
  }
  for (int c = 0; c < 3; ++c) {
    if (high[c] - low[c] <= box.extent) continue;
    box.extent = high[c] - low[c];
    box.axis = c;
  }
  return box;
}

std::vector<Shade> shades_of(const ImageU8& image) {
  std::unordered_map<std::uint32_t, std::uint32_t> counts;
  for (std::size_t i = 0; i + 2 < image.data.size(); i += 3) {
    ++counts[image.data[i] | image.data[i + 1] << 8 | image.data[i + 2] << 16];
  }
  std::vector<Shade> shades;
  shades.reserve(counts.size());
  for (const auto& [key, count] : counts) {
    shades.push_back({{std::uint8_t(key), std::uint8_t(key >> 8), std::uint8_t(key >> 16)}, count});
  }
  std::ranges::sort(shades, {}, &Shade::bgr);
  return shades;
}

// Halves the box with the most pixels along its longest side until there are enough boxes.
std::vector<Box> cut(std::vector<Shade>& shades, std::size_t colours) {
  std::vector<Box> boxes = {measured(shades, 0, shades.size())};
  while (boxes.size() < colours) {
    auto widest = boxes.end();
    for (auto box = boxes.begin(); box != boxes.end(); ++box) {
      if (box->end - box->begin > 1 && (widest == boxes.end() || box->count > widest->count)) widest = box;
    }
    if (widest == boxes.end()) break;
    const auto [begin, end, count, axis, extent] = *widest;
    std::sort(shades.begin() + static_cast<std::ptrdiff_t>(begin), shades.begin() + static_cast<std::ptrdiff_t>(end),
              [axis = axis](const Shade& a, const Shade& b) { return a.bgr[axis] < b.bgr[axis]; });
    std::uint64_t half = 0;
    std::size_t middle = begin;
    while (middle + 1 < end && half + shades[middle].count <= count / 2) half += shades[middle++].count;
    // Shades that share a value on the axis stay together, unless that would leave one side empty.
    middle = std::max(middle, begin + 1);
    *widest = measured(shades, begin, middle);
    boxes.push_back(measured(shades, middle, end));
  }
  return boxes;
}

std::vector<std::array<int, 3>> palette_of(const std::vector<Shade>& shades, const std::vector<Box>& boxes) {
  std::vector<std::array<int, 3>> palette;
  for (const auto& box : boxes) {
    std::array<std::uint64_t, 3> sum{};
    for (std::size_t i = box.begin; i < box.end; ++i) {
      for (int c = 0; c < 3; ++c) sum[c] += std::uint64_t{shades[i].bgr[c]} * shades[i].count;
    }
    std::array<int, 3> mean{};
    for (int c = 0; c < 3; ++c) mean[c] = static_cast<int>((sum[c] + box.count / 2) / box.count);
    palette.push_back(mean);
  }
  return palette;
}

}  // namespace

ImageU8 reduce_colours(const ImageU8& image_bgr, int colours) {
  check(image_bgr.channels == 3 && colours > 0, "a colour image");
  if (image_bgr.empty()) return image_bgr;
  auto shades = shades_of(image_bgr);
  const auto boxes = cut(shades, static_cast<std::size_t>(colours));
  const auto palette = palette_of(shades, boxes);
  std::unordered_map<std::uint32_t, std::uint32_t> nearest;
  for (const auto& shade : shades) {
    int best = std::numeric_limits<int>::max();
    std::uint32_t chosen = 0;
    for (const auto& entry : palette) {
      int distance = 0;
      for (int c = 0; c < 3; ++c) distance += (entry[c] - shade.bgr[c]) * (entry[c] - shade.bgr[c]);
      if (distance >= best) continue;
      best = distance;
      chosen = static_cast<std::uint32_t>(entry[0] | entry[1] << 8 | entry[2] << 16);
    }
    nearest[shade.bgr[0] | shade.bgr[1] << 8 | shade.bgr[2] << 16] = chosen;
  }
  ImageU8 out = image_bgr;
  for (std::size_t i = 0; i + 2 < out.data.size(); i += 3) {
    const auto chosen = nearest[out.data[i] | out.data[i + 1] << 8 | out.data[i + 2] << 16];
    for (int c = 0; c < 3; ++c)
      out.data[i + static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(chosen >> (8 * c));
  }
  return out;
}

}  // namespace understudy
