// SPDX-License-Identifier: Apache-2.0
// Seconds per training iteration beside what this machine's matrix multiply reaches.
//   bench_train [NAME] [fp32|bf16] [ITERATIONS]     all names and both precisions when left out
#include <chrono>
#include <cstdlib>
#include <map>

#include "bench/report.hpp"
#include "lib/base/system.hpp"
#include "lib/training/face_trainer.hpp"

namespace understudy {
namespace {

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void matrix_multiply_peak(Precision precision) {
  const auto type = precision == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
  const long n = 2048;
  const Tensor a = torch::randn({n, n}).to(type), b = torch::randn({n, n}).to(type);
  double best = 1e9;
  for (int i = 0; i < 8; ++i) best = std::min(best, seconds_of([&] { torch::mm(a, b); }));
  print_result(fmt::format("matmul_peak_{}", precision == Precision::bf16 ? "bf16" : "fp32"),
               2.0 * n * n * n / best * 1e-9, "GFLOP/s");
}

BatchSide random_side(int n, int resolution) {
  return {torch::rand({n, 3, resolution, resolution}), torch::rand({n, 3, resolution, resolution}),
          torch::rand({n, 1, resolution, resolution}), torch::rand({n, 1, resolution, resolution})};
}

void time_model(const std::string& name, const ModelSpec& spec, Precision precision, const Device& device,
                int iterations) {
  FaceTrainer trainer(spec, device, precision);
  const int n = spec.rules.batch_size, r = spec.shape.resolution;
  const Batch batch{random_side(n, r), random_side(n, r)};
  std::vector<double> times;
  for (int i = 0; i < iterations + 2; ++i) {
    const double t = seconds_of([&] { trainer.step(batch); });
    if (i >= 2) times.push_back(t);
  }
  std::sort(times.begin(), times.end());
  const auto label = fmt::format("{}_{}_b{}", name, precision == Precision::bf16 ? "bf16" : "fp32", n);
  print_result(label + "_median", times[times.size() / 2], "s/iteration");
  print_result(label + "_samples", n / times[times.size() / 2], "samples/s");
  print_result(label + "_peak_memory", static_cast<double>(memory_peak()) / (1 << 30), "GiB");
}

}  // namespace
}  // namespace understudy

int main(int argc, char** argv) {
  using namespace understudy;
  const Device device = open_device(0, /*allow_gpu=*/false);
  const std::string only = argc > 1 ? argv[1] : "", only_precision = argc > 2 ? argv[2] : "";
  const int iterations = argc > 3 ? std::atoi(argv[3]) : 8;
  const std::map<std::string, ModelSpec> models{
      {"quick96", {ModelClass::quick96, quick96_shape(), {}}},
      {"df-ud_128", {ModelClass::saehd, {*parse_archi("df-ud"), 128, 128, 64, 64, 16}, {}}},
      {"liae-ud_128", {ModelClass::saehd, {*parse_archi("liae-ud"), 128, 128, 64, 64, 16}, {}}},
  };
  for (const auto precision : {Precision::bf16, Precision::fp32}) {
    if (!only_precision.empty() && only_precision != (precision == Precision::bf16 ? "bf16" : "fp32")) continue;
    matrix_multiply_peak(precision);
    for (const auto& [name, spec] : models) {
      if (only.empty() || only == name) time_model(name, spec, precision, device, iterations);
    }
  }
}
