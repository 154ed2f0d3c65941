// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/best_faces.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace understudy {
namespace {

constexpr std::size_t yaw_bins = 128;
using Bin = std::vector<std::size_t>;

// Which of `count` bins with lower edges evenly from low to high holds the value; the outer ones are open.
std::size_t bin_of(double value, double low, double high, std::size_t count) {
  const auto edge = [=](std::size_t i) {
    return i + 1 == count ? high : low + static_cast<double>(i) * ((high - low) / static_cast<double>(count - 1));
  };
  std::size_t bin = 0;
  while (bin + 1 < count && value >= edge(bin + 1)) ++bin;
  return bin;
}

std::vector<Bin> split(const Bin& faces, std::size_t count, double low, double high, auto value) {
  std::vector<Bin> bins(count);
  for (const auto face : faces) bins[bin_of(value(face), low, high, count)].push_back(face);
  return bins;
}

// How many faces a yaw bin gives, after what the poorer bins lack has been shared out once.
std::size_t share_of(const std::vector<Bin>& bins, int target) {
  auto share = static_cast<std::size_t>(std::nearbyint(target / static_cast<double>(yaw_bins)));
  std::size_t lack = 0;
  for (const auto& bin : bins) lack += share - std::min(share, bin.size());
  return share + lack / yaw_bins;
}

class Choice {
 public:
  explicit Choice(std::span<const BestCandidate> faces) : faces_(faces), strangeness_(faces.size()) {}

  BestFaces work(int target) {
    Bin all(faces_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    auto bins = split(all, yaw_bins, -1.2, 1.2, [this](auto face) { return -faces_[face].yaw; });
    const std::size_t share = share_of(bins, target);
    for (auto& bin : bins) {
      std::ranges::stable_sort(bin, std::greater{}, [this](auto face) { return faces_[face].sharpness; });
      const std::size_t sharp = std::min(bin.size(), 10 * share);
      result_.trash.insert(result_.trash.end(), bin.begin() + std::ptrdiff_t(sharp), bin.end());
      bin.resize(sharp);
    }
    for (const auto& bin : bins) choose(bin, share);
    for (const auto face : result_.kept) result_.strangeness.push_back(strangeness_[face]);
    return std::move(result_);
  }

 private:
  // Takes the strangest face of each pitch bin in turn.
  void choose(const Bin& yaw_bin, std::size_t share) {
    if (yaw_bin.empty()) return;
    constexpr double right_angle = std::numbers::pi / 2;
    auto bins = split(yaw_bin, share, -right_angle, right_angle, [this](auto face) { return faces_[face].pitch; });
    for (auto& bin : bins) sort_by_strangeness(bin);
    std::size_t taken = 0;
    for (std::size_t round = 0; taken < share; ++round) {
      const std::size_t before = taken;
      for (const auto& bin : bins) {
        if (round >= bin.size() || taken == share) continue;
        result_.kept.push_back(bin[round]);
        ++taken;
      }
      if (taken == before) break;
    }
    const std::vector kept(result_.kept.end() - std::ptrdiff_t(taken), result_.kept.end());
    for (const auto& bin : bins)
      for (const auto face : bin)
        if (std::ranges::find(kept, face) == kept.end()) result_.trash.push_back(face);
  }

  void sort_by_strangeness(Bin& bin) {
    for (const auto a : bin) {
      strangeness_[a] = 0;
      for (const auto b : bin)
        if (a != b) strangeness_[a] += bhattacharyya(*faces_[a].grey, *faces_[b].grey);
    }
    std::ranges::stable_sort(bin, std::greater{}, [this](auto face) { return strangeness_[face]; });
  }

  std::span<const BestCandidate> faces_;
  std::vector<double> strangeness_;
  BestFaces result_;
};

}  // namespace

BestFaces best_faces(std::span<const BestCandidate> faces, int target) { return Choice(faces).work(target); }

}  // namespace understudy
