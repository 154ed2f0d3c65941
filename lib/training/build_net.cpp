// SPDX-License-Identifier: Apache-2.0
#include "lib/training/build_net.hpp"

#include "lib/nets/amp.hpp"
#include "lib/nets/saehd.hpp"

namespace understudy {

std::unique_ptr<FaceNet> build_net(const ModelSpec& spec, Parameters& parameters) {
  std::unique_ptr<FaceNet> net;
  if (spec.amp()) {
    const auto& s = spec.shape;
    net = std::make_unique<Amp>(AmpShape{s.resolution, s.ae_dims, spec.inter_dims, s.e_dims, s.d_dims, s.d_mask_dims},
                                parameters);
  } else {
    net = std::make_unique<Saehd>(spec.shape, parameters);
  }
  net->set_checkpointing(spec.rules.checkpointing);
  parameters.set_winograd(spec.rules.winograd);
  return net;
}

}  // namespace understudy
