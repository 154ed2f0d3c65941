// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/groups.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "lib/identity/persons.hpp"

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

double quality(const CatalogueEntry& e) { return std::isnan(e.numbers.quality) ? -1 : e.numbers.quality; }

// The largest group first, of equals the one that begins first.
void largest_first(std::vector<Group>& groups) {
  std::ranges::stable_sort(groups, std::greater{}, [](const Group& g) { return g.size(); });
}

// Pictures of one group differ by at most `most`, pair after pair. The mean of a whole picture differs no more than
// the picture does, so only pictures of nearly the same mean have to be compared.
Result<std::vector<Group>> alike(const Curation& c, const Group& pictures, double most) {
  std::vector<Blocks> blocks;
  std::vector<std::pair<double, std::size_t>> by_mean;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    TRY(blocks.emplace_back(), c.catalogue.blocks(c.entries[pictures[i]]));
    by_mean.emplace_back(std::accumulate(blocks[i].begin(), blocks[i].end(), 0.0) / double(blocks[i].size()), i);
  }
  std::ranges::sort(by_mean);
  const double limit = most * 256;
  Unions unions(pictures.size());
  c.run.stage("compare");
  for (std::size_t a = 0; a < by_mean.size(); ++a) {
    if (c.run.stopping()) return Run::cancelled();
    for (std::size_t b = a + 1; b < by_mean.size() && by_mean[b].first - by_mean[a].first <= limit; ++b) {
      const auto i = by_mean[a].second, j = by_mean[b].second;
      const auto &x = c.entries[pictures[i]].numbers, &y = c.entries[pictures[j]].numbers;
      if (x.width != y.width || x.height != y.height || unions.root(i) == unions.root(j)) continue;
      if (distance(blocks[i].data(), blocks[j].data(), blocks[i].size()) <= limit * double(blocks[i].size()))
        unions.join(i, j);
    }
    c.run.progress(a + 1, by_mean.size(), "faces");
  }
  std::map<std::size_t, Group> by_root;
  for (std::size_t i = 0; i < pictures.size(); ++i) by_root[unions.root(i)].push_back(pictures[i]);
  std::vector<Group> groups;
  for (auto& [root, group] : by_root) groups.push_back(std::move(group));
  return groups;
}

}  // namespace

Result<Order> by_duplicates(const Curation& c) {
  Order order = leave_out(c.entries, false);
  TRY(auto groups, alike(c, readable(c.entries, false), c.options.threshold));
  largest_first(groups);
  std::size_t number = 0;
  for (auto& group : groups) {
    std::ranges::stable_sort(group, std::greater{}, [&](auto i) { return quality(c.entries[i]); });
    const auto name = group.size() > 1 ? fmt::format("{}", ++number) : std::string();
    for (std::size_t k = 0; k < group.size(); ++k) {
      if (k > 0 && c.options.drop)
        order.trash.push_back(group[k]);
      else
        order.kept.push_back({group[k], quality(c.entries[group[k]]), name});
    }
  }
  return order;
}

namespace {

// How far a number lies from the set's middle, in units of the middle distance from it.
class Scale {
 public:
  Scale(const Curation& c, const Group& faces, double FaceNumbers::*member) : member_(member) {
    std::vector<double> values;
    for (const auto i : faces) values.push_back(c.entries[i].numbers.*member);
    middle_ = median(values);
    for (auto& v : values) v = std::abs(v - middle_);
    spread_ = std::max(1.4826 * median(values), 1e-3);
  }
  double of(const FaceNumbers& n) const { return (n.*member_ - middle_) / spread_; }

 private:
  static double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
  }
  double FaceNumbers::*member_;
  double middle_ = 0, spread_ = 1;
};

}  // namespace

Result<Order> by_expression(const Curation& c) {
  constexpr double stands_out = 2;
  static constexpr std::array names{"eyes shut",    "mouth open",    "mouth wide", "mouth narrow",
                                    "brows raised", "brows lowered", "calm"};
  Order order = leave_out(c.entries, true);
  const Group faces = readable(c.entries, true);
  const Scale mouth(c, faces, &FaceNumbers::mouth_open), width(c, faces, &FaceNumbers::mouth_wide),
      eyes(c, faces, &FaceNumbers::eyes_open), brows(c, faces, &FaceNumbers::brows_raised);
  std::array<std::vector<Placed>, names.size()> groups;
  for (const auto i : faces) {
    const auto& n = c.entries[i].numbers;
    const std::array strengths{-eyes.of(n), mouth.of(n), width.of(n), -width.of(n), brows.of(n), -brows.of(n)};
    const auto most = std::ranges::max_element(strengths);
    const auto group = *most >= stands_out ? static_cast<std::size_t>(most - strengths.begin()) : names.size() - 1;
    groups[group].push_back({i, *most, names[group]});
  }
  for (auto& group : groups) {
    std::ranges::stable_sort(group, std::greater{}, &Placed::value);
    order.kept.insert(order.kept.end(), group.begin(), group.end());
  }
  return order;
}

Result<Order> by_coverage(const Curation& c) {
  constexpr double step = 10;  // degrees
  Order order = leave_out(c.entries, true);
  // Turn, nod, how far the mouth is open (closed, a little, wide), whether the eyes are shut.
  using Cell = std::array<int, 4>;
  std::map<Cell, Group> cells;
  for (const auto i : readable(c.entries, true)) {
    const auto& n = c.entries[i].numbers;
    if (std::isnan(n.turn) || std::isnan(n.nod)) {
      order.trash.push_back(i);
      continue;
    }
    const int mouth = n.mouth_open < 0.05 ? 0 : n.mouth_open < 0.2 ? 1 : 2;
    cells[{int(std::floor(n.turn / step)), int(std::floor(n.nod / step)), mouth, n.eyes_open < 0.06}].push_back(i);
  }
  for (auto& [cell, group] : cells)
    std::ranges::stable_sort(group, std::greater{}, [&](auto i) { return quality(c.entries[i]); });
  const auto target = static_cast<std::size_t>(c.options.target);
  for (std::size_t round = 0, left = 1; left > 0; ++round) {
    left = 0;
    for (const auto& [cell, group] : cells) {
      if (round >= group.size()) continue;
      ++left;
      if (order.kept.size() == target) {
        order.trash.push_back(group[round]);
        continue;
      }
      order.kept.push_back(
          {group[round], quality(c.entries[group[round]]),
           fmt::format("turn {} nod {} mouth {} eyes {}", cell[0] * step, cell[1] * step,
                       std::array{"closed", "open", "wide open"}[std::size_t(cell[2])], cell[3] ? "shut" : "open")});
    }
  }
  return order;
}

Result<Order> by_identity(const Curation& c) {
  Order order = leave_out(c.entries, true);
  TRY(const auto numbers, c.catalogue.embeddings(c.entries, embedding_maker, c.embed, c.options.threads, c.run));
  Group faces;
  std::vector<Embedding> embeddings;
  for (const auto i : readable(c.entries, true)) {
    if (numbers[i].size() != std::tuple_size_v<Embedding>) {
      order.trash.push_back(i);
      continue;
    }
    faces.push_back(i);
    std::ranges::copy(numbers[i], embeddings.emplace_back().begin());
  }
  const auto persons = cluster_by_person(embeddings);
  const auto odd = oddness(embeddings, persons);
  std::vector<std::size_t> sequence(faces.size());
  std::iota(sequence.begin(), sequence.end(), std::size_t{0});
  std::ranges::stable_sort(sequence, {}, [&](auto k) { return std::pair(persons[k], odd[k]); });
  for (const auto k : sequence) order.kept.push_back({faces[k], odd[k], fmt::format("person {}", persons[k])});
  return order;
}

}  // namespace understudy
