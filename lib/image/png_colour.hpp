// SPDX-License-Identifier: Apache-2.0
// The chunks of a PNG that say which colours its values mean and how bright they get (cICP and cLLI: PNG, third
// edition).
#pragma once

#include <optional>
#include <span>

#include "lib/base/files.hpp"

namespace understudy {

// Code points of ITU-T H.273; the values are RGB in full range.
struct PngColour {
  int primaries = 2, transfer = 2;
  double peak_nits = 0;  // of the whole clip; 0: not told
  bool operator==(const PngColour&) const = default;
};

// The same PNG with them behind its header.
Bytes with_colours(const Bytes& png, PngColour);
// Nothing where there is no cICP, or where the values are no RGB of full range. The file's beginning is enough.
std::optional<PngColour> colours_of_png(std::span<const std::uint8_t> png);

}  // namespace understudy
