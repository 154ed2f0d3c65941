// SPDX-License-Identifier: Apache-2.0
// What is known of every frame before anything is rendered.
#pragma once

#include "lib/face/faceset.hpp"
#include "steps/6_merge/plan.hpp"
#include "steps/6_merge/reasons.hpp"

namespace understudy {

// How src's faces are turned: what a model can have learned.
class SrcPoses {
 public:
  SrcPoses() = default;
  explicit SrcPoses(const Faceset&);
  bool empty() const { return poses_.empty(); }
  // Degrees from that pose to the next ones of src: so far that it takes a few of its faces, of many a few more, so
  // that one whose landmarks went astray does not count. NaN without any.
  double beyond(double yaw, double pitch) const;
  std::uint64_t content() const { return content_; }  // of the faceset, as far as its faces' landmarks and names tell

 private:
  struct YawPitch {
    double yaw = 0, pitch = 0;  // degrees
  };
  std::vector<YawPitch> poses_;
  std::uint64_t content_ = 0;
};

// By frame, of the largest face that is replaced; without `src` nothing is said of turns.
std::vector<FrameFacts> facts_of(const Timeline&, const std::vector<PlannedFrame>&, const SrcPoses& src);

}  // namespace understudy
