// SPDX-License-Identifier: Apache-2.0
// The convolutions of these networks at batch 4, forward and backward together: LibTorch's against lib/winograd's.
//   bench_winograd [RUNS]      with ATEN_CPU_CAPABILITY=avx2 and ONEDNN_MAX_CPU_ISA=AVX2 as on a processor with AVX2
//   only
#include <cstdlib>
#include <functional>

#include "bench/report.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/winograd/conv3x3.hpp"

namespace understudy {
namespace {

struct Layer {
  int n, in, out, side;
  int kernel = 3;
};

constexpr Layer layers[]{
    // df-ud 128 and its mask decoder
    {4, 128, 2048, 8},
    {4, 512, 512, 16},
    {4, 512, 1024, 16},
    {4, 256, 256, 32},
    {4, 256, 512, 32},
    {4, 128, 128, 64},
    {4, 128, 12, 64},
    {4, 128, 512, 8},
    {4, 128, 256, 16},
    {4, 64, 128, 32},
    {4, 32, 64, 64},
    {8, 128, 512, 4},
    // the encoder
    {8, 3, 64, 128, 5},
    {8, 64, 128, 64, 5},
    {8, 128, 256, 32, 5},
    {8, 256, 512, 16, 5},
    {8, 512, 512, 8, 5},
    // liae-ud 128, AMP 128, Quick96
    {8, 512, 2048, 8},
    {8, 256, 1024, 4},
    {8, 1024, 2048, 4},
    {8, 1024, 704, 4},
    {8, 176, 352, 8},
    {8, 44, 88, 64},
    {4, 512, 512, 12},
    {4, 256, 512, 24},
    {4, 128, 128, 48},
    {4, 96, 384, 6},
    {4, 12, 24, 48},
    {1, 128, 128, 64},
};

double best_of(int runs, const std::function<Tensor()>& forward) {
  double best = 1e9;
  Tensor gradient;
  for (int i = 0; i <= runs; ++i) {
    const Stopwatch watch;
    const Tensor y = forward();
    if (!gradient.defined()) gradient = torch::ones_like(y);
    y.backward(gradient);
    const double seconds = watch.seconds();
    if (i > 0) best = std::min(best, seconds);
  }
  return best;
}

void compare(const Layer& l, int runs) {
  auto leaf = [](std::vector<std::int64_t> size) {
    return torch::randn(size).contiguous(torch::MemoryFormat::ChannelsLast).set_requires_grad(true);
  };
  const Tensor x = leaf({l.n, l.in, l.side, l.side}), w = leaf({l.out, l.in, l.kernel, l.kernel});
  const Tensor b = torch::zeros({l.out}).set_requires_grad(true);
  const bool halving = l.kernel == 5;
  if (l.in == 3) x.set_requires_grad(false);
  const std::vector<std::int64_t> stride(2, halving ? 2 : 1), padding(2, halving ? 2 : 1);
  const double direct = best_of(runs, [&] {
    Tensor y = torch::conv2d(x, w, b, stride, padding);
    return torch::leaky_relu_(y, 0.1);
  });
  const double winograd =
      best_of(runs, [&] { return halving ? winograd_halving(x, w, b, 0.1) : winograd_conv(x, w, b, 0.1); });
  const auto name = fmt::format("{}x{}x{}_{}to{}_k{}", l.n, l.side, l.side, l.in, l.out, l.kernel);
  print_result(name + "_direct", direct * 1e3, "ms");
  print_result(name + "_winograd", winograd * 1e3, "ms");
  print_result(name + "_part", winograd / direct, "of the direct time");
}

}  // namespace
}  // namespace understudy

int main(int argc, char** argv) {
  understudy::open_device(0, /*allow_gpu=*/false);
  for (const auto& layer : understudy::layers) understudy::compare(layer, argc > 1 ? std::atoi(argv[1]) : 5);
}
