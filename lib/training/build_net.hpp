// SPDX-License-Identifier: Apache-2.0
// The network that a spec describes; SAEHD, Quick96 and AMP behind one interface.
#pragma once

#include "lib/nets/face_net.hpp"
#include "lib/training/model_spec.hpp"

namespace understudy {

// Registers its parameters; check the spec first (spec_of does).
std::unique_ptr<FaceNet> build_net(const ModelSpec&, Parameters&);

}  // namespace understudy
