// SPDX-License-Identifier: Apache-2.0
// Before a function of plain loops: the compiler makes vector code for each instruction set, and the one that fits the
// processor is taken when the program starts. Not for templates. Nor with a sanitizer: GCC has it watch over what
// chooses among them too, which runs before the sanitizer itself is there, so that a program would end as it starts.
#pragma once

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define US_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define US_VECTOR_CLONES
#endif
