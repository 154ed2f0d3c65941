// SPDX-License-Identifier: Apache-2.0
#include "lib/measures/canny_blocks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "lib/base/vector_clones.hpp"

namespace understudy {
namespace {

constexpr float low = 0.1f, high = 0.2f;
constexpr int radius = 4;  // of the smoothing
enum Level : char { none, weak, strong };

std::array<float, 2 * radius + 1> gaussian_weights() {
  std::array<float, 2 * radius + 1> w{};
  float sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += w[std::size_t(i + radius)] = std::exp(-0.5f * float(i * i));
  for (auto& v : w) v /= sum;
  return w;
}

using Weights = std::array<float, 2 * radius + 1>;

// Adds `weight` times one line to another.
US_VECTOR_CLONES void add_line(float* to, const float* from, float weight, int count) {
  for (int i = 0; i < count; ++i) to[i] += weight * from[i];
}
US_VECTOR_CLONES void scale_line(float* line, float factor, int count) {
  for (int i = 0; i < count; ++i) line[i] *= factor;
}

// How much of the weights lies inside, at place i of `count`.
float weight_inside(const Weights& w, int i, int count) {
  float sum = 0;
  for (int k = std::max(-radius, -i); k <= std::min(radius, count - 1 - i); ++k) sum += w[std::size_t(k + radius)];
  return sum;
}

// Nothing lies beyond the edges; what is inside is divided by its share of the weights.
ImageF smoothed(const ImageU8& grey) {
  const auto w = gaussian_weights();
  const int width = grey.width, height = grey.height;
  ImageF rows(width, height, 1), out(width, height, 1);
  std::vector<float> padded(static_cast<std::size_t>(width) + 2 * radius), share(static_cast<std::size_t>(width));
  for (int x = 0; x < width; ++x) share[std::size_t(x)] = 1 / weight_inside(w, x, width);
  for (int y = 0; y < height; ++y) {
    std::copy_n(grey.row(y), width, padded.data() + radius);
    for (int k = 0; k <= 2 * radius; ++k) add_line(rows.row(y), padded.data() + k, w[std::size_t(k)], width);
    for (int x = 0; x < width; ++x) rows.row(y)[x] *= share[std::size_t(x)];
  }
  for (int y = 0; y < height; ++y) {
    for (int k = std::max(-radius, -y); k <= std::min(radius, height - 1 - y); ++k)
      add_line(out.row(y), rows.row(y + k), w[std::size_t(k + radius)], width);
    scale_line(out.row(y), 1 / weight_inside(w, y, height), width);
  }
  return out;
}

struct Gradients {
  ImageF across, down, length;
};

// Sobel, unnormalised, of one row from it and its neighbours; not of its two ends, where no edge is looked for.
US_VECTOR_CLONES void sobel_line(const float* a, const float* b, const float* c, int width, float* across, float* down,
                                 float* length) {
  for (int x = 1; x < width - 1; ++x) {
    const float i = c[x - 1] - a[x - 1] + 2 * (c[x] - a[x]) + c[x + 1] - a[x + 1];
    const float j = a[x + 1] - a[x - 1] + 2 * (b[x + 1] - b[x - 1]) + c[x + 1] - c[x - 1];
    across[x] = j;
    down[x] = i;
    length[x] = std::sqrt(i * i + j * j);
  }
}

// Only the lengths are asked for at the border; there the picture is mirrored, so that the first row and column stand
// for those before them.
void border_lengths(const ImageF& image, ImageF& length) {
  const auto at = [&image](int x, int y) {
    return image.at(std::clamp(x, 0, image.width - 1), std::clamp(y, 0, image.height - 1));
  };
  const auto set = [&](int x, int y) {
    float i = 0, j = 0;
    for (int k = -1; k <= 1; ++k) {
      const float weight = k == 0 ? 2 : 1;
      i += weight * (at(x + k, y + 1) - at(x + k, y - 1));
      j += weight * (at(x + 1, y + k) - at(x - 1, y + k));
    }
    length.at(x, y) = std::sqrt(i * i + j * j);
  };
  for (int x = 0; x < image.width; ++x) {
    set(x, 0);
    set(x, image.height - 1);
  }
  for (int y = 0; y < image.height; ++y) {
    set(0, y);
    set(image.width - 1, y);
  }
}

Gradients gradients_of(const ImageF& image) {
  const int width = image.width, height = image.height;
  Gradients g{ImageF(width, height, 1), ImageF(width, height, 1), ImageF(width, height, 1)};
  for (int y = 1; y < height - 1; ++y)
    sobel_line(image.row(y - 1), image.row(y), image.row(y + 1), width, g.across.row(y), g.down.row(y),
               g.length.row(y));
  border_lengths(image, g.length);
  return g;
}

// Whether the gradient at (x, y) is no smaller than its two neighbours along its direction, interpolated.
bool is_ridge(const Gradients& g, int x, int y) {
  const float i = g.down.at(x, y), j = g.across.at(x, y), m = g.length.at(x, y);
  const float ai = std::abs(i), aj = std::abs(j);
  const bool falling = (i <= 0 && j <= 0) || (i >= 0 && j >= 0);  // towards bottom right, or its opposite
  const bool steep = falling ? ai > aj : ai >= aj;
  const float w = steep ? aj / ai : ai / aj;
  const int diagonal_x = 1, diagonal_y = falling ? 1 : -1;
  const int straight_x = steep ? 0 : 1, straight_y = steep ? diagonal_y : 0;
  const auto beyond = [&](int sign) {
    return g.length.at(x + sign * diagonal_x, y + sign * diagonal_y) * w +
           g.length.at(x + sign * straight_x, y + sign * straight_y) * (1 - w);
  };
  return beyond(1) <= m && beyond(-1) <= m;
}

// The ridges of a picture, and how many lie in each whole block.
struct Ridges {
  std::vector<char> level;
  std::vector<int> strong_ones, all;  // by block
};

// Weak ridges that touch a strong one, directly or through others, become strong.
void spread(Ridges& ridges, int width, const auto& block_of) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < ridges.level.size(); ++i)
    if (ridges.level[i] == strong) open.push_back(i);
  const auto w = static_cast<std::ptrdiff_t>(width);
  while (!open.empty()) {
    const auto at = static_cast<std::ptrdiff_t>(open.back());
    open.pop_back();
    for (const auto step : {-w - 1, -w, -w + 1, std::ptrdiff_t{-1}, std::ptrdiff_t{1}, w - 1, w, w + 1}) {
      const auto next = static_cast<std::size_t>(at + step);  // inside: the outermost pixels are never ridges
      if (ridges.level[next] != weak) continue;
      ridges.level[next] = strong;
      open.push_back(next);
      if (const auto block = block_of(next)) ++ridges.strong_ones[*block];
    }
  }
}

}  // namespace

std::vector<char> blocks_with_edges(const ImageU8& grey, int side, int fewest) {
  const auto width = static_cast<std::size_t>(grey.width), length = static_cast<std::size_t>(side);
  const std::size_t across = width / length, down = static_cast<std::size_t>(grey.height) / length;
  const auto block_of = [=](std::size_t pixel) -> std::optional<std::size_t> {
    const std::size_t x = pixel % width / length, y = pixel / width / length;
    if (x >= across || y >= down) return std::nullopt;
    return y * across + x;
  };
  Ridges ridges{std::vector<char>(grey.data.size(), none), std::vector<int>(across * down),
                std::vector<int>(across * down)};
  const auto g = gradients_of(smoothed(grey));
  for (int y = 1; y + 1 < grey.height; ++y) {
    for (int x = 1; x + 1 < grey.width; ++x) {
      const float m = g.length.at(x, y);
      if (m < low || !is_ridge(g, x, y)) continue;
      const auto pixel = static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x);
      ridges.level[pixel] = m >= high ? strong : weak;
      if (const auto block = block_of(pixel)) {
        ++ridges.all[*block];
        ridges.strong_ones[*block] += m >= high;
      }
    }
  }
  bool open = false;
  for (std::size_t b = 0; b < across * down; ++b)
    open = open || (ridges.strong_ones[b] < fewest && ridges.all[b] >= fewest);
  if (open) spread(ridges, grey.width, block_of);  // only then it matters which weak ones are joined to strong ones
  std::vector<char> has(across * down);
  for (std::size_t b = 0; b < has.size(); ++b) has[b] = ridges.strong_ones[b] >= fewest;
  return has;
}

}  // namespace understudy
