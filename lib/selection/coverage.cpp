// SPDX-License-Identifier: Apache-2.0
#include "lib/selection/coverage.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr std::string_view light_column = "side_light";

std::array<CoverageMap, 3> empty_maps() {
  std::array<CoverageMap, 3> maps{
      CoverageMap{"pose", {"turn", -90, 10, 18}, {"nod", -60, 10, 12}, {}, {}, {}},
      CoverageMap{"expression", {"eyes_open", 0, 0.02, 12}, {"mouth_open", 0, 0.05, 12}, {}, {}, {}},
      CoverageMap{"light", {light_column, -0.6, 0.1, 12}, {"brightness", 0, 21.25, 12}, {}, {}, {}}};
  for (auto& map : maps) {
    const auto cells = static_cast<std::size_t>(map.x.cells * map.y.cells);
    map.src.resize(cells);
    map.dst.resize(cells);
    map.gap.resize(cells);
  }
  return maps;
}

double value_of(const LitFaces& faces, std::size_t i, std::string_view column) {
  return column == light_column ? faces.side_lights[i] : faces.entries[i].numbers.*find_number(column)->member;
}

// -1 where the number is not known.
int cell_along(const CoverageAxis& axis, double value) {
  if (std::isnan(value)) return -1;
  return static_cast<int>(std::clamp(std::floor((value - axis.low) / axis.step), 0.0, double(axis.cells - 1)));
}

int cell_of(const CoverageMap& map, const LitFaces& faces, std::size_t i) {
  const int x = cell_along(map.x, value_of(faces, i, map.x.column));
  const int y = cell_along(map.y, value_of(faces, i, map.y.column));
  return x < 0 || y < 0 ? -1 : y * map.x.cells + x;
}

void count(const LitFaces& faces, CoverageMap& map, std::vector<std::uint32_t> CoverageMap::*counts) {
  for (std::size_t i = 0; i < faces.entries.size(); ++i)
    if (const int cell = cell_of(map, faces, i); faces.entries[i].state == FaceState::face && cell >= 0)
      ++(map.*counts)[static_cast<std::size_t>(cell)];
}

float distance_to_src(const CoverageMap& map, int from, std::size_t enough) {
  const int columns = map.x.cells;
  double nearest = std::hypot(columns, map.y.cells);  // farther than any: src has nothing at all
  for (int to = 0; to < columns * map.y.cells; ++to) {
    if (map.src[static_cast<std::size_t>(to)] < enough) continue;
    nearest = std::min(nearest, std::hypot(to % columns - from % columns, to / columns - from / columns));
  }
  return static_cast<float>(nearest);
}

}  // namespace

double side_light(const Blocks& blocks) {
  // The middle of the crop, where the face is whatever its type.
  constexpr int first = block_grid / 4, last = block_grid - first, middle = block_grid / 2;
  double left = 0, right = 0;
  for (int y = first; y < last; ++y) {
    for (int x = first; x < last; ++x) {
      const auto of = [&](int channel) { return blocks[block_at(x, y, channel)]; };
      (x < middle ? left : right) += 0.114 * of(0) + 0.587 * of(1) + 0.299 * of(2);
    }
  }
  return left + right > 0 ? (right - left) / (left + right) : 0;
}

Coverage coverage_of(const LitFaces& src, const LitFaces& dst) {
  const auto is_face = [](const CatalogueEntry& e) { return e.state == FaceState::face && e.id != 0; };
  Coverage coverage{.maps = empty_maps()};
  const auto src_faces = static_cast<std::size_t>(std::ranges::count_if(src.entries, is_face));
  coverage.enough = std::clamp<std::size_t>(src_faces / 500, 1, 5);
  for (auto& map : coverage.maps) {
    count(src, map, &CoverageMap::src);
    count(dst, map, &CoverageMap::dst);
    for (std::size_t cell = 0; cell < map.gap.size(); ++cell)
      if (map.dst[cell] > 0) map.gap[cell] = distance_to_src(map, static_cast<int>(cell), coverage.enough);
  }
  for (std::size_t i = 0; i < dst.entries.size(); ++i) {
    if (!is_face(dst.entries[i])) continue;
    ++coverage.dst_faces;
    FaceGap face{i, {}};
    for (std::size_t m = 0; m < coverage.maps.size(); ++m)
      if (const int cell = cell_of(coverage.maps[m], dst, i); cell >= 0)
        face.gaps[m] = coverage.maps[m].gap[static_cast<std::size_t>(cell)];
    if (face.total() > 0)
      coverage.gaps.push_back(face);
    else
      ++coverage.covered;
  }
  std::ranges::stable_sort(coverage.gaps, std::greater{}, &FaceGap::total);
  return coverage;
}

}  // namespace understudy
