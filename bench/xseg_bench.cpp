// SPDX-License-Identifier: Apache-2.0
// XSeg: seconds per training iteration at batch 4 beside what the bare convolutions of the same shapes take, and faces
// masked in a second.
//   bench_xseg [fp32|bf16] [ITERATIONS] [winograd] [ops]
#include <cstdlib>

#include "bench/bare_convolutions.hpp"
#include "bench/op_profile.hpp"
#include "bench/report.hpp"
#include "lib/nets/xseg.hpp"
#include "lib/training/optimizer.hpp"

namespace understudy {
namespace {

struct Switches {
  bool winograd = false, operations = false;
};

void time_xseg(Precision precision, int iterations, const Switches& on) {
  constexpr int batch = 4;
  Parameters parameters(1);
  parameters.set_winograd(on.winograd);
  const XsegNet net(parameters);
  parameters.set_precision(precision);
  std::vector<Parameter*> all;
  for (auto& p : parameters.all()) all.push_back(&p);
  Optimizer optimizer({.kind = OptimizerKind::rmsprop, .lr = 1e-4, .lr_dropout = 0.3}, all);
  const Tensor faces = torch::rand({batch, 3, xseg_resolution, xseg_resolution});
  const Tensor wanted = (torch::rand({batch, 1, xseg_resolution, xseg_resolution}) > 0.5).to(torch::kFloat32);
  const auto step = [&] {
    torch::binary_cross_entropy_with_logits(net.logits(faces), wanted).backward();
    optimizer.step();
  };
  BareConvolutions convolutions;
  convolutions.record(step);
  step();
  std::vector<double> times;
  for (int i = 0; i < iterations; ++i) times.push_back(seconds_of(step));
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  if (on.operations) {
    OpProfile profile;
    step();
    profile.print(30, 1);
  }
  const std::string label =
      fmt::format("xseg_{}{}", precision == Precision::bf16 ? "bf16" : "fp32", on.winograd ? "_winograd" : "");
  print_result(label + "_median", median, "s/iteration");
  if (!on.winograd) {
    const auto reach = convolutions.measure(precision);
    print_result(label + "_attainable", reach.flops / reach.seconds * 1e-9, "GFLOP/s");
    print_result(label + "_achieved", reach.flops / median * 1e-9, "GFLOP/s");
    print_result(label + "_share", reach.seconds / median, "of the attainable arithmetic");
  }
  const Tensor eight = torch::rand({8, 3, xseg_resolution, xseg_resolution});
  net.mask(eight);
  double best = 1e9;
  for (int i = 0; i < 3; ++i) best = std::min(best, seconds_of([&] { net.mask(eight); }));
  print_result(label + "_masks", 8 / best, "faces/s");
  if (on.operations) {
    OpProfile profile;
    net.mask(eight);
    profile.print(12, 8);
  }
}

}  // namespace
}  // namespace understudy

int main(int count, char** given) {
  using namespace understudy;
  const std::vector<std::string> words(given + 1, given + count);
  const auto has = [&](const char* word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  const int iterations = words.size() > 1 ? std::max(1, std::atoi(words[1].c_str())) : 5;
  const Device device = open_device(0, false);
  print_result("threads", at::get_num_threads(), "");
  const Switches on{has("winograd"), has("ops")};
  if (!has("bf16")) time_xseg(Precision::fp32, iterations, on);
  if (!has("fp32") && device.has_bf16 && !on.winograd) time_xseg(Precision::bf16, iterations, on);
  return 0;
}
