// SPDX-License-Identifier: Apache-2.0
// Which face comes when. Nothing is carried from draw to draw: the face at a place of the endless sequence follows from
// the seed and the place alone (docs/decisions/counter-based-sampling.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "lib/base/result.hpp"

namespace understudy {

// What a number is drawn for: streams of CounterRandom.
enum SampleStream : std::uint64_t {
  order_stream = 1,
  sample_stream = 2,
  reference_stream = 3,
  bin_stream = 4,
  in_bin_stream = 1000,  // + number of the bin
};

// An endless sequence of shuffled passes over 0..count-1, each number once a pass. Thread-safe.
class ShuffledPasses {
 public:
  ShuffledPasses(std::size_t count, std::uint64_t seed, std::uint64_t stream);
  std::size_t at(std::uint64_t place) const;
  std::size_t count() const { return count_; }

 private:
  struct Pass {
    std::uint64_t number = 0;
    std::vector<std::uint32_t> order;
  };
  std::size_t count_;
  std::uint64_t seed_, stream_;
  mutable std::mutex mutex_;
  mutable std::array<Pass, 2> kept_;  // two, since batches made at the same time lie on both sides of a pass's end
};

// DeepFaceLab's bins of equal yaw (spec networks-and-training.md 3.1): 128 over -1.2..1.2 of minus the yaw, empty ones
// left out. Faces whose yaw is NaN are in none.
std::vector<std::vector<std::uint32_t>> yaw_bins(std::span<const float> yaws);

class FaceOrder {
 public:
  // All faces equally often.
  FaceOrder(std::size_t count, std::uint64_t seed);
  // All bins equally often, the faces of a bin equally often among each other: shuffled passes over the bins, and
  // inside each bin shuffled passes over its faces, so that the pass over the bins is the number of the visit to each.
  FaceOrder(std::vector<std::vector<std::uint32_t>> bins, std::uint64_t seed);

  std::size_t face_at(std::uint64_t place) const;

 private:
  std::unique_ptr<ShuffledPasses> outer_;
  std::vector<std::vector<std::uint32_t>> bins_;  // empty: the outer passes give the faces
  std::vector<std::unique_ptr<ShuffledPasses>> inner_;
};

// Faces that are shown once more in between. A side's samples are numbered by position; without repeats the sample at
// position p shows place p of the order. A list of repeats takes the next positions that nobody has asked for yet, and
// the order goes on behind it where it stopped.
class Repeats {
 public:
  struct Shown {
    std::uint64_t place = 0;
    bool again = false;
  };
  // What position p shows. Positions before those that forget_before() named may be wrong.
  Shown at(std::uint64_t position) const;
  // Shows the places from position `first` on, or behind the lists that already lie there.
  void add(std::uint64_t first, std::vector<std::uint64_t> places);
  // Drops lists that ended before this position.
  void forget_before(std::uint64_t position);

  bool empty() const { return dropped_ == 0 && lists_.empty(); }
  // As plain numbers: {repeats dropped, lists, then of each: position, length, its places}.
  std::vector<std::uint64_t> state() const;
  // Takes one such state off the front of `numbers`.
  Result<> restore(std::span<const std::uint64_t>& numbers);

 private:
  struct List {
    std::uint64_t position = 0;
    std::vector<std::uint64_t> places;
  };
  std::uint64_t dropped_ = 0;
  std::vector<List> lists_;  // by position, without overlap
};

// The places with the highest losses since the last take(): what `retrain-worst` shows again.
class WorstFaces {
 public:
  // Keeps the `most` highest.
  void note(std::uint64_t place, double loss, std::size_t most);
  std::vector<std::uint64_t> take();  // worst first; empties it
  bool empty() const { return worst_.empty(); }

  // As plain numbers: {how many, then of each: place, the loss's bits}.
  std::vector<std::uint64_t> state() const;
  Result<> restore(std::span<const std::uint64_t>& numbers);

 private:
  std::vector<std::pair<double, std::uint64_t>> worst_;  // falling
};

}  // namespace understudy
