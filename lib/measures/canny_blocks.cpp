// SPDX-License-Identifier: Apache-2.0
#include "lib/measures/canny_blocks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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

// Along one axis with nothing beyond the edges, divided by the weight that lies inside.
void smooth_line(const float* in, float* out, int count, const std::array<float, 2 * radius + 1>& w) {
  for (int i = 0; i < count; ++i) {
    const int first = std::max(-radius, -i), last = std::min(radius, count - 1 - i);
    float sum = 0, weight = 0;
    for (int k = first; k <= last; ++k) {
      sum += w[std::size_t(k + radius)] * in[i + k];
      weight += w[std::size_t(k + radius)];
    }
    out[i] = sum / weight;
  }
}

void smooth_middle(const float* in, float* out, int count, const std::array<float, 2 * radius + 1>& w) {
  if (count <= 2 * radius) return smooth_line(in, out, count, w);
  for (int i = radius; i < count - radius; ++i) {
    float sum = 0;
    for (int k = -radius; k <= radius; ++k) sum += w[std::size_t(k + radius)] * in[i + k];
    out[i] = sum;
  }
  std::array<float, 2 * radius> ends{};
  smooth_line(in, ends.data(), 2 * radius, w);
  std::copy_n(ends.data(), radius, out);
  smooth_line(in + count - 2 * radius, ends.data(), 2 * radius, w);
  std::copy_n(ends.data() + radius, radius, out + count - radius);
}

ImageF smoothed(const ImageU8& grey) {
  const auto w = gaussian_weights();
  const int width = grey.width, height = grey.height;
  ImageF rows(width, height, 1), out(width, height, 1);
  std::vector<float> line(static_cast<std::size_t>(width));
  for (int y = 0; y < height; ++y) {
    std::copy_n(grey.row(y), width, line.data());
    smooth_middle(line.data(), rows.row(y), width, w);
  }
  for (int y = 0; y < height; ++y) {
    const int first = std::max(-radius, -y), last = std::min(radius, height - 1 - y);
    float weight = 0;
    float* target = out.row(y);
    for (int k = first; k <= last; ++k) {
      const float f = w[std::size_t(k + radius)];
      const float* source = rows.row(y + k);
      weight += f;
      for (int x = 0; x < width; ++x) target[x] += f * source[x];
    }
    for (int x = 0; x < width; ++x) target[x] /= weight;
  }
  return out;
}

struct Gradients {
  ImageF across, down, length;
};

// Sobel, unnormalised; the border is not needed, no edge is looked for there.
Gradients gradients_of(const ImageF& image) {
  Gradients g{ImageF(image.width, image.height, 1), ImageF(image.width, image.height, 1),
              ImageF(image.width, image.height, 1)};
  // Beyond the edge the picture is mirrored, so that the first row stands for the one before it.
  const auto row = [&image](int y) { return image.row(std::clamp(y, 0, image.height - 1)); };
  for (int y = 0; y < image.height; ++y) {
    const float *a = row(y - 1), *b = row(y), *c = row(y + 1);
    float *across = g.across.row(y), *down = g.down.row(y), *length = g.length.row(y);
    const auto at = [&](int x, int l, int r) {
      across[x] = a[r] - a[l] + 2 * (b[r] - b[l]) + c[r] - c[l];
      down[x] = c[l] - a[l] + 2 * (c[x] - a[x]) + c[r] - a[r];
      length[x] = std::sqrt(across[x] * across[x] + down[x] * down[x]);
    };
    at(0, 0, std::min(1, image.width - 1));
    for (int x = 1; x + 1 < image.width; ++x) at(x, x - 1, x + 1);
    if (image.width > 1) at(image.width - 1, image.width - 2, image.width - 1);
  }
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

// Weak ridges that touch a strong one, directly or through others, become strong.
void spread(std::vector<char>& level, int width) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < level.size(); ++i)
    if (level[i] == strong) open.push_back(i);
  const auto w = static_cast<std::ptrdiff_t>(width);
  while (!open.empty()) {
    const auto at = static_cast<std::ptrdiff_t>(open.back());
    open.pop_back();
    for (const auto step : {-w - 1, -w, -w + 1, std::ptrdiff_t{-1}, std::ptrdiff_t{1}, w - 1, w, w + 1}) {
      auto& neighbour = level[static_cast<std::size_t>(at + step)];  // the outermost pixels are never ridges
      if (neighbour != weak) continue;
      neighbour = strong;
      open.push_back(static_cast<std::size_t>(at + step));
    }
  }
}

// In each whole block, how many pixels have at least that level.
std::vector<int> counts_of(const std::vector<char>& level, const ImageU8& grey, int side, Level least) {
  const int across = grey.width / side, down = grey.height / side;
  std::vector<int> counts(static_cast<std::size_t>(across) * down);
  for (int y = 0; y < down * side; ++y)
    for (int x = 0; x < across * side; ++x)
      counts[static_cast<std::size_t>(y / side) * across + x / side] +=
          level[static_cast<std::size_t>(y) * grey.width + x] >= least;
  return counts;
}

}  // namespace

std::vector<char> blocks_with_edges(const ImageU8& grey, int side, int fewest) {
  std::vector<char> level(grey.data.size(), none);
  const auto g = gradients_of(smoothed(grey));
  for (int y = 1; y + 1 < grey.height; ++y) {
    for (int x = 1; x + 1 < grey.width; ++x) {
      const float m = g.length.at(x, y);
      if (m >= low && is_ridge(g, x, y))
        level[static_cast<std::size_t>(y) * grey.width + x] = m >= high ? strong : weak;
    }
  }
  auto sure = counts_of(level, grey, side, strong);
  const auto possible = counts_of(level, grey, side, weak);
  bool open = false;
  for (std::size_t b = 0; b < sure.size(); ++b) open = open || (sure[b] < fewest && possible[b] >= fewest);
  if (open) {  // only then does it matter which weak ones are joined to strong ones
    spread(level, grey.width);
    sure = counts_of(level, grey, side, strong);
  }
  std::vector<char> has(sure.size());
  for (std::size_t b = 0; b < sure.size(); ++b) has[b] = sure[b] >= fewest;
  return has;
}

}  // namespace understudy
