// SPDX-License-Identifier: Apache-2.0
// The pictures of the guide, in the program: the studio's own screens, as tests/studio took them (docs/images).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace understudy::studio {

// "studio-home.en.webp"; empty where there is none of that name.
std::span<const std::uint8_t> guide_picture(std::string_view name);

}  // namespace understudy::studio
