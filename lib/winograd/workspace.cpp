// SPDX-License-Identifier: Apache-2.0
#include "lib/winograd/workspace.hpp"

#include <c10/core/CPUAllocator.h>

namespace understudy::winograd {

Floats::Floats(std::size_t count)
    : data_(static_cast<float*>(c10::GetCPUAllocator()->raw_allocate(count * sizeof(float)))) {}
Floats::~Floats() { c10::GetCPUAllocator()->raw_deallocate(data_); }

}  // namespace understudy::winograd
