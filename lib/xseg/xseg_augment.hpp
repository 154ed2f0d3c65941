// SPDX-License-Identifier: Apache-2.0
// What an XSeg sample suffers (spec networks-and-training.md 5): the network must find the face on any background, in
// any colour, sharp or not. All that is drawn comes from one counter-based stream.
#pragma once

#include "lib/image/image.hpp"
#include "lib/training/random.hpp"

namespace understudy {

struct XsegSample {
  ImageF bgr;   // 256 x 256 x 3, 0..1
  ImageF mask;  // one channel, 0 or 1
};

// `other` is another labelled face, whose surroundings may be mixed into these; null for none.
XsegSample augmented(const XsegSample&, const XsegSample* other, CounterRandom&);

// The first two of its steps alone: other surroundings, warped and moved; colours and sharpness stay.
XsegSample moved(const XsegSample&, const XsegSample* other, CounterRandom&);

// The parts, for tests.
ImageF random_rgb_levels(const ImageF& bgr, CounterRandom&);
// One channel, 0..1: a disc that fades at its edge.
ImageF random_circle(int width, int height, CounterRandom&);

}  // namespace understudy
