// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/groups.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "lib/identity/persons.hpp"
#include "lib/selection/alike.hpp"

namespace understudy {
namespace {

using Group = std::vector<std::size_t>;  // of entries

double quality(const CatalogueEntry& e) { return std::isnan(e.numbers.quality) ? -1 : e.numbers.quality; }

// The largest group first, of equals the one that begins first.
void largest_first(std::vector<Group>& groups) {
  std::ranges::stable_sort(groups, std::greater{}, [](const Group& g) { return g.size(); });
}

}  // namespace

Result<Order> by_duplicates(const Curation& c) {
  Order order = leave_out(c.entries, false);
  TRY(auto groups, alike(
                       c.entries, readable(c.entries, false), c.options.threshold,
                       [&](const CatalogueEntry& entry) { return c.catalogue.blocks(entry); }, c.run));
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
  const auto counted = cluster_by_person(embeddings, same_group, [&c] { return c.run.stopping(); });
  if (!counted) return Run::cancelled();
  const auto& persons = *counted;
  const auto odd = oddness(embeddings, persons);
  std::vector<std::size_t> sequence(faces.size());
  std::iota(sequence.begin(), sequence.end(), std::size_t{0});
  std::ranges::stable_sort(sequence, {}, [&](auto k) { return std::pair(persons[k], odd[k]); });
  for (const auto k : sequence) order.kept.push_back({faces[k], odd[k], fmt::format("person {}", persons[k])});
  return order;
}

}  // namespace understudy
