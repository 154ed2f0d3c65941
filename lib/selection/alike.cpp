// SPDX-License-Identifier: Apache-2.0
#include "lib/selection/alike.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

namespace understudy {
namespace {

using Group = std::vector<std::size_t>;  // of entries

// Sets that grow together.
class Unions {
 public:
  explicit Unions(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

// Sums of all values under signs of which every picture has the same. However the signs lie, two pictures' sums differ
// by no more than the pictures do, so that those whose sums are too far apart need not be compared. The signs are those
// in which pictures of faces differ most: brightness, its halves, and colour.
constexpr std::size_t sums = 8;
using Sketch = std::array<std::int32_t, sums>;

Sketch sketch_of(const Blocks& blocks) {
  constexpr int half = block_grid / 2, quarter = block_grid / 4;
  Sketch sketch{};
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < block_grid; ++y) {
      for (int x = 0; x < block_grid; ++x) {
        const int value = blocks[block_at(x, y, c)];
        const bool left = x < half, upper = y < half;
        const bool inside = std::abs(2 * x + 1 - block_grid) < half && std::abs(2 * y + 1 - block_grid) < half;
        const std::array<bool, sums> plus{
            true, left, upper, left == upper, c == 2, inside, y % half < quarter, x % half < quarter};
        for (std::size_t i = 0; i < sums; ++i) sketch[i] += plus[i] ? value : -value;
      }
    }
  }
  return sketch;
}

// The sum by which the pictures lie furthest apart.
std::size_t widest(const std::vector<Sketch>& sketches) {
  std::array<double, sums> spread{};
  for (std::size_t i = 0; i < sums; ++i) {
    double mean = 0, square = 0;
    for (const auto& sketch : sketches) mean += sketch[i], square += double(sketch[i]) * sketch[i];
    const auto count = static_cast<double>(std::max<std::size_t>(1, sketches.size()));
    spread[i] = square / count - mean * mean / (count * count);
  }
  return static_cast<std::size_t>(std::ranges::max_element(spread) - spread.begin());
}

bool may_be_alike(const Sketch& a, const Sketch& b, std::int32_t limit) {
  std::int32_t most = 0;
  for (std::size_t i = 0; i < sums; ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most <= limit;
}

// A picture as it is compared: in the order of the sum by which they lie furthest apart.
struct Placed {
  Sketch sketch;
  std::size_t picture;
  double width, height;
};

}  // namespace

Result<std::vector<Group>> alike(const std::vector<CatalogueEntry>& entries, const Group& pictures, double most,
                                 const BlocksOf& blocks_of_entry, Run& run) {
  std::vector<Blocks> blocks;
  blocks.reserve(pictures.size());
  std::vector<Sketch> sketches;
  for (const auto picture : pictures) {
    TRY(blocks.emplace_back(), blocks_of_entry(entries[picture]));
    sketches.push_back(sketch_of(blocks.back()));
  }
  const auto by = widest(sketches);
  std::vector<Placed> placed;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto& numbers = entries[pictures[i]].numbers;
    placed.push_back({sketches[i], i, numbers.width, numbers.height});
  }
  std::ranges::sort(placed, {}, [&](const Placed& one) { return std::pair(one.sketch[by], one.picture); });
  const double limit = most * 256 * double(std::tuple_size_v<Blocks>);
  const auto whole_limit = static_cast<std::int32_t>(std::min(limit, 1e9));
  Unions unions(pictures.size());
  run.stage("compare");
  for (std::size_t a = 0; a < placed.size(); ++a) {
    if (run.stopping()) return Run::cancelled();
    const auto& x = placed[a];
    for (std::size_t b = a + 1; b < placed.size() && placed[b].sketch[by] - x.sketch[by] <= whole_limit; ++b) {
      const auto& y = placed[b];
      if (!may_be_alike(x.sketch, y.sketch, whole_limit) || x.width != y.width || x.height != y.height) continue;
      if (unions.root(x.picture) == unions.root(y.picture)) continue;
      if (distance(blocks[x.picture].data(), blocks[y.picture].data(), blocks[0].size()) <= limit)
        unions.join(x.picture, y.picture);
    }
    run.progress(a + 1, placed.size(), "faces");
  }
  std::map<std::size_t, Group> by_root;
  for (std::size_t i = 0; i < pictures.size(); ++i) by_root[unions.root(i)].push_back(pictures[i]);
  std::vector<Group> groups;
  for (auto& [root, group] : by_root) groups.push_back(std::move(group));
  return groups;
}

}  // namespace understudy
