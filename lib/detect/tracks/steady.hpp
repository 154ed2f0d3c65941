// SPDX-License-Identifier: Apache-2.0
// A face that speaks or blinks seems to the networks to move by a hair: alignment is defined by eyelids, brows and the
// corners of the mouth too (spec pipeline.md 1.4), and the mesh nods with the jaw. How much it does so is learnt from
// the track itself, and taken out of where the face stands.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lib/detect/tracks/smoother.hpp"

namespace understudy {

constexpr std::size_t play_size = 4;
// Gap and width of the mouth, gap of the lids, height of the brows: in distances between the eyes.
using Play = std::array<double, play_size>;
Play play_of(const Mesh468&);

// `standings` frame after frame; `plays` are empty where the face was not seen. What of the standings' quick motion
// goes surely with the plays is taken out, as far as it is small; a face that moves by itself keeps its motion.
std::vector<Standing> steadied(std::span<const Standing> standings, std::span<const std::optional<Play>> plays);

}  // namespace understudy
