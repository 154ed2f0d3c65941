// SPDX-License-Identifier: Apache-2.0
// Seconds per training iteration beside what this machine's matrix multiply reaches.
// and what the bare convolutions of the same shapes reach ("attainable").
//   bench_train [NAME] [fp32|bf16] [ITERATIONS] [BATCH] [ops] [winograd] [quickly]
//   all names and both precisions when left out (or ""); ops: where the time goes, on standard error; winograd: with
//   the option of that name; quickly: the iterations alone, not what the machine could reach
#include <cstdlib>

#include "bench/bare_convolutions.hpp"
#include "bench/op_profile.hpp"
#include "bench/report.hpp"
#include "lib/base/system.hpp"
#include "lib/training/face_trainer.hpp"
#include "lib/training/model_options.hpp"

namespace understudy {
namespace {

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

struct Switches {
  bool operations = false, winograd = false, quickly = false;
};

void time_model(const std::string& name, const ModelSpec& spec, Precision precision, const Device& device,
                int iterations, const Switches& on) {
  FaceTrainer trainer(spec, device, precision);
  const int n = spec.rules.batch_size, r = spec.shape.resolution;
  const Batch batch{random_side(n, r), random_side(n, r)};
  std::vector<double> times;
  BareConvolutions convolutions;
  for (int i = 0; i < iterations + 2; ++i) {
    const auto step = [&] { trainer.step(batch); };
    const double t = seconds_of([&] { i == 0 ? convolutions.record(step) : step(); });
    if (i >= 2) times.push_back(t);
  }
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  const auto label = fmt::format("{}_{}_b{}", name, precision == Precision::bf16 ? "bf16" : "fp32", n);
  if (on.operations) {
    OpProfile profile;
    for (int i = 0; i < iterations; ++i) trainer.step(batch);
    profile.print(30, iterations);
  }
  print_result(label + "_median", median, "s/iteration");
  print_result(label + "_samples", n / median, "samples/s");
  print_result(label + "_peak_memory", static_cast<double>(memory_peak()) / (1 << 30), "GiB");
  if (on.quickly) return;
  const auto [bare, flops] = convolutions.measure(precision);
  print_result(label + "_arithmetic", flops * 1e-9, "GFLOP/iteration");
  print_result(label + "_attainable", flops / bare * 1e-9, "GFLOP/s");
  print_result(label + "_achieved", flops / median * 1e-9, "GFLOP/s");
}

ModelDescription saehd(const char* archi, int resolution, int ae, int mask, bool judged = false) {
  ModelDescription model;
  model.saehd.archi = archi;
  model.saehd.resolution = resolution;
  model.shared.ae_dims = ae;
  model.shared.d_mask_dims = mask;
  if (judged) {
    model.shared.gan_power = 0.1;
    model.saehd.true_face_power = 0.01;
  }
  return model;
}

ModelDescription amp(bool judged) {
  ModelDescription model;
  model.model_class = ModelClass::amp;
  model.amp.resolution = 128;
  model.amp.batch_size = 4;
  if (judged) model.shared.gan_power = 0.1;
  return model;
}

}  // namespace
}  // namespace understudy

int main(int argc, char** argv) {
  using namespace understudy;
  const Device device = open_device(0, /*allow_gpu=*/false);
  const std::string only = argc > 1 ? argv[1] : "", only_precision = argc > 2 ? argv[2] : "";
  const int iterations = argc > 3 ? std::atoi(argv[3]) : 8;
  const int batch = argc > 4 ? std::atoi(argv[4]) : 4;
  Switches on;
  for (int i = 5; i < argc; ++i) {
    on.operations |= std::string_view(argv[i]) == "ops";
    on.winograd |= std::string_view(argv[i]) == "winograd";
    on.quickly |= std::string_view(argv[i]) == "quickly";
  }
  ModelDescription quick;
  quick.model_class = ModelClass::quick96;
  const std::map<std::string, ModelDescription> models{
      {"quick96", quick},
      {"df-ud_128", saehd("df-ud", 128, 128, 16)},
      {"df-ud_128_gan_trueface", saehd("df-ud", 128, 128, 16, true)},
      {"liae-ud_128", saehd("liae-ud", 128, 128, 16)},
      {"df-ud_224", saehd("df-ud", 224, 256, 22)},
      {"amp_128", amp(false)},
      {"amp_128_gan", amp(true)},
  };
  for (const auto precision : {Precision::bf16, Precision::fp32}) {
    if (!only_precision.empty() && only_precision != (precision == Precision::bf16 ? "bf16" : "fp32")) continue;
    if (!on.quickly) matrix_multiply_peak(precision);
    for (const auto& [name, description] : models) {
      if (!only.empty() && only != name) continue;
      auto spec = *spec_of(description);
      if (description.model_class != ModelClass::quick96) spec.rules.batch_size = batch;
      spec.rules.winograd = on.winograd;
      time_model(name, spec, precision, device, iterations, on);
    }
  }
}
