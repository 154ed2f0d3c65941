// SPDX-License-Identifier: Apache-2.0
// Samples in groups of four: two people i and j doing two performances p and q, in the order ip, iq, jp, jq. The two
// pictures of a performance are moved, mirrored and lit alike, so that what one shows is the truth for the other.
#pragma once

#include "lib/training/batch.hpp"
#include "lib/training/samples.hpp"
#include "tools/pretrain/bank.hpp"

namespace understudy::pretrain {

struct Step {
  std::int64_t number = 0;
  int resolution = 96;
  BatchSide faces;           // (4 (groups + readers), ...)
  std::int64_t redrawn = 0;  // so many of them, the first, are drawn; the others are only read
  Tensor play;               // (4 (groups + readers), play_numbers): what each shows being played
};

// The faces that are drawn.
BatchSide redrawn_of(const Step&);
// For each of n pictures in groups, (n) int64: the one of the same person in the other performance, and the one of the
// other person in the same performance.
Tensor same_person(std::int64_t n);
Tensor same_play(std::int64_t n);

// The resolution of a step: small ones first, then a mixture, most of it at 96.
int resolution_of(std::int64_t step, std::int64_t small_steps);

// Makes the samples of a step, the same whatever was made before.
class Groups {
 public:
  // `groups` to be drawn in each step, and `readers` more for the encoder alone, which cost a tenth of it.
  Groups(fs::path bank, int groups, int readers, std::uint64_t seed);
  void look_for_more();  // blocks that came since
  std::size_t blocks() const { return blocks_.size(); }
  Result<Step> make(std::int64_t step, int resolution) const;

 private:
  struct Group {
    std::array<Sample, 4> samples;
    std::array<std::array<float, play_numbers>, 4> play;
  };
  Result<Group> group(std::int64_t number, int resolution) const;
  fs::path bank_;
  int groups_, readers_;
  std::uint64_t seed_;
  std::vector<int> blocks_;
};

}  // namespace understudy::pretrain
