// SPDX-License-Identifier: Apache-2.0
// How often each of the 256 values occurs in a picture, and how unlike two such counts are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "lib/base/files.hpp"
#include "lib/image/image.hpp"

namespace understudy {

using Histogram = std::array<std::uint32_t, 256>;

// What the sorts by histogram compare (spec pipeline.md 5.1, 5.3, 5.5).
struct Histograms {
  Histogram blue{}, green{}, red{};  // of the whole picture
  Histogram grey{};                  // of the whole picture
  Histogram hull{};                  // of the grey picture that is black outside of the face's hull
  bool operator==(const Histograms&) const = default;
};

Histogram histogram_of(const ImageU8& image, int channel = 0);

// As OpenCV's compareHist computes it: sqrt(max(0, 1 - sum sqrt(a b) / sqrt(sum a * sum b))), 0 for equal shares.
double bhattacharyya(const Histogram& a, const Histogram& b);

// Some 2 KB for a picture of 512 pixels. Unpacking checks that all five count equally many pixels; damaged bytes give
// nothing.
Bytes packed(const Histograms&);
std::optional<Histograms> unpacked(std::span<const std::uint8_t>);

}  // namespace understudy
