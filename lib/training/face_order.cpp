// SPDX-License-Identifier: Apache-2.0
#include "lib/training/face_order.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "lib/training/random.hpp"

namespace understudy {
namespace {

constexpr int yaw_edges = 128;
constexpr double widest_yaw = 1.2;

constexpr std::uint64_t most_repeats = std::uint64_t{1} << 24;  // in a state; more is damage

}  // namespace

ShuffledPasses::ShuffledPasses(std::size_t count, std::uint64_t seed, std::uint64_t stream)
    : count_(count), seed_(seed), stream_(stream) {
  check(count > 0, "a pass over nothing");
}

std::size_t ShuffledPasses::at(std::uint64_t place) const {
  if (count_ == 1) return 0;
  const std::uint64_t number = place / count_;
  std::lock_guard lock(mutex_);
  Pass& pass = kept_[number % 2];
  if (pass.number != number || pass.order.empty()) {
    pass.order.resize(count_);
    std::iota(pass.order.begin(), pass.order.end(), std::uint32_t{0});
    CounterRandom random(seed_, stream_, number);
    for (std::size_t i = count_; i > 1; --i) std::swap(pass.order[i - 1], pass.order[random.below(i)]);
    pass.number = number;
  }
  return pass.order[place % count_];
}

std::vector<std::vector<std::uint32_t>> yaw_bins(std::span<const float> yaws) {
  std::array<double, yaw_edges> edges;
  for (int i = 0; i < yaw_edges; ++i) edges[i] = -widest_yaw + 2 * widest_yaw * i / (yaw_edges - 1);
  std::vector<std::vector<std::uint32_t>> bins(yaw_edges);
  for (std::size_t i = 0; i < yaws.size(); ++i) {
    if (std::isnan(yaws[i])) continue;
    const auto above = std::ranges::upper_bound(edges, -static_cast<double>(yaws[i])) - edges.begin();
    bins[static_cast<std::size_t>(std::max<std::ptrdiff_t>(above - 1, 0))].push_back(static_cast<std::uint32_t>(i));
  }
  std::erase_if(bins, [](const auto& bin) { return bin.empty(); });
  return bins;
}

FaceOrder::FaceOrder(std::size_t count, std::uint64_t seed)
    : outer_(std::make_unique<ShuffledPasses>(count, seed, order_stream)) {}

FaceOrder::FaceOrder(std::vector<std::vector<std::uint32_t>> bins, std::uint64_t seed)
    : outer_(std::make_unique<ShuffledPasses>(bins.size(), seed, bin_stream)), bins_(std::move(bins)) {
  for (std::size_t g = 0; g < bins_.size(); ++g)
    inner_.push_back(std::make_unique<ShuffledPasses>(bins_[g].size(), seed, in_bin_stream + g));
}

std::size_t FaceOrder::face_at(std::uint64_t place) const {
  const std::size_t chosen = outer_->at(place);
  return bins_.empty() ? chosen : bins_[chosen][inner_[chosen]->at(place / outer_->count())];
}

Repeats::Shown Repeats::at(std::uint64_t position) const {
  std::uint64_t repeats = dropped_;
  for (const auto& list : lists_) {
    if (position < list.position) break;
    if (position - list.position < list.places.size()) return {list.places[position - list.position], true};
    repeats += list.places.size();
  }
  return {position - repeats, false};
}

void Repeats::add(std::uint64_t first, std::vector<std::uint64_t> places) {
  if (places.empty()) return;
  if (!lists_.empty()) first = std::max(first, lists_.back().position + lists_.back().places.size());
  lists_.push_back({first, std::move(places)});
}

void Repeats::forget_before(std::uint64_t position) {
  while (!lists_.empty() && lists_.front().position + lists_.front().places.size() <= position) {
    dropped_ += lists_.front().places.size();
    lists_.erase(lists_.begin());
  }
}

std::vector<std::uint64_t> Repeats::state() const {
  std::vector<std::uint64_t> numbers{dropped_, lists_.size()};
  for (const auto& list : lists_) {
    numbers.push_back(list.position);
    numbers.push_back(list.places.size());
    numbers.insert(numbers.end(), list.places.begin(), list.places.end());
  }
  return numbers;
}

Result<> Repeats::restore(std::span<const std::uint64_t>& numbers) {
  const auto take = [&numbers](std::uint64_t count) {
    const auto front = numbers.first(count);
    numbers = numbers.subspan(count);
    return front;
  };
  const auto damaged = [] { return fail(Code::bad_file, "the saved list of repeated faces is damaged"); };
  if (numbers.size() < 2) return damaged();
  const auto head = take(2);
  Repeats read;
  read.dropped_ = head[0];
  for (std::uint64_t i = 0; i < head[1]; ++i) {
    if (numbers.size() < 2) return damaged();
    const auto list = take(2);
    const bool before =
        !read.lists_.empty() && list[0] < read.lists_.back().position + read.lists_.back().places.size();
    if (list[1] > std::min<std::uint64_t>(most_repeats, numbers.size()) || before) return damaged();
    const auto places = take(list[1]);
    read.lists_.push_back({list[0], {places.begin(), places.end()}});
  }
  *this = std::move(read);
  return {};
}

void WorstFaces::note(std::uint64_t place, double loss, std::size_t most) {
  if (!std::isfinite(loss)) return;
  // A face that comes twice counts once, with its worse loss.
  const auto same = std::ranges::find(worst_, place, &std::pair<double, std::uint64_t>::second);
  if (same != worst_.end()) {
    if (same->first >= loss) return;
    worst_.erase(same);
  }
  const auto at = std::ranges::find_if(worst_, [loss](const auto& w) { return w.first < loss; });
  worst_.insert(at, {loss, place});
  if (worst_.size() > most) worst_.pop_back();
}

std::vector<std::uint64_t> WorstFaces::take() {
  std::vector<std::uint64_t> places;
  for (const auto& [loss, place] : std::exchange(worst_, {})) places.push_back(place);
  return places;
}

std::vector<std::uint64_t> WorstFaces::state() const {
  std::vector<std::uint64_t> numbers{worst_.size()};
  for (const auto& [loss, place] : worst_) {
    numbers.push_back(place);
    numbers.push_back(std::bit_cast<std::uint64_t>(loss));
  }
  return numbers;
}

Result<> WorstFaces::restore(std::span<const std::uint64_t>& numbers) {
  const auto damaged = [] { return fail(Code::bad_file, "the saved list of the worst faces is damaged"); };
  if (numbers.empty() || numbers[0] > (numbers.size() - 1) / 2) return damaged();
  const auto rows = numbers.subspan(1, 2 * numbers[0]);
  numbers = numbers.subspan(1 + rows.size());
  std::vector<std::pair<double, std::uint64_t>> read;
  for (std::size_t i = 0; i < rows.size(); i += 2) {
    const auto loss = std::bit_cast<double>(rows[i + 1]);
    if (!std::isfinite(loss) || (!read.empty() && loss > read.back().first)) return damaged();
    read.emplace_back(loss, rows[i]);
  }
  worst_ = std::move(read);
  return {};
}

}  // namespace understudy
