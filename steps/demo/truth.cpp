// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "steps/demo/demo.hpp"

namespace understudy::demo {

DemoTruth::DemoTruth(const DemoOptions& options)
    : size_{options.size, options.size, 2},
      rate_(options.rate),
      ada_(synthetic::demo_identity_a(), synthetic::detail_for(size_)),
      bo_(synthetic::demo_identity_b(), synthetic::detail_for(size_)) {}

synthetic::Performance DemoTruth::played(int frame) const {
  return synthetic::demo_performance_dst(static_cast<double>(frame) / rate_);
}
synthetic::Rendered DemoTruth::swapped(int frame) const { return ada_.render(played(frame), size_); }
synthetic::Rendered DemoTruth::original(int frame) const { return bo_.render(played(frame), size_); }

DemoTruth::Compared DemoTruth::compared(int frame) const {
  auto a = swapped(frame);
  // Of Bo only his outline is wanted: one sample a pixel takes a quarter of the time.
  const auto b = bo_.render(played(frame), {size_.width, size_.height, 1});
  ImageU8 inside = std::move(a.face_mask);
  for (std::size_t i = 0; i < inside.data.size(); ++i) {
    inside.data[i] = std::min(inside.data[i], b.face_mask.data[i]);
    if (a.occluder_mask.data[i] > 0 || b.occluder_mask.data[i] > 0) inside.data[i] = 0;
  }
  return {std::move(a.frame_bgr), std::move(inside)};
}

}  // namespace understudy::demo
