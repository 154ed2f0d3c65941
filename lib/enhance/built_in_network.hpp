// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace understudy::built_in {

// Real-ESRGAN x4plus (BSD-3-Clause, Xintao Wang) in OpenVINO's format (scripts/ncnn_network.py): RGB 0..1 of any size
// in, the same four times as large out.
std::span<const std::uint8_t> enhancer_xml();
std::span<const std::uint8_t> enhancer_bin();

}  // namespace understudy::built_in
