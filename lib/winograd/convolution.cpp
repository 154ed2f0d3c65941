// SPDX-License-Identifier: Apache-2.0
#include "lib/winograd/convolution.hpp"

#include <deque>

#include "lib/tensor/parallel.hpp"
#include "lib/winograd/places.hpp"
#include "lib/winograd/weights.hpp"
#include "lib/winograd/workspace.hpp"

namespace understudy::winograd {
namespace {

// A line between planes, so that the 36 lines of a place do not all fall into the same few sets of the cache.
constexpr Step gap = panel;

// Outputs = kernel * inputs, whichever way it goes: the convolution or the gradient of its inputs.
struct Product {
  Grid grid;
  std::span<const Source> sources;
  int in, out;
  WeightPanels weights;
  Ending ending;
  float* y;

  int in_panels() const { return panels_of(in); }
  int out_panels() const { return panels_of(out); }
  Step input_plane(int tiles) const { return Step{tiles} * in_panels() * panel + gap; }
  Step weight_plane(int out_panels) const { return Step{out_panels} * in_panels() * panel * panel + gap; }
  static Step output_plane(int lines) { return Step{lines} * panel + gap; }
};

// The windows of all sources, panel behind panel.
class Windows {
 public:
  explicit Windows(const Product& p) : grid_(p.grid), sources_(p.sources) {
    for (const auto& source : sources_) readers_.emplace_back(p.grid, source.x, source.channels);
  }
  void go_to(int t) {
    picture_ = grid_.picture(t);
    for (auto& reader : readers_) reader.go_to(t);
  }
  void take(int which, float* out, Step plane) {
    std::size_t s = 0;
    for (; which >= panels_of(sources_[s].channels); ++s) which -= panels_of(sources_[s].channels);
    const auto& source = sources_[s];
    const auto lines = readers_[s].lines(which);
    if (source.scale == nullptr) return kernels().take_window(lines.first, lines.channel, nullptr, out, plane);
    const Step channel = Step{which} * panel;
    const Shaping shaping{source.scale + Step{picture_} * source.channels + channel, source.bias + channel,
                          source.tau + channel, readers_[s].outside()};
    kernels().take_window(lines.first, lines.channel, &shaping, out, plane);
  }

 private:
  Grid grid_;
  std::span<const Source> sources_;
  std::deque<WindowReader> readers_;  // they hold places of their own
  int picture_ = 0;
};

// Sums of the outputs' squares: each item of work has its own, so that no sum depends on who does what.
class Squares {
 public:
  Squares(const Product& p, int items)
      : wanted_(p.ending.squares),
        items_(static_cast<std::size_t>(items)),
        channels_(p.ending.doubled ? p.out / 4 : p.out),
        row_(static_cast<std::size_t>(p.grid.n) * static_cast<std::size_t>(channels_)),
        sums_(wanted_ != nullptr ? items_ * row_ : 0) {}
  // Of a panel of outputs; null where they are not wanted.
  float* line(int item, int picture, int which) {
    if (wanted_ == nullptr) return nullptr;
    return sums_.data() + static_cast<std::size_t>(item) * row_ + Step{picture} * channels_ + which * panel % channels_;
  }
  void finish() const {
    if (wanted_ == nullptr) return;
    for (std::size_t i = 0; i < row_; ++i) {
      double sum = 0;
      for (std::size_t item = 0; item < items_; ++item) sum += sums_[item * row_ + i];
      wanted_[i] = static_cast<float>(sum);
    }
  }

 private:
  float* wanted_;
  std::size_t items_;
  int channels_;
  std::size_t row_;
  std::vector<float> sums_;
};

// Tiles first..first+count into groups of the kernel's rows: for each panel of inputs the group's lines.
void take_windows(const Product& p, int first, int count, float* v, Step plane) {
  Windows windows(p);
  const int most = kernels().rows;
  for (int begin = 0; begin < count; begin += most) {
    const int rows = std::min(most, count - begin);
    float* group = v + Step{begin} * p.in_panels() * panel;
    for (int r = 0; r < rows; ++r) {
      windows.go_to(first + begin + r);
      for (int b = 0; b < p.in_panels(); ++b) windows.take(b, group + (b * rows + r) * panel, plane);
    }
  }
}

// What a thread needs to end tiles.
struct Ends {
  explicit Ends(const Product& p)
      : bias(static_cast<std::size_t>(p.out_panels()) * panel),
        writer(p.grid, {p.y, p.out, p.ending.doubled}),
        added(p.grid, p.ending.added, p.out) {
    if (p.ending.bias != nullptr) std::copy(p.ending.bias, p.ending.bias + p.out, bias.begin());
  }
  std::vector<float> bias;
  Writer writer;
  TileReader added;
};

struct Block {  // of the products: tiles first..first+count by output panels begin..begin+panels
  int item, first, count, begin, panels;
};

// v: the block's windows; u: the weights of its first output panel; m: room for the products, a line for each panel and
// tile in each plane.
void multiply_block(const Product& p, const Block& block, const float* v, Step v_plane, const float* u, Step u_plane,
                    float* m) {
  const Kernels& k = kernels();
  const int in_panels = p.in_panels();
  const Step m_plane = Product::output_plane(block.count * block.panels);
  for (int i = 0; i < planes; ++i) {
    for (int o = 0; o < block.panels; ++o) {
      for (int t = 0; t < block.count; t += k.rows) {
        k.multiply(v + i * v_plane + Step{t} * in_panels * panel, u + i * u_plane + Step{o} * in_panels * panel * panel,
                   in_panels, std::min(k.rows, block.count - t), m + i * m_plane + (Step{o} * block.count + t) * panel);
      }
    }
  }
}

void end_block(const Product& p, const Block& block, const float* m, Ends& ends, Squares& squares) {
  const Kernels& k = kernels();
  const Step m_plane = Product::output_plane(block.count * block.panels);
  for (int t = 0; t < block.count; ++t) {
    const int picture = p.grid.picture(block.first + t);
    ends.writer.go_to(block.first + t);
    if (p.ending.added != nullptr) ends.added.go_to(block.first + t);
    for (int o = 0; o < block.panels; ++o) {
      const int which = block.begin + o;
      Finish finish{ends.bias.data() + which * panel, nullptr, 0, p.ending.slope};
      finish.squares = squares.line(block.item, picture, which);
      finish.outside = ends.writer.outside();
      if (p.ending.added != nullptr) {
        const auto lines = ends.added.lines(which);
        finish.added = lines.first;
        finish.added_channel = lines.channel;
      }
      ends.writer.write(which, [&](float* const* out, Step channel) {
        k.give_tile(m + (Step{o} * block.count + t) * panel, m_plane, finish, out, channel);
      });
    }
  }
}

// Tiles that a thread takes at once, a whole number of groups.
int tiles_at_once(int wanted) {
  const int rows = kernels().rows;
  return std::max(1, wanted / rows) * rows;
}

// Few weights for many tiles: the weights once, then block after block of tiles from picture to picture, whose
// intermediate values stay in a core's cache.
void multiply_by_tiles(const Product& p) {
  const int count = tiles_at_once(std::clamp(12288 / p.in, 24, 48));
  const int chunk = std::min(p.out_panels(), 4);
  const Step u_plane = p.weight_plane(p.out_panels()), v_plane = p.input_plane(count);
  const Floats u(static_cast<std::size_t>(planes * u_plane));
  parallel_items(p.out_panels(),
                 [&](int o, int) { p.weights.make(o, u.data() + Step{o} * p.in_panels() * panel * panel, u_plane); });
  const Step v_size = planes * v_plane, m_size = planes * Product::output_plane(count * chunk);
  const Floats room(static_cast<std::size_t>(parallel_threads() * (v_size + m_size)));
  const int tiles = p.grid.tiles(), items = (tiles + count - 1) / count;
  Squares squares(p, items);
  parallel_items(items, [&](int item, int thread) {
    float* v = room.data() + thread * (v_size + m_size);
    float* m = v + v_size;
    Ends ends(p);
    const int first = item * count, here = std::min(count, tiles - first);
    take_windows(p, first, here, v, v_plane);
    for (int o = 0; o < p.out_panels(); o += chunk) {
      const Block block{item, first, here, o, std::min(chunk, p.out_panels() - o)};
      multiply_block(p, block, v, v_plane, u.data() + Step{o} * p.in_panels() * panel * panel, u_plane, m);
      end_block(p, block, m, ends, squares);
    }
  });
  squares.finish();
}

// Many weights for few tiles: the tiles once, then panel after panel of outputs, whose weights stay in a core's cache.
void multiply_by_outputs(const Product& p) {
  const int tiles = p.grid.tiles(), rows = kernels().rows;
  const int count = std::min(tiles, tiles_at_once(64));
  const Step v_plane = p.input_plane(tiles), u_plane = p.weight_plane(1);
  const Floats v(static_cast<std::size_t>(planes * v_plane));
  parallel_items((tiles + rows - 1) / rows, [&](int group, int) {
    const int first = group * rows;
    take_windows(p, first, std::min(rows, tiles - first), v.data() + Step{first} * p.in_panels() * panel, v_plane);
  });
  const Step u_size = planes * u_plane, m_size = planes * Product::output_plane(count);
  const Floats room(static_cast<std::size_t>(parallel_threads() * (u_size + m_size)));
  Squares squares(p, p.out_panels());
  parallel_items(p.out_panels(), [&](int o, int thread) {
    float* u = room.data() + thread * (u_size + m_size);
    float* m = u + u_size;
    Ends ends(p);
    p.weights.make(o, u, u_plane);
    for (int first = 0; first < tiles; first += count) {
      const Block block{o, first, std::min(count, tiles - first), o, 1};
      multiply_block(p, block, v.data() + Step{first} * p.in_panels() * panel, v_plane, u, u_plane, m);
      end_block(p, block, m, ends, squares);
    }
  });
  squares.finish();
}

void run(const Product& p) {
  // The smaller operand is made once as a whole.
  p.out > 2 * p.grid.tiles() ? multiply_by_outputs(p) : multiply_by_tiles(p);
}

}  // namespace

void convolve(const Shape& s, std::span<const Source> sources, const float* weight, const Ending& ending, float* y) {
  run({{s.n, s.h, s.w}, sources, s.in, s.out, WeightPanels(weight, s.in, s.out, false), ending, y});
}

void convolve(const Shape& s, const float* x, const float* weight, const Ending& ending, float* y) {
  const Source all[] = {{x, s.in}};
  convolve(s, all, weight, ending, y);
}

void data_gradient(const Shape& s, const float* dy, const float* weight, const float* added, float* dx) {
  const Source all[] = {{dy, s.out}};
  run({{s.n, s.h, s.w}, all, s.out, s.in, WeightPanels(weight, s.in, s.out, true), {nullptr, added}, dx});
}

}  // namespace understudy::winograd
