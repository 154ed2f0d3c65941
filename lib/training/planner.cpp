// SPDX-License-Identifier: Apache-2.0
#include "lib/training/planner.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "lib/base/system.hpp"
#include "lib/tensor/caching_allocator.hpp"
#include "lib/training/face_trainer.hpp"
#include "lib/training/validation.hpp"

namespace understudy {
namespace {

Batch trial_batch(int n, int resolution) {
  auto side = [&] {
    const Tensor face = torch::rand({n, 3, resolution, resolution}).contiguous(torch::MemoryFormat::ChannelsLast);
    const Tensor mask = torch::rand({n, 1, resolution, resolution});
    return BatchSide{face, face, mask, mask};
  };
  return {side(), side()};
}

// Memory that a training at batch `n` holds, network and all.
std::uint64_t held_at(ModelSpec spec, const Device& device, Precision precision, int n) {
  release_cached_memory();
  const std::uint64_t before = held_memory_bytes();
  std::uint64_t held = 0;
  {
    spec.rules.batch_size = n;
    FaceTrainer trainer(spec, device, precision);
    const Batch batch = trial_batch(n, spec.shape.resolution);
    for (int i = 0; i < 2; ++i) trainer.step(batch);
    // What is looked at between two steps, with its forward passes (Session::show_preview).
    trainer.evaluate(trial_batch(validation_faces, spec.shape.resolution));
    held = held_memory_bytes() - before;
  }
  release_cached_memory();
  return held;
}

Result<double> seconds_at(const ModelSpec& spec, const Device& device, Precision precision,
                          const std::function<Result<Batch>()>& next_batch) {
  using Clock = std::chrono::steady_clock;
  FaceTrainer trainer(spec, device, precision);
  // The median of at least three steps; of more where they are short and so told apart by little.
  constexpr std::size_t least = 3, most = 9;
  constexpr double enough = 5;
  std::vector<double> seconds;
  double spent = 0;
  trainer.step(trial_batch(spec.rules.batch_size, spec.shape.resolution));
  while (seconds.size() < least || (seconds.size() < most && spent < enough)) {
    const auto start = Clock::now();
    TRY(const auto batch, next_batch());
    trainer.step(batch);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    spent += seconds.back();
  }
  std::ranges::nth_element(seconds, seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2));
  return seconds[seconds.size() / 2];
}

std::string gib(double bytes) { return fmt::format("{:.1f} GiB", bytes / (1 << 30)); }

}  // namespace

Result<Plan> plan_training(const ModelSpec& spec, const Device& device, Precision precision, std::uint64_t other_memory,
                           const std::function<Result<Batch>()>& next_batch) {
  Plan plan;
  // The program itself: libraries, and what the convolutions keep beside the tensors.
  const std::uint64_t program = memory_resident();
  plan.available = memory_available() + program;
  const int whole = spec.rules.batch_size;
  // Micro-batches are what a step holds at once.
  const int at_once =
      (whole + std::min(whole, spec.rules.micro_batches) - 1) / std::min(whole, spec.rules.micro_batches);
  ModelSpec one = spec;
  one.rules.micro_batches = 1;
  const auto first = static_cast<double>(held_at(one, device, precision, 1));
  const auto second = static_cast<double>(held_at(one, device, precision, 2));
  const double face = std::max(0.0, second - first), fixed = first - face;
  auto needed = [&](double faces) { return fixed + face * faces + static_cast<double>(program + other_memory); };
  plan.memory = static_cast<std::uint64_t>(needed(at_once));
  if (plan.fits()) {
    TRY(plan.seconds, seconds_at(spec, device, precision, next_batch));
    release_cached_memory();
    return plan;
  }
  for (int parts = 2; parts <= whole; parts *= 2) {
    if (needed((whole + parts - 1) / parts) <= static_cast<double>(plan.available)) {
      plan.proposals.push_back(
          fmt::format("--micro-batches {} would need {}", parts, gib(needed((whole + parts - 1) / parts))));
      break;
    }
  }
  for (int batch = whole - 1; batch >= 1; --batch) {
    if (needed(batch) <= static_cast<double>(plan.available)) {
      plan.proposals.push_back(fmt::format("--batch-size {} would need {}", batch, gib(needed(batch))));
      break;
    }
  }
  if (!spec.rules.checkpointing) {
    ModelSpec saving = one;
    saving.rules.checkpointing = true;
    const auto held1 = static_cast<double>(held_at(saving, device, precision, 1));
    const auto held2 = static_cast<double>(held_at(saving, device, precision, 2));
    const double with = held1 + (held2 - held1) * (at_once - 1) + static_cast<double>(program + other_memory);
    plan.proposals.push_back(fmt::format("--checkpointing would need {}", gib(with)));
  }
  if (!spec.rules.rmsprop)
    plan.proposals.push_back(fmt::format("--optimizer rmsprop would need {} bytes a weight less", 4));
  if (plan.proposals.empty()) plan.proposals.push_back(fmt::format("{}", "a smaller resolution or fewer dims"));
  return plan;
}

std::string to_text(const Plan& plan) {
  const auto memory = static_cast<double>(plan.memory), available = static_cast<double>(plan.available);
  if (plan.fits())
    return fmt::format("needs about {} of {}, {:.2f} s an iteration", gib(memory), gib(available), plan.seconds);
  return fmt::format("would need about {}, and there are {}: {}", gib(memory), gib(available),
                     fmt::join(plan.proposals, "; "));
}

}  // namespace understudy
