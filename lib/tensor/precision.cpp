// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/precision.hpp"

#include <algorithm>

#include "lib/base/system.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy {

PrecisionChosen chosen_precision(const Bf16Support& machine) {
  PrecisionChosen chosen;
  chosen.plain = bf16_is_quicker(machine, false) ? "bf16" : "fp32";
  chosen.winograd = bf16_is_quicker(machine, true) ? "bf16" : "fp32";
  // The figures are README's (batch 4) and those of docs/decisions/winograd.md.
  constexpr auto rounding =
      "products are rounded to 8 bits, weights, losses and the optimiser stay fp32; --precision fp32 takes about twice "
      "the time";
  if (machine.multiplies) {
    chosen.why =
        machine.gpu ? "the GPU multiplies matrices in bf16" : "this processor multiplies matrices in bf16 (AMX)";
    chosen.cost = rounding;
  } else if (machine.computes) {
    chosen.why = "this processor has AVX512-BF16 but no AMX, and Winograd's convolutions in fp32 are quicker than that";
    chosen.cost = std::string(rounding) + ", but less than half of it with --winograd";
  } else {
    chosen.why = machine.held_back ? "this processor has bf16, but ATEN_CPU_CAPABILITY holds LibTorch below it"
                                   : "this processor has no instructions for bf16";
    chosen.cost =
        "an iteration takes about twice as long as with bf16; --winograd brings it to between a third and a half";
  }
  return chosen;
}

std::string to_sentence(const PrecisionChosen& chosen) {
  const auto what =
      chosen.plain == chosen.winograd ? chosen.plain : chosen.plain + ", with --winograd " + chosen.winograd;
  return fmt::format("{} ({}): {}", what, chosen.why, chosen.cost);
}

Bf16Support bf16_support(bool allow_gpu) {
  const Device device = open_device(0, allow_gpu);
  const auto features = cpu_features();
  const bool has = std::ranges::any_of(features, [](const auto& f) { return f == "avx512_bf16" || f == "amx_bf16"; });
  return {!device.device.is_cpu(), device.has_bf16, device.multiplies_bf16, has && !device.has_bf16};
}

}  // namespace understudy
