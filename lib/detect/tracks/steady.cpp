// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/tracks/steady.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/result.hpp"

namespace understudy {
namespace {

constexpr std::size_t fewest = 24;  // frames that tell anything
constexpr Window quick{2, 8};       // what is quicker than its fit teaches: a syllable, a blink
constexpr Window slow{1, 45};       // what is slower than its fit is the pose
constexpr int rounds = 6;
constexpr double trembling = 0.002;  // of a play; one that does no more teaches nothing
constexpr double calm = 0.01;        // quick motion of a face, in its sizes, that teaches little
constexpr double sure = 2;           // standard errors
constexpr double most = 0.012;       // of the face

using Series = std::vector<double>;
using Row = std::array<double, play_size>;

// Values less what a window makes of the ones around them.
Series without_trend(const Series& values, const Series& weights, const Window& window) {
  Series out(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Kernel kernel = kernel_at(weights, i, window);
    if (!kernel.valid() || weights[i] == 0) continue;
    out[i] = values[i];
    for (std::size_t k = 0; k < kernel.factors.size(); ++k) out[i] -= kernel.factors[k] * values[kernel.first + k];
  }
  return out;
}

// The inverse of a symmetric positive matrix.
std::array<Row, play_size> inverse(std::array<Row, play_size> m) {
  std::array<Row, play_size> inv{};
  for (std::size_t i = 0; i < play_size; ++i) inv[i][i] = 1;
  for (std::size_t p = 0; p < play_size; ++p) {
    const double pivot = 1 / m[p][p];
    for (std::size_t c = 0; c < play_size; ++c) m[p][c] *= pivot, inv[p][c] *= pivot;
    for (std::size_t r = 0; r < play_size; ++r) {
      if (r == p) continue;
      const double factor = m[r][p];
      for (std::size_t c = 0; c < play_size; ++c) m[r][c] -= factor * m[p][c], inv[r][c] -= factor * inv[p][c];
    }
  }
  return inv;
}

double median_size(Series values) {
  for (double& v : values) v = std::abs(v);
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
}

// How far each frame is to be believed: not where the head itself moves quickly.
Series calmness(const std::array<Series, 4>& motion, const Series& weights) {
  const std::size_t count = weights.size(), reach = static_cast<std::size_t>(quick.reach);
  Series out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t first = i - std::min(i, reach), last = std::min(count, i + reach + 1);
    double most_moved = 0;
    for (const auto& m : motion)
      most_moved = std::max(most_moved, median_size(Series(m.begin() + static_cast<std::ptrdiff_t>(first),
                                                           m.begin() + static_cast<std::ptrdiff_t>(last))));
    out[i] = weights[i] / (1 + std::pow(most_moved / calm, 4));
  }
  return out;
}

// How much of y a unit of each play brings; frames in which the face moves by itself count little, and what is not sure
// is made smaller.
Row learn(const std::vector<Row>& plays, const Series& y, const Series& weights) {
  Row factors{};
  Series trust = weights, left = y;
  for (int round = 0; round < rounds; ++round) {
    std::array<Row, play_size> matrix{};
    Row right{};
    for (std::size_t i = 0; i < y.size(); ++i) {
      for (std::size_t a = 0; a < play_size; ++a) {
        right[a] += trust[i] * plays[i][a] * y[i];
        for (std::size_t b = 0; b < play_size; ++b) matrix[a][b] += trust[i] * plays[i][a] * plays[i][b];
      }
    }
    for (std::size_t a = 0; a < play_size; ++a) matrix[a][a] += static_cast<double>(y.size()) * trembling * trembling;
    const auto inv = inverse(matrix);
    for (std::size_t a = 0; a < play_size; ++a) {
      factors[a] = 0;
      for (std::size_t b = 0; b < play_size; ++b) factors[a] += inv[a][b] * right[b];
    }
    double told = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      double sum = 0;
      for (std::size_t a = 0; a < play_size; ++a) sum += factors[a] * plays[i][a];
      left[i] = y[i] - sum;
      told += trust[i] * sum * sum;
    }
    const double spread = 1.4826 * median_size(left) + 1e-9;
    for (std::size_t i = 0; i < y.size(); ++i) trust[i] = weights[i] / (1 + std::pow(left[i] / (2 * spread), 2));
    if (round + 1 < rounds) continue;
    const double part = std::max(0.0, 1 - sure * sure * play_size * spread * spread / (told + 1e-30));
    for (double& factor : factors) factor *= part;
  }
  return factors;
}

}  // namespace

Play play_of(const Mesh468& mesh) {
  const auto apart = [&](std::size_t a, std::size_t b) {
    return std::hypot(mesh[a][0] - mesh[b][0], mesh[a][1] - mesh[b][1], mesh[a][2] - mesh[b][2]);
  };
  const double eyes = apart(33, 263) + 1e-6;
  Play play{apart(13, 14), apart(61, 291), (apart(159, 145) + apart(386, 374)) / 2,
            (apart(105, 168) + apart(334, 168)) / 2};
  for (double& p : play) p /= eyes;
  return play;
}

std::vector<Standing> steadied(std::span<const Standing> standings, std::span<const std::optional<Play>> seen) {
  check(standings.size() == seen.size(), "a play for every standing");
  std::vector<Standing> out(standings.begin(), standings.end());
  const std::size_t count = seen.size();
  Series weights;
  for (const auto& play : seen) weights.push_back(play ? 1 : 0);
  if (count < fewest) return out;
  std::vector<Row> quick_plays(count), slow_plays(count);
  for (std::size_t a = 0; a < play_size; ++a) {
    Series own;
    for (const auto& play : seen) own.push_back(play ? (*play)[a] : 0);
    const Series fast = without_trend(own, weights, quick), all = without_trend(own, weights, slow);
    for (std::size_t i = 0; i < count; ++i) quick_plays[i][a] = fast[i], slow_plays[i][a] = all[i];
  }
  // Sideways and down along the face's own axes and in its sizes; growth; turn.
  std::array<Series, 4> motion;
  for (std::size_t d = 0; d < 4; ++d) {
    Series own;
    for (const auto& s : standings) own.push_back(d == 0 ? s.x : d == 1 ? s.y : d == 2 ? s.log_size : s.angle);
    motion[d] = without_trend(own, weights, quick);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto& s = standings[i];
    const double c = std::cos(s.angle), n = std::sin(s.angle), x = motion[0][i], y = motion[1][i];
    motion[0][i] = (c * x + n * y) / std::exp(s.log_size);
    motion[1][i] = (c * y - n * x) / std::exp(s.log_size);
  }
  const Series trust = calmness(motion, weights);
  std::array<Row, 4> factors;
  for (std::size_t d = 0; d < 4; ++d) factors[d] = learn(quick_plays, motion[d], trust);
  for (std::size_t i = 0; i < count; ++i) {
    std::array<double, 4> off{};
    for (std::size_t d = 0; d < 4; ++d) {
      for (std::size_t a = 0; a < play_size; ++a) off[d] += factors[d][a] * slow_plays[i][a];
      off[d] = std::clamp(off[d], -most, most);
    }
    const auto& s = standings[i];
    const double c = std::cos(s.angle), n = std::sin(s.angle), side = std::exp(s.log_size);
    out[i].x -= side * (c * off[0] - n * off[1]);
    out[i].y -= side * (n * off[0] + c * off[1]);
    out[i].log_size -= off[2];
    out[i].angle -= off[3];
  }
  return out;
}

}  // namespace understudy
