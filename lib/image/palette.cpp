// SPDX-License-Identifier: Apache-2.0
// Median-cut palette reduction.
#include <algorithm>
#include <array>
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

struct ShadeBox {
  std::size_t begin = 0, end = 0;  // into the list of shades
  std::uint64_t count = 0;         // pixels
  int axis = 0;                    // the side to cut: the longest in brightness
};

ShadeBox measured(const std::vector<Shade>& shades, std::size_t begin, std::size_t end) {
  static constexpr std::array<int, 3> luma = {29, 150, 77};  // B, G, R
  ShadeBox box{begin, end};
  std::array<int, 3> low{255, 255, 255}, high{0, 0, 0};
  for (std::size_t i = begin; i < end; ++i) {
    box.count += shades[i].count;
    for (std::size_t c = 0; c < 3; ++c) {
      low[c] = std::min<int>(low[c], shades[i].bgr[c]);
      high[c] = std::max<int>(high[c], shades[i].bgr[c]);
    }
  }
  int best = -1;
  for (const std::size_t c : {2u, 1u, 0u}) {
    const int extent = (high[c] - low[c]) * luma[c];
    if (extent <= best) continue;
    best = extent;
    box.axis = static_cast<int>(c);
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

// The index that parts a box, sorted downwards along its axis, so that about half of the pixels lie before it; shades
// that share a value on the axis stay together. Equal to begin or end when that cannot be.
std::size_t cutting_point(const std::vector<Shade>& shades, const ShadeBox& box) {
  const auto axis = static_cast<std::size_t>(box.axis);
  std::uint64_t before = 0;
  std::size_t at = box.begin;
  while (at < box.end && 2 * before <= box.count) {
    const auto value = shades[at].bgr[axis];
    std::size_t next = at;
    std::uint64_t same = 0;
    while (next < box.end && shades[next].bgr[axis] == value) same += shades[next++].count;
    if (next == box.end && at > box.begin) break;  // the last group stays behind the cut
    before += same;
    at = next;
  }
  return at;
}

// Cuts the box with the most pixels until there are enough boxes.
std::vector<ShadeBox> cut(std::vector<Shade>& shades, std::size_t colours) {
  std::vector<ShadeBox> boxes = {measured(shades, 0, shades.size())}, done;
  while (!boxes.empty() && boxes.size() + done.size() < colours) {
    const auto widest = std::ranges::max_element(boxes, {}, &ShadeBox::count);
    const ShadeBox box = *widest;
    boxes.erase(widest);
    const auto axis = static_cast<std::size_t>(box.axis);
    std::sort(shades.begin() + static_cast<std::ptrdiff_t>(box.begin),
              shades.begin() + static_cast<std::ptrdiff_t>(box.end),
              [axis](const Shade& a, const Shade& b) { return a.bgr[axis] > b.bgr[axis]; });
    const std::size_t middle = cutting_point(shades, box);
    if (middle == box.begin || middle == box.end) {
      done.push_back(box);
      continue;
    }
    boxes.push_back(measured(shades, box.begin, middle));
    boxes.push_back(measured(shades, middle, box.end));
  }
  boxes.insert(boxes.end(), done.begin(), done.end());
  return boxes;
}

std::vector<std::array<std::uint8_t, 3>> means_of(const std::vector<Shade>& shades,
                                                  const std::vector<ShadeBox>& boxes) {
  std::vector<std::array<std::uint8_t, 3>> means;
  for (const auto& box : boxes) {
    std::array<std::uint64_t, 3> sum{};
    for (std::size_t i = box.begin; i < box.end; ++i) {
      for (std::size_t c = 0; c < 3; ++c) sum[c] += std::uint64_t{shades[i].bgr[c]} * shades[i].count;
    }
    auto& mean = means.emplace_back();
    for (std::size_t c = 0; c < 3; ++c) mean[c] = static_cast<std::uint8_t>((sum[c] + box.count / 2) / box.count);
  }
  return means;
}

std::uint32_t key_of(const std::array<std::uint8_t, 3>& bgr) {
  return static_cast<std::uint32_t>(bgr[0] | bgr[1] << 8 | bgr[2] << 16);
}

}  // namespace

ImageU8 reduce_colours(const ImageU8& image_bgr, int colours) {
  check(image_bgr.channels == 3 && colours > 0, "a colour image");
  if (image_bgr.empty()) return image_bgr;
  auto shades = shades_of(image_bgr);
  const auto boxes = cut(shades, static_cast<std::size_t>(colours));
  const auto palette = means_of(shades, boxes);
  std::unordered_map<std::uint32_t, std::array<std::uint8_t, 3>> mean_of;
  for (const auto& shade : shades) {
    const auto distance = [&shade](const std::array<std::uint8_t, 3>& mean) {
      int sum = 0;
      for (std::size_t c = 0; c < 3; ++c) sum += (mean[c] - shade.bgr[c]) * (mean[c] - shade.bgr[c]);
      return sum;
    };
    mean_of[key_of(shade.bgr)] = *std::ranges::min_element(palette, {}, distance);
  }
  ImageU8 out = image_bgr;
  for (std::size_t i = 0; i + 2 < out.data.size(); i += 3) {
    const auto& mean = mean_of[key_of({out.data[i], out.data[i + 1], out.data[i + 2]})];
    std::ranges::copy(mean, out.data.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return out;
}

}  // namespace understudy
