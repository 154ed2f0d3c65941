// SPDX-License-Identifier: Apache-2.0
// The faces that the generic mask is made from: people who do not exist, drawn by lib/face/synthetic and kept as
// aligned faces (160 px, whole face) with the truth as their stored mask, as every tool here reads them.
#pragma once

#include <vector>

#include "lib/base/files.hpp"

namespace understudy::mask_bank {

constexpr int plays_per_person = 6, crop_side = 160;

// BANK/p00012/3.jpg: person 12 in its play 3. A person's folder appears whole.
fs::path face_path(const fs::path& bank, int person, int play);
Result<> render_person(const fs::path& bank, int person);
// Those that are there, rising.
std::vector<int> people_of(const fs::path& bank);

}  // namespace understudy::mask_bank
