// SPDX-License-Identifier: Apache-2.0
// Before a function of plain loops: the compiler makes vector code for each instruction set, and the one that fits the
// processor is taken when the program starts. Not for templates.
#pragma once

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define US_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define US_VECTOR_CLONES
#endif
