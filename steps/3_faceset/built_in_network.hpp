// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace understudy {

// enhancer.onnx, which tools/enhancer makes: any size in, the same size out, RGB 0..1.
std::span<const std::uint8_t> built_in_network();

}  // namespace understudy
