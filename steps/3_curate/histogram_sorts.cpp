// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/histogram_sorts.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "lib/base/vector_clones.hpp"
#include "lib/jobs/each.hpp"

namespace understudy {
namespace {

constexpr std::size_t bins = 256, coarse = 16, channels = 3;
// More than single precision can be wrong about the sum of 256 products of shares.
constexpr float rounding = 8e-6f;

double total(const Histogram& h) { return static_cast<double>(std::accumulate(h.begin(), h.end(), std::uint64_t{0})); }

// The scalar product of two rows, in 16 sums that the compiler keeps side by side.
US_VECTOR_CLONES float product(const float* a, const float* b) {
  float sums[16] = {};
  for (std::size_t i = 0; i < bins; i += 16)
    for (std::size_t k = 0; k < 16; ++k) sums[k] += a[i + k] * b[i + k];
  float sum = 0;
  for (const float s : sums) sum += s;
  return sum;
}

// For `count` pictures, whose coarse shares lie in columns `stride` apart: the least that their distance to the picture
// with these shares can be.
US_VECTOR_CLONES void least_distances(const float* shares, const float* columns, std::size_t stride, std::size_t count,
                                      float* out) {
  constexpr std::size_t block = 256;
  for (std::size_t start = 0; start < count; start += block) {
    const std::size_t n = std::min(block, count - start);
    float least[block] = {};
    for (std::size_t c = 0; c < channels; ++c) {
      float common[block] = {};
      for (std::size_t bin = 0; bin < coarse; ++bin) {
        const float share = shares[c * coarse + bin];
        const float* column = columns + (c * coarse + bin) * stride + start;
        for (std::size_t i = 0; i < n; ++i) common[i] += share * column[i];
      }
      for (std::size_t i = 0; i < n; ++i) least[i] += std::sqrt(std::max(0.0f, 1 - rounding - common[i]));
    }
    for (std::size_t i = 0; i < n; ++i) out[start + i] = least[i];
  }
}

class Chain {
 public:
  explicit Chain(std::span<const Histograms> pictures) : pictures_(pictures), order_(pictures.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    const std::size_t n = pictures.size();
    fine_.resize(n * channels * bins);
    coarse_.resize(n * channels * coarse);
    least_.resize(n);
    for (std::size_t p = 0; p < n; ++p) {
      const std::array parts{&pictures[p].blue, &pictures[p].green, &pictures[p].red};
      for (std::size_t c = 0; c < channels; ++c) {
        const double pixels = std::max(1.0, total(*parts[c]));
        for (std::size_t b = 0; b < bins; ++b)
          fine(p)[c * bins + b] = static_cast<float>(std::sqrt((*parts[c])[b] / pixels));
        for (std::size_t b = 0; b < coarse; ++b) {
          const auto* first = parts[c]->data() + b * bins / coarse;
          const auto sum = std::accumulate(first, first + bins / coarse, std::uint64_t{0});
          coarse_[(c * coarse + b) * n + p] = static_cast<float>(std::sqrt(static_cast<double>(sum) / pixels));
        }
      }
    }
  }

  // Puts the picture most like that at `place` behind it.
  void extend(std::size_t place) {
    const std::size_t n = order_.size(), first = place + 1;
    std::array<float, channels * coarse> shares;
    for (std::size_t k = 0; k < shares.size(); ++k) shares[k] = coarse_[k * n + place];
    least_distances(shares.data(), coarse_.data() + first, n, n - first, least_.data() + first);
    const auto nearest = std::min_element(least_.begin() + std::ptrdiff_t(first), least_.end());
    std::size_t best = static_cast<std::size_t>(nearest - least_.begin());
    double best_distance = distance(place, best);
    for (std::size_t i = first; i < n; ++i) {
      if (least_[i] > best_distance || i == best || least_fine(place, i) > best_distance) continue;
      const double d = distance(place, i);
      if (d < best_distance || (d == best_distance && i < best)) {
        best_distance = d;
        best = i;
      }
    }
    std::swap(order_[first], order_[best]);
    for (std::size_t k = 0; k < channels * coarse; ++k) std::swap(coarse_[k * n + first], coarse_[k * n + best]);
  }

  const std::vector<std::size_t>& order() const { return order_; }

 private:
  float* fine(std::size_t picture) { return fine_.data() + picture * channels * bins; }
  double distance(std::size_t a, std::size_t b) const {
    const auto &x = pictures_[order_[a]], &y = pictures_[order_[b]];
    return bhattacharyya(x.blue, y.blue) + bhattacharyya(x.green, y.green) + bhattacharyya(x.red, y.red);
  }
  // The least that the distance can be, by all bins in single precision.
  double least_fine(std::size_t a, std::size_t b) {
    const float *x = fine(order_[a]), *y = fine(order_[b]);
    double sum = 0;
    for (std::size_t c = 0; c < channels; ++c)
      sum += std::sqrt(std::max(0.0f, 1 - rounding - product(x + c * bins, y + c * bins)));
    return sum;
  }

  std::span<const Histograms> pictures_;
  std::vector<std::size_t> order_;
  std::vector<float> fine_;    // by picture
  std::vector<float> coarse_;  // by bin, then by place in the order
  std::vector<float> least_;   // by place
};

using Shares = std::array<double, bins>;

constexpr std::size_t together = 8;  // rows that stay in the processor while all others pass by once

// For each of some rows of shares the sum of its distances to all rows.
US_VECTOR_CLONES void add_strangeness(const Shares* some, std::size_t some_count, const Shares* all, std::size_t count,
                                      double* distances) {
  for (std::size_t j = 0; j < count; ++j) {
    for (std::size_t i = 0; i < some_count; ++i) {
      double sums[8] = {};
      for (std::size_t b = 0; b < bins; b += 8)
        for (std::size_t k = 0; k < 8; ++k) sums[k] += some[i][b + k] * all[j][b + k];
      double common = 0;
      for (const double s : sums) common += s;
      distances[i] += std::sqrt(std::max(0.0, 1 - common));
    }
  }
}

}  // namespace

Result<std::vector<std::size_t>> histogram_chain(std::span<const Histograms> pictures, Run& run) {
  Chain chain(pictures);
  run.stage("chain");
  for (std::size_t place = 0; place + 1 < pictures.size(); ++place) {
    if (run.stopping()) return Run::cancelled();
    chain.extend(place);
    run.progress(place + 1, pictures.size() - 1, "faces");
  }
  return chain.order();
}

Result<std::vector<double>> histogram_strangeness(std::span<const Histograms> pictures, int threads, Run& run) {
  std::vector<Shares> shares(pictures.size());
  for (std::size_t p = 0; p < pictures.size(); ++p) {
    const double pixels = std::max(1.0, total(pictures[p].hull));
    for (std::size_t b = 0; b < bins; ++b) shares[p][b] = std::sqrt(pictures[p].hull[b] / pixels);
  }
  std::vector<double> sums(pictures.size());
  run.stage("compare");
  const std::size_t groups = (sums.size() + together - 1) / together;
  std::atomic<std::size_t> done = 0;
  TRY_VOID(for_each_index(groups, threads, run, "", [&](std::size_t group, unsigned) -> Result<> {
    const std::size_t first = group * together, count = std::min(together, sums.size() - first);
    add_strangeness(shares.data() + first, count, shares.data(), shares.size(), sums.data() + first);
    run.progress(done += count, sums.size(), "faces");
    return {};
  }));
  return sums;
}

}  // namespace understudy
