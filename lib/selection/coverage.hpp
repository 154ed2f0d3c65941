// SPDX-License-Identifier: Apache-2.0
// What src lacks for dst: a network learns no pose, light or expression that it is never shown.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "lib/catalogue/catalogue.hpp"

namespace understudy {

// From which side the light comes, from -1 (the picture's left half is black) to 1 (its right half is).
double side_light(const Blocks&);

struct CoverageAxis {
  std::string_view column;  // of the catalogue, or "side_light"
  double low = 0, step = 1;
  int cells = 1;  // what lies beyond the first or last counts to it
};
struct CoverageMap {
  std::string_view name;  // "pose", "expression", "light"
  CoverageAxis x, y;
  std::vector<std::uint32_t> src, dst;  // faces a cell; row after row, the lowest y first
  std::vector<float> gap;  // cells from there to the nearest that src fills; 0 where dst has none, or src enough
};

struct FaceGap {
  std::size_t face = 0;         // index of dst's entries
  std::array<float, 3> gaps{};  // by map
  float total() const { return gaps[0] + gaps[1] + gaps[2]; }
};
struct Coverage {
  std::array<CoverageMap, 3> maps;
  std::size_t dst_faces = 0, covered = 0;  // without any gap
  std::size_t enough = 1;                  // src faces that fill a cell
  std::vector<FaceGap> gaps;               // dst's faces that have one, the worst first
};

struct LitFaces {
  const std::vector<CatalogueEntry>& entries;
  std::span<const double> side_lights;  // one for each entry; NaN where it is not known
};
Coverage coverage_of(const LitFaces& src, const LitFaces& dst);

}  // namespace understudy
