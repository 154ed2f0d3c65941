// SPDX-License-Identifier: Apache-2.0
// Whether the swapped face does what dst's does, told by the encoder: the swap is put into dst's picture and read
// again, and its code should move as that of dst's own face. Pixels cannot say so, since no picture of the swap exists.
#pragma once

#include "lib/nets/face_net.hpp"
#include "lib/training/face_losses.hpp"

namespace understudy {

// (N), 0 when the codes agree. A difference that the whole batch shares is who the face is, and does not count; nor
// does what remains between two people doing the same. Needs `swap_detached`, and a net with a shared code; the
// gradient reaches the decoder only. `parameters` are the net's.
Tensor expression_term(const FaceNet&, const Parameters& parameters, const ModelSpec&, const Reconstruction&,
                       const Targets&);

}  // namespace understudy
