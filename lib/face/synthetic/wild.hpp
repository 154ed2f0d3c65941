// SPDX-License-Identifier: Apache-2.0
// Any number of people and takes, as varied as photographs of faces are: what a network that is to know faces learns
// from. Who it is and what is played are drawn apart, so any of the people can play any of the takes. The same seed
// gives the same person on every machine.
#pragma once

#include "lib/face/synthetic/synthetic.hpp"

namespace understudy::synthetic {

// Shape values within +-1.3, most near 0; skin from very light to very dark; ages from 18 to old.
Identity wild_identity(std::uint32_t seed);
// Yaw within +-60 degrees (two thirds within +-22), pitch +-25, roll +-15; eyes shut in about one of seven; the mouth
// open in half; all kinds of light. The 68 points lie inside a square frame.
// `hidden`: always behind something; else one in eleven is.
Performance wild_performance(std::uint32_t seed, bool hidden = false);

}  // namespace understudy::synthetic
