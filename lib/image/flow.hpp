// SPDX-License-Identifier: Apache-2.0
// Dense motion between two pictures.
#pragma once

#include "lib/image/image.hpp"

namespace understudy {

// What is at (x, y) of `here` is at (x + dx, y + dy) of `there`: two channels, pixels. Grey pictures of one size, at
// least 16 pixels a side. Dense inverse search (Kroeger et al. 2016), which does not mind a change of brightness.
ImageF optical_flow(const ImageU8& here_grey, const ImageU8& there_grey);
// `there` as it looks from `here`: out(x, y) = there(x + dx, y + dy), linear; beyond the edge its edge is repeated.
ImageF seen_along(const ImageF& there, const ImageF& flow);

}  // namespace understudy
