// SPDX-License-Identifier: Apache-2.0
// The mask network inside the program, learned from people who do not exist (docs/generic-mask.md): it works before
// anybody has drawn a label.
#pragma once

#include <memory>

#include "lib/face/landmarks.hpp"
#include "lib/xseg/xseg_masker.hpp"

namespace understudy {

// Whether the program has one: not while it is being made from nothing.
bool has_generic_mask();
Result<std::unique_ptr<Masker>> open_generic_masker(const MaskerOptions&);

// What landmarks tell of where a face can be, for the mask that this network made of it (0..1, in place; the landmarks
// in its pixels): a pixel of which the network is unsure belongs to the face inside the hull of its landmarks, and
// never to it where no face reaches: below the chin, beside the ears, above any hairline. Where the network is sure
// that something is before the face it stays.
void weigh_by_landmarks(ImageF& mask, const Landmarks68&);

}  // namespace understudy
