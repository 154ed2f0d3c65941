// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/occluders.hpp"

#include "lib/face/synthetic/overlays.hpp"

namespace understudy {
namespace {

int overlays_for(CounterRandom& random) {
  const double u = random.uniform();
  return u < 0.33 ? 0 : u < 0.75 ? 1 : u < 0.93 ? 2 : 3;
}

}  // namespace

void put_things_before(XsegSample& sample, const Landmarks68& landmarks, CounterRandom& random) {
  for (int left = overlays_for(random); left > 0; --left) {
    // Hands, strands and shapes come most often.
    const double u = random.uniform();
    const auto kind = u < 0.25   ? synthetic::OverlayKind::hand
                      : u < 0.42 ? synthetic::OverlayKind::strands
                      : u < 0.60 ? synthetic::OverlayKind::blob
                                 : static_cast<synthetic::OverlayKind>(random.below(synthetic::overlay_kinds));
    const auto seed = static_cast<std::uint32_t>(random.next());
    auto overlay = synthetic::draw_overlay(kind, seed, sample.bgr.width, sample.bgr.height, landmarks);
    // What has the face's own colour is told by its form alone.
    if (random.uniform() < 0.3) synthetic::colour_like(overlay, sample.bgr, sample.mask, random.uniform(0.6, 1.35));
    synthetic::lay_over(sample.bgr, sample.mask, overlay, random.uniform() < 0.5 ? random.uniform(0, 0.6) : 0);
  }
}

}  // namespace understudy
