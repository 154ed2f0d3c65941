// SPDX-License-Identifier: Apache-2.0
// Drawn things laid before labelled faces, so that a network learns to leave out what no label shows yet.
#pragma once

#include "lib/face/landmarks.hpp"
#include "lib/xseg/xseg_augment.hpp"

namespace understudy {

// Nothing for a third of the samples, else one to three things: hands, strands of hair, hats, cups and shapes of any
// kind, three of ten in the face's own colour. The mask loses what they hide. `landmarks` in the sample's pixels.
void put_things_before(XsegSample&, const Landmarks68&, CounterRandom&);

}  // namespace understudy
