// SPDX-License-Identifier: Apache-2.0
// Files taken into the program by the assembler, as they are.
#pragma once

#include <cstdint>
#include <span>

// In a source file, at global scope: defines std::span<const std::uint8_t> SCOPE::NAME(), the bytes of that file. SCOPE
// is written out from the global namespace on.
#define US_EMBED(scope, name, file)                                                                                \
  __asm__(".pushsection .rodata\n.balign 64\nunderstudy_" #name "_begin:\n.incbin \"" file "\"\nunderstudy_" #name \
          "_end:\n.byte 0\n.popsection\n");                                                                        \
  extern "C" const std::uint8_t understudy_##name##_begin[], understudy_##name##_end[];                            \
  std::span<const std::uint8_t> scope::name() { return {understudy_##name##_begin, understudy_##name##_end}; }
