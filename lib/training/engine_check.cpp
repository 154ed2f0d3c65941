// SPDX-License-Identifier: Apache-2.0
#include "lib/training/engine_check.hpp"

#include <torch/version.h>

#include <cmath>

#include "lib/training/face_trainer.hpp"

namespace understudy {
namespace {

// Inputs and weights from closed formulas, so that no generator's stream matters.
Tensor pattern(std::vector<std::int64_t> shape, double phase) {
  std::int64_t n = 1;
  for (auto s : shape) n *= s;
  return (torch::arange(n, torch::kFloat64) * 0.37 + phase).sin().mul(0.5).add(0.5).to(torch::kFloat32).reshape(shape);
}

struct Answer {
  double mean_bgr, loss_src, loss_after;
};

Answer compute(const Device& device, Precision precision) {
  ModelSpec spec;
  spec.shape = {*parse_archi("df-ud"), 64, 16, 4, 4, 4};
  FaceTrainer trainer(spec, device, precision);
  {
    torch::NoGradGuard no_grad;
    double phase = 0;
    for (auto& p : trainer.parameters().all()) {
      const double fan = static_cast<double>(p.master.numel()) / static_cast<double>(p.master.size(0));
      p.master.copy_((pattern(p.master.sizes().vec(), phase += 1) - 0.5) *
                     (p.master.dim() == 1 ? 0.1 : 2.5 / std::sqrt(fan)));
    }
  }
  trainer.parameters().refresh_values();
  auto side = [](double phase) {
    return BatchSide{
        pattern({1, 3, 64, 64}, phase), pattern({1, 3, 64, 64}, phase), pattern({1, 1, 64, 64}, phase + 9), {}};
  };
  const Batch batch{side(1), side(2)};
  Answer answer{};
  answer.mean_bgr = trainer.net().predict(batch.dst.target).bgr.mean().item<double>();
  answer.loss_src = trainer.step(batch).mean_src();
  answer.loss_after = trainer.evaluate(batch).mean_src();
  return answer;
}

// Recorded in fp32 on the CPU, where the parity tests prove the network equal to the original's.
constexpr Answer known{0.50386, 7.33487, 7.33525};

Result<> compare(const char* what, const Answer& got, double tolerance) {
  auto near = [&](double a, double b) { return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b)); };
  if (near(got.mean_bgr, known.mean_bgr) && near(got.loss_src, known.loss_src) &&
      near(got.loss_after, known.loss_after))
    return {};
  return fail(Code::device, "{} computes {:.5f} {:.5f} {:.5f} where {:.5f} {:.5f} {:.5f} is right", what, got.mean_bgr,
              got.loss_src, got.loss_after, known.mean_bgr, known.loss_src, known.loss_after);
}

}  // namespace

Result<std::string> check_training_engine(bool allow_gpu) {
  const Device best = open_device(0, allow_gpu);
  Device cpu = best;
  cpu.device = torch::kCPU;
  std::string checked = "CPU fp32";
  TRY(const auto fp32, guard_torch("checking fp32", [&] { return compute(cpu, Precision::fp32); }));
  TRY_VOID(compare("fp32 on the CPU", fp32, 2e-4));
  if (best.has_bf16) {
    TRY(const auto bf16, guard_torch("checking bf16", [&] { return compute(cpu, Precision::bf16); }));
    TRY_VOID(compare("bf16 on the CPU", bf16, 2e-2));
    checked += ", CPU bf16";
  }
  if (!best.device.is_cpu()) {
    TRY(const auto gpu, guard_torch("checking the GPU", [&] { return compute(best, Precision::fp32); }));
    TRY_VOID(compare("fp32 on the GPU", gpu, 2e-3));
    checked += ", GPU fp32";
  }
  return checked;
}

std::string gpu_description(bool allow_gpu) {
  const Device device = open_device(0, allow_gpu);
  return device.device.is_cpu() ? "none" : device.name;
}

std::map<std::string, std::string> library_versions() { return {{"LibTorch", TORCH_VERSION}}; }

}  // namespace understudy
