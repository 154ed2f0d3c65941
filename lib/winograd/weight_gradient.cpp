// SPDX-License-Identifier: Apache-2.0
// dw = Gt [sum over tiles of (A dy At) x (Bt d B)] G: the transpose of the forward pass in its weights.
#include "lib/tensor/parallel.hpp"
#include "lib/winograd/convolution.hpp"
#include "lib/winograd/places.hpp"
#include "lib/winograd/workspace.hpp"

namespace understudy::winograd {
namespace {

constexpr Step gap = panel;             // see convolution.cpp
constexpr Step square = panel * panel;  // the products of a panel of outputs and one of inputs

struct Sums {
  Grid grid;
  int in, out;
  const float *x, *dy;
  float* dw;

  int in_panels() const { return panels_of(in); }
  int out_panels() const { return panels_of(out); }
};

// Tiles whose transformed values are there at once, such that a sum's operands stay in the nearest cache (of 256 lines
// each) and all of them in the farthest; all equally many. Not of the number of threads, which must not show.
int tiles_at_once(const Sums& s) {
  const int of_tile = planes * panel * (s.in_panels() + s.out_panels());
  const int most = std::clamp((3 << 20) / of_tile, 64, 256), tiles = s.grid.tiles();
  const int parts = (tiles + most - 1) / most;
  return (tiles + parts - 1) / parts;
}

struct Part {
  int first, count;
  Step x_plane, dy_plane;
  float *x, *dy;  // for each panel a line of each tile
};

void take_part(const Sums& s, const Part& part) {
  constexpr int together = 4;
  parallel_items((part.count + together - 1) / together, [&](int item, int) {
    const Kernels& k = kernels();
    WindowReader windows(s.grid, s.x, s.in);
    TileReader tiles(s.grid, s.dy, s.out);
    for (int t = item * together; t < std::min(part.count, (item + 1) * together); ++t) {
      windows.go_to(part.first + t);
      for (int b = 0; b < s.in_panels(); ++b) {
        const auto lines = windows.lines(b);
        k.take_window(lines.first, lines.channel, nullptr, part.x + (Step{b} * part.count + t) * panel, part.x_plane);
      }
      tiles.go_to(part.first + t);
      for (int b = 0; b < s.out_panels(); ++b) {
        const auto lines = tiles.lines(b);
        k.take_tile(lines.first, lines.channel, part.dy + (Step{b} * part.count + t) * panel, part.dy_plane);
      }
    }
  });
}

// Panels of inputs for one panel of outputs, and where their sums are.
struct Group {
  int out, begin, end;
  float* sums;  // a square for each of its panels of inputs
  Step plane;
};

void add_products(const Part& part, const Group& g, bool add) {
  const Kernels& k = kernels();
  for (int i = 0; i < planes; ++i) {
    for (int b = g.begin; b < g.end; ++b) {
      k.sum_products(part.dy + i * part.dy_plane + Step{g.out} * part.count * panel,
                     part.x + i * part.x_plane + Step{b} * part.count * panel, part.count, add,
                     g.sums + i * g.plane + (b - g.begin) * square);
    }
  }
}

void end_group(const Sums& s, const Group& g) {
  constexpr int taps = kernel * kernel;
  const Kernels& k = kernels();
  for (int o = 0; o < std::min(panel, s.out - g.out * panel); ++o) {
    for (int b = g.begin; b < g.end; ++b) {
      const float* sums = g.sums + (b - g.begin) * square + o * panel;
      float* dw = s.dw + (Step{g.out} * panel + o) * taps * s.in + b * panel;
      const int lanes = std::min(panel, s.in - b * panel);
      if (lanes == panel) {
        k.give_kernel(sums, g.plane, dw, s.in);
        continue;
      }
      float part[taps * panel];
      k.give_kernel(sums, g.plane, part, panel);
      for (int t = 0; t < taps; ++t) std::copy(part + t * panel, part + t * panel + lanes, dw + Step{t} * s.in);
    }
  }
}

void sum_parts(const Sums& s) {
  const int tiles = s.grid.tiles(), count = tiles_at_once(s);
  const Step x_plane = Step{count} * s.in_panels() * panel + gap, dy_plane = Step{count} * s.out_panels() * panel + gap;
  const Floats x(static_cast<std::size_t>(planes * x_plane)), dy(static_cast<std::size_t>(planes * dy_plane));
  const int together = std::clamp(s.in_panels() * s.out_panels() / 32, 1, 4);
  const int groups = (s.in_panels() + together - 1) / together, items = groups * s.out_panels();
  const Step plane = together * square + gap;
  const bool whole = count >= tiles;
  const Floats sums(static_cast<std::size_t>((whole ? parallel_threads() : items) * planes * plane));
  for (int first = 0; first < tiles; first += count) {
    const Part part{first, std::min(count, tiles - first), x_plane, dy_plane, x.data(), dy.data()};
    take_part(s, part);
    parallel_items(items, [&](int item, int thread) {
      const int begin = item % groups * together;
      const Group g{item / groups, begin, std::min(begin + together, s.in_panels()),
                    sums.data() + (whole ? thread : item) * planes * plane, plane};
      add_products(part, g, first > 0);
      if (first + count >= tiles) end_group(s, g);
    });
  }
}

}  // namespace

void weight_gradient(const Shape& s, const float* x, const float* dy, float* dw) {
  sum_parts({{s.n, s.h, s.w}, s.in, s.out, x, dy, dw});
}

}  // namespace understudy::winograd
