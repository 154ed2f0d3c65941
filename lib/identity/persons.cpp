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

using Stop = std::function<bool()>;
bool stopped(const Stop& stop) { return stop && stop(); }

// Faces that lie together so closely that nobody doubts.
struct TightGroups {
  std::vector<Group> groups;
  std::vector<Embedding> means;
  std::vector<std::size_t> group_of;  // of each face
};
std::optional<TightGroups> gathered(std::span<const Embedding> faces, double threshold, const Stop& stop) {
  TightGroups all;
  for (const auto& face : faces) {
    if (stopped(stop)) return {};
    double nearest = tight * threshold;
    std::size_t best = all.groups.size();
    for (std::size_t g = 0; g < all.means.size(); ++g) {
      if (const double d = distance(face, all.means[g]); d < nearest) nearest = d, best = g;
    }
    if (best == all.groups.size()) {
      all.groups.emplace_back();
      all.means.emplace_back();
    }
    all.groups[best].add(face);
    all.means[best] = all.groups[best].mean();
    all.group_of.push_back(best);
  }
  return all;
}

// Which groups are nearer to each than the threshold, in the order of their numbers. Measured once, as far as there is
// room: of a single person's ten thousand groups all may be near all.
class Neighbours {
 public:
  Neighbours(const std::vector<Embedding>& means, double threshold) : means_(means), threshold_(threshold) {}
  // False when stopped.
  bool find(const Stop& stop) {
    rows_.resize(means_.size());
    for (std::size_t g = 0, count = 0; g < means_.size() && count <= most; ++g) {
      if (stopped(stop)) return false;
      for (std::size_t h = g + 1; h < means_.size(); ++h) {
        const double d = distance(means_[g], means_[h]);
        if (d >= threshold_) continue;
        rows_[g].push_back({static_cast<std::uint32_t>(h), static_cast<float>(d)});
        rows_[h].push_back({static_cast<std::uint32_t>(g), static_cast<float>(d)});
        count += 2;
      }
      if (count > most) rows_.clear();
    }
    return true;
  }
  template <class Use>
  void each(std::size_t g, const Use& use) const {
    if (!rows_.empty()) {
      for (const auto& [h, d] : rows_[g]) use(h, d);
      return;
    }
    for (std::size_t h = 0; h < means_.size(); ++h)
      if (const auto d = static_cast<float>(distance(means_[g], means_[h])); h != g && d < threshold_) use(h, d);
  }

 private:
  static constexpr std::size_t most = 50'000'000;
  struct Near {
    std::uint32_t group;
    float distance;
  };
  const std::vector<Embedding>& means_;
  double threshold_;
  std::vector<std::vector<Near>> rows_;
};

// Tracks that are held for one person each, with their means: what each track is compared with in each round.
class TrackGroups {
 public:
  explicit TrackGroups(std::span<const TrackSamples> tracks) : tracks_(tracks) {}
  void put_in(std::size_t track, const Group& own, std::size_t group) {
    if (group == groups_.size()) {
      groups_.emplace_back();
      means_.emplace_back();
      members_.emplace_back();
    }
    change(group, own, 1);
    members_[group].push_back(track);
  }
  void take_out(std::size_t track, const Group& own, std::size_t group) {
    std::erase(members_[group], track);
    change(group, own, -1);
  }
  // The nearest group within the threshold in which nobody is seen at the same time; else a new one.
  std::size_t nearest(std::size_t track, const Embedding& mean, double threshold) const {
    double least = threshold;
    std::size_t best = groups_.size();
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      if (groups_[g].count <= 0) continue;
      if (const double d = distance(mean, means_[g]); d < least && !seen_at_once(track, g)) least = d, best = g;
    }
    return best;
  }
  // The number of each group: 0 for the one with most embeddings.
  std::vector<int> largest_first() const {
    std::vector<std::pair<double, int>> sizes;  // minus the embeddings, group
    for (std::size_t g = 0; g < groups_.size(); ++g) sizes.emplace_back(-groups_[g].count, static_cast<int>(g));
    std::ranges::stable_sort(sizes, {}, &std::pair<double, int>::first);
    std::vector<int> number(groups_.size());
    for (std::size_t i = 0; i < sizes.size(); ++i)
      number[static_cast<std::size_t>(sizes[i].second)] = static_cast<int>(i);
    return number;
  }

 private:
  void change(std::size_t group, const Group& own, int times) {
    groups_[group].add(own, times);
    if (groups_[group].count > 0) means_[group] = groups_[group].mean();
  }
  bool seen_at_once(std::size_t track, std::size_t group) const {
    return std::ranges::any_of(members_[group], [&](std::size_t other) {
      return tracks_[track].first <= tracks_[other].last && tracks_[other].first <= tracks_[track].last;
    });
  }

  std::span<const TrackSamples> tracks_;
  std::vector<Group> groups_;
  std::vector<Embedding> means_;  // of those in which somebody is
  std::vector<std::vector<std::size_t>> members_;
};

}  // namespace

std::optional<std::vector<int>> cluster_by_person(std::span<const Embedding> faces, double threshold,
                                                  const std::function<bool()>& stop) {
  const auto all = gathered(faces, threshold, stop);
  if (!all) return {};
  const auto& groups = all->groups;
  Neighbours neighbours(all->means, threshold);
  if (!neighbours.find(stop)) return {};
  // Each group takes the label that its neighbours, weighted by faces and nearness, have most, until nothing changes.
  std::vector<int> labels(groups.size());
  std::iota(labels.begin(), labels.end(), 0);
  for (int round = 0; round < rounds; ++round) {
    bool changed = false;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (stopped(stop)) return {};
      std::map<int, double> votes;
      neighbours.each(g, [&](std::size_t h, float d) { votes[labels[h]] += groups[h].count * (threshold - d); });
      if (votes.empty()) continue;
      const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
      changed = changed || labels[g] != most->first;
      labels[g] = most->first;
    }
    if (!changed) break;
  }
  std::vector<int> persons;
  for (const auto g : all->group_of) persons.push_back(labels[g]);
  return renumbered(persons);
}

std::optional<std::vector<int>> persons_of_tracks(std::span<const TrackSamples> tracks, double threshold,
                                                  const std::function<bool()>& stop) {
  std::vector<Group> own(tracks.size());
  std::vector<Embedding> own_means(tracks.size());
  std::vector<std::size_t> order;  // the most seen first: they say best what a person looks like
  for (std::size_t t = 0; t < tracks.size(); ++t) {
    for (const auto& e : tracks[t].embeddings) own[t].add(e);
    if (own[t].count <= 0) continue;
    own_means[t] = own[t].mean();
    order.push_back(t);
  }
  std::ranges::stable_sort(order, std::ranges::greater(), [&](auto t) { return own[t].count; });
  std::vector<int> persons(tracks.size(), -1);
  TrackGroups groups(tracks);
  for (int round = 0; round < track_rounds; ++round) {
    for (const auto t : order) {
      if (stopped(stop)) return {};
      // From the second round on it chooses again, now that all are known.
      if (persons[t] >= 0) groups.take_out(t, own[t], static_cast<std::size_t>(persons[t]));
      const auto best = groups.nearest(t, own_means[t], threshold);
      groups.put_in(t, own[t], best);
      persons[t] = static_cast<int>(best);
    }
  }
  const auto number = groups.largest_first();
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
