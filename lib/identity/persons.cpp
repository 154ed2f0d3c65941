// SPDX-License-Identifier: Apache-2.0
#include "lib/identity/persons.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace understudy {
namespace {

constexpr double tight = 0.6;  // of the threshold: within it, nobody doubts
constexpr int rounds = 30;
constexpr int track_rounds = 3;

struct Group {
  Embedding sum{};
  double count = 0;
  Embedding mean() const {
    Embedding m;
    std::ranges::transform(sum, m.begin(), [this](float v) { return static_cast<float>(v / count); });
    return m;
  }
  void add(const Embedding& e) { add({e, 1}, 1); }
  void add(const Group& other, int times) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<float>(times) * other.sum[i];
    count += times * other.count;
  }
};

// The largest becomes 0.
std::vector<int> renumbered(const std::vector<int>& labels) {
  std::map<int, int> sizes;
  for (const int label : labels) ++sizes[label];
  std::vector<std::pair<int, int>> order;  // minus the size, label
  for (const auto& [label, size] : sizes) order.emplace_back(-size, label);
  std::ranges::sort(order);
  std::map<int, int> number;
  for (const auto& [size, label] : order) number.emplace(label, static_cast<int>(number.size()));
  std::vector<int> out;
  for (const int label : labels) out.push_back(number[label]);
  return out;
}

}  // namespace

std::vector<int> cluster_by_person(std::span<const Embedding> faces, double threshold) {
  std::vector<Group> groups;
  std::vector<Embedding> means;
  std::vector<int> group_of;
  for (const auto& face : faces) {
    double nearest = tight * threshold;
    std::size_t best = groups.size();
    for (std::size_t g = 0; g < means.size(); ++g) {
      if (const double d = distance(face, means[g]); d < nearest) nearest = d, best = g;
    }
    if (best == groups.size()) {
      groups.emplace_back();
      means.emplace_back();
    }
    groups[best].add(face);
    means[best] = groups[best].mean();
    group_of.push_back(static_cast<int>(best));
  }
  // Each group takes the label that its neighbours, weighted by faces and nearness, have most, until nothing changes.
  std::vector<int> labels(groups.size());
  std::iota(labels.begin(), labels.end(), 0);
  for (int round = 0; round < rounds; ++round) {
    bool changed = false;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      std::map<int, double> votes;
      for (std::size_t h = 0; h < groups.size(); ++h) {
        const double d = h == g ? threshold : distance(means[g], means[h]);
        if (d < threshold) votes[labels[h]] += groups[h].count * (threshold - d);
      }
      if (votes.empty()) continue;
      const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
      changed = changed || labels[g] != most->first;
      labels[g] = most->first;
    }
    if (!changed) break;
  }
  std::vector<int> persons;
  for (const int g : group_of) persons.push_back(labels[static_cast<std::size_t>(g)]);
  return renumbered(persons);
}

std::vector<int> persons_of_tracks(std::span<const TrackSamples> tracks, double threshold) {
  std::vector<Group> own(tracks.size());
  std::vector<std::size_t> order;  // the most seen first: they say best what a person looks like
  for (std::size_t t = 0; t < tracks.size(); ++t) {
    for (const auto& e : tracks[t].embeddings) own[t].add(e);
    if (own[t].count > 0) order.push_back(t);
  }
  std::ranges::stable_sort(order, std::ranges::greater(), [&](auto t) { return own[t].count; });
  std::vector<int> persons(tracks.size(), -1);
  std::vector<Group> groups;
  std::vector<std::vector<std::size_t>> members;
  const auto seen_at_once = [&](std::size_t t, std::size_t person) {
    return std::ranges::any_of(members[person], [&](std::size_t other) {
      return tracks[t].first <= tracks[other].last && tracks[other].first <= tracks[t].last;
    });
  };
  for (int round = 0; round < track_rounds; ++round) {
    for (const auto t : order) {
      if (persons[t] >= 0) {  // it chooses again, now that all are known
        const auto was = static_cast<std::size_t>(persons[t]);
        std::erase(members[was], t);
        groups[was].add(own[t], -1);
      }
      double nearest = threshold;
      std::size_t best = groups.size();
      for (std::size_t g = 0; g < groups.size(); ++g) {
        if (groups[g].count <= 0 || seen_at_once(t, g)) continue;
        if (const double d = distance(own[t].mean(), groups[g].mean()); d < nearest) nearest = d, best = g;
      }
      if (best == groups.size()) {
        groups.emplace_back();
        members.emplace_back();
      }
      groups[best].add(own[t], 1);
      members[best].push_back(t);
      persons[t] = static_cast<int>(best);
    }
  }
  std::vector<std::pair<double, int>> sizes;  // minus the embeddings, person
  for (std::size_t g = 0; g < groups.size(); ++g) sizes.emplace_back(-groups[g].count, static_cast<int>(g));
  std::ranges::stable_sort(sizes, {}, &std::pair<double, int>::first);
  std::vector<int> number(groups.size());
  for (std::size_t i = 0; i < sizes.size(); ++i)
    number[static_cast<std::size_t>(sizes[i].second)] = static_cast<int>(i);
  for (int& person : persons) person = person < 0 ? -1 : number[static_cast<std::size_t>(person)];
  return persons;
}

std::vector<double> oddness(std::span<const Embedding> faces, std::span<const int> persons) {
  std::map<int, Group> groups;
  for (std::size_t i = 0; i < faces.size(); ++i) groups[persons[i]].add(faces[i]);
  std::vector<double> out;
  for (std::size_t i = 0; i < faces.size(); ++i) out.push_back(distance(faces[i], groups[persons[i]].mean()));
  return out;
}

}  // namespace understudy
