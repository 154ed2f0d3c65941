// SPDX-License-Identifier: Apache-2.0
// Which arithmetic training takes when it is left the choice (`--precision auto`), and why. Without LibTorch's headers.
#pragma once

#include <string>

namespace understudy {

// What a machine offers for bfloat16.
struct Bf16Support {
  bool gpu = false;         // a CUDA GPU is computed on
  bool computes = false;    // in its instructions, as far as LibTorch uses them
  bool multiplies = false;  // by units of its own for matrices (AMX, a GPU), many times as fast as fp32
  bool held_back = false;  // the processor has such instructions, but LibTorch is held below them (ATEN_CPU_CAPABILITY)
};

// AVX512-BF16 alone halves the time of plain convolutions; Winograd's in fp32 are quicker than that
// (docs/decisions/winograd.md).
constexpr bool bf16_is_quicker(const Bf16Support& machine, bool winograd) {
  return machine.multiplies || (machine.computes && !winograd);
}

struct PrecisionChosen {
  std::string plain, winograd;  // "bf16" or "fp32": for models without and with --winograd
  std::string why, cost;        // half sentences, for people
};
PrecisionChosen chosen_precision(const Bf16Support&);

// "bf16", or "bf16, with --winograd fp32"; then why, and what that costs: one line.
std::string to_sentence(const PrecisionChosen&);

Bf16Support bf16_support(bool allow_gpu);  // of this machine

}  // namespace understudy
