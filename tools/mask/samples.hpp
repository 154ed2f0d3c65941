// SPDX-License-Identifier: Apache-2.0
// What the generic mask is taught with: faces of the bank with things laid before them, in any light, through any
// camera. Sample number k of a seed is the same as long as nobody comes into the bank.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "lib/base/files.hpp"
#include "lib/tensor/tensor.hpp"
#include "lib/xseg/labelled_faces.hpp"
#include "lib/xseg/xseg_augment.hpp"

namespace understudy::mask_bank {

struct MaskBatch {
  Tensor bgr, mask;  // (N,3,R,R), (N,1,R,R)
};

// Things before the face, and in six of ten a camera that blurs, shakes, adds noise and compresses.
Result<> put_in_the_world(XsegSample&, const Landmarks68&, CounterRandom&);

// Thread-safe.
class MaskSamples {
 public:
  // Every twentieth person is kept back: those are all that `held_back` samples show.
  MaskSamples(fs::path bank, int resolution, std::uint64_t seed, bool held_back);
  void look_for_more();  // people who came since
  std::size_t people() const;
  Result<MaskBatch> batch(std::int64_t k, int size);

 private:
  struct Known {
    LabelledFace face;
    Landmarks68 landmarks;
  };
  Result<std::shared_ptr<const Known>> known(int person, int play);
  Result<XsegSample> plain(std::uint64_t place, CounterRandom&, Landmarks68& landmarks);
  Result<XsegSample> sample(std::uint64_t number);

  fs::path bank_;
  int resolution_;
  std::uint64_t seed_;
  bool held_back_;
  std::vector<int> people_;
  mutable std::mutex mutex_;  // guards people_ and kept_
  std::unordered_map<int, std::shared_ptr<const Known>> kept_;
};

}  // namespace understudy::mask_bank
