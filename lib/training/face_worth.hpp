// SPDX-License-Identifier: Apache-2.0
// Which faces are worth showing more often: those of a turn, an expression or shut eyes that the set has little of, and
// of the src faces those whose kind the dst set has much of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/face/landmarks.hpp"

namespace understudy {

// The kind of a face by its landmarks: turn (5), mouth (3) and eyes (2) in steps; 0..face_kinds-1.
inline constexpr std::size_t face_kinds = 30;
std::size_t kind_of(const Landmarks68&);

// Groups to be drawn from equally often (FaceOrder): a kind of n faces gets about sqrt(n) of them, so that a kind that
// is rare comes more often than its faces alone would, and one that the `other` set has m faces of sqrt(m) more, up to
// one for each of its faces. Faces without landmarks form groups of their own kind.
std::vector<std::vector<std::uint32_t>> worth_groups(std::span<const std::optional<Landmarks68>> faces,
                                                     std::span<const std::optional<Landmarks68>> other = {});

}  // namespace understudy
