// SPDX-License-Identifier: Apache-2.0
#include "lib/training/expression_loss.hpp"

namespace understudy {
namespace {

// Of the codes' variance: an encoder never forgets altogether who it sees, and without this the last of that would be
// taken out of the swap, until it has dst's features (docs/decisions/course.md).
constexpr double left_of_identity = 0.02;

// What is computed while it lives tells nothing to these parameters.
class HeldStill {
 public:
  explicit HeldStill(const Parameters& parameters) {
    for (const auto& p : parameters.all()) {
      if (p.value.requires_grad()) held_.push_back(p.value.set_requires_grad(false));
    }
  }
  ~HeldStill() {
    for (const auto& value : held_) value.set_requires_grad(true);
  }
  HeldStill(const HeldStill&) = delete;
  HeldStill& operator=(const HeldStill&) = delete;

 private:
  std::vector<Tensor> held_;
};

// Of src and dst as they are, (2N, …): the step's own where it has them of unwarped faces.
Tensor true_codes(const FaceNet& net, const ModelSpec& spec, const Reconstruction& out, const Targets& t) {
  const torch::NoGradGuard no_grad;
  if (!spec.rules.random_warp && out.code_src.defined())
    return torch::cat({out.code_src, out.code_dst}).to(torch::kFloat32);
  return net.shared_code(t.bgr).to(torch::kFloat32);
}

Tensor without_mean(const Tensor& codes) { return codes - codes.mean(0, /*keepdim=*/true); }

}  // namespace

Tensor expression_term(const FaceNet& net, const Parameters& parameters, const ModelSpec& spec,
                       const Reconstruction& out, const Targets& t) {
  const Tensor inside = t.dst(t.soft);
  const Tensor shown = out.swap_detached->bgr * inside + t.dst(t.bgr) * (1 - inside);
  const Tensor all = true_codes(net, spec, out, t), wanted = t.dst(all);
  const HeldStill still(parameters);
  const Tensor read = net.shared_code(shown).to(torch::kFloat32);
  const Tensor spread = all.var(0).mean() + 1e-6;
  const Tensor apart = (without_mean(read) - without_mean(wanted)).square().mean({1, 2, 3}) / spread;
  return (apart - left_of_identity).clamp_min(0);
}

}  // namespace understudy
