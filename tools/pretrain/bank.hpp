// SPDX-License-Identifier: Apache-2.0
// The faces that the start is made from: blocks of people who all play the same performances, drawn by
// lib/face/synthetic and kept as aligned faces (128 px, full face) that every tool here can read.
#pragma once

#include <array>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy::pretrain {

constexpr int people_per_block = 4, plays_per_block = 6;

// BANK/b000123/i2_p5.jpg: person 2 of the block doing its performance 5. A block's folder appears whole.
fs::path face_path(const fs::path& bank, int block, int person, int play);
// What is played there, in numbers of about -1..1: lids, gaze, mouth, brows and turn of the head, all visible; as a
// mirror shows it when `mirrored`.
constexpr int play_numbers = 20;
std::array<float, play_numbers> numbers_of_play(int block, int play, bool mirrored);
Result<> render_block(const fs::path& bank, int block);
// The blocks that are there, rising.
std::vector<int> blocks_of(const fs::path& bank);

}  // namespace understudy::pretrain
