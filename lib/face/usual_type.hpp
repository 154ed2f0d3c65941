// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/face/faceset.hpp"

namespace understudy {

// The face type that most of the faces are cut to; whole where none is cut to any.
FaceType usual_type(const Faceset&);

}  // namespace understudy
