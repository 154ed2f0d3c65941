// SPDX-License-Identifier: Apache-2.0
// Where the lines of a tile lie in a picture; internal to the room.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "lib/winograd/kernels.hpp"

namespace understudy::winograd {

constexpr int panels_of(int channels) { return (channels + panel - 1) / panel; }

// The tiles of pictures of one size, row by row, picture after picture.
struct Grid {
  int n, h, w;
  int rows() const { return (h + tile - 1) / tile; }
  int columns() const { return (w + tile - 1) / tile; }
  int tiles() const { return n * rows() * columns(); }
  int picture(int t) const { return t / (rows() * columns()); }
};

// Calls f(i, pixel) for the Side x Side places of tile t, the first `Before` up and left of it; pixel is -1 outside.
template <int Side, int Before, class F>
void for_places(const Grid& grid, int t, const F& f) {
  const int column = t % grid.columns(), row = t / grid.columns() % grid.rows(), n = t / grid.columns() / grid.rows();
  const int top = row * tile - Before, left = column * tile - Before;
  for (int i = 0; i < Side; ++i) {
    const int y = top + i;
    const Step start = (static_cast<Step>(n) * grid.h + y) * grid.w;
    for (int j = 0; j < Side; ++j) {
      const int x = left + j;
      const bool inside = y >= 0 && y < grid.h && x >= 0 && x < grid.w;
      f(i * Side + j, inside ? start + x : -1);
    }
  }
}

// The lines of one tile after the other: those outside the picture, and the channels beyond its last, are 0.
template <int Side, int Before>
class Reader {
 public:
  Reader(const Grid& grid, const float* data, int channels)
      : grid_(grid), data_(data), channels_(channels), zeros_(static_cast<std::size_t>(channels) + panel) {
    for (std::size_t i = 0; i < lines_.size(); ++i) filled_[i] = buffer_.data() + i * panel;
  }

  void go_to(int t) {
    outside_ = 0;
    for_places<Side, Before>(grid_, t, [&](int i, Step pixel) {
      outside_ |= std::uint64_t{pixel < 0} << i;
      lines_[static_cast<std::size_t>(i)] = pixel < 0 ? zeros_.data() : data_ + pixel * channels_;
    });
  }

  std::uint64_t outside() const { return outside_; }  // a bit for each place outside the picture

  struct Lines {
    const float* const* first;
    Step channel;
  };
  Lines lines(int which) {
    const int channel = which * panel;
    if (channel + panel <= channels_) return {lines_.data(), channel};
    for (std::size_t i = 0; i < lines_.size(); ++i)
      std::copy(lines_[i] + channel, lines_[i] + channels_, buffer_.data() + i * panel);
    return {filled_.data(), 0};
  }

 private:
  Grid grid_;
  const float* data_;
  int channels_;
  std::vector<float> zeros_;
  std::uint64_t outside_ = 0;
  std::array<const float*, Side * Side> lines_{}, filled_{};
  std::array<float, Side * Side * panel> buffer_{};
};
using WindowReader = Reader<window, 1>;
using TileReader = Reader<tile, 0>;

// Where outputs go: (N,H,W,C), or each of four blocks of C/4 channels to one pixel of the doubled picture
// (N,2H,2W,C/4), as depth_to_space() would put it.
struct Target {
  float* data;
  int channels;
  bool doubled = false;
};

// The places of a tile's outputs.
class Writer {
 public:
  Writer(const Grid& grid, const Target& target)
      : grid_(grid),
        target_(target),
        depth_(target.doubled ? target.channels / 4 : target.channels),
        row_(Step{target.doubled ? 2 : 1} * grid.w * depth_),
        nowhere_(static_cast<std::size_t>(target.doubled ? row_ + 2 * depth_ : depth_) + panel) {
    for (std::size_t i = 0; i < lines_.size(); ++i) part_[i] = buffer_.data() + i * panel;
  }

  void go_to(int t) {
    outside_ = 0;
    for_places<tile, 0>(grid_, t, [&](int i, Step pixel) {
      outside_ |= std::uint64_t{pixel < 0} << i;
      const Step place = target_.doubled ? pixel / grid_.w * 2 * row_ + pixel % grid_.w * 2 * depth_ : pixel * depth_;
      lines_[static_cast<std::size_t>(i)] = pixel < 0 ? nowhere_.data() : target_.data + place;
    });
  }

  std::uint64_t outside() const { return outside_; }

  // Calls f(lines, channel) to write a panel.
  template <class F>
  void write(int which, const F& f) {
    const int channel = which * panel, end = std::min(channel + panel, target_.channels);
    if (end == channel + panel && channel / depth_ == (end - 1) / depth_) return f(lines_.data(), behind(channel));
    f(part_.data(), Step{0});
    for (int c = channel; c < end; ++c) {
      for (std::size_t i = 0; i < lines_.size(); ++i) lines_[i][behind(c)] = part_[i][c - channel];
    }
  }

 private:
  Step behind(int channel) const {  // a channel's place behind that of its pixel's first
    const int block = channel / depth_;
    return block / 2 * row_ + block % 2 * depth_ + channel % depth_;
  }

  Grid grid_;
  Target target_;
  int depth_;
  Step row_;
  std::vector<float> nowhere_;
  std::uint64_t outside_ = 0;
  std::array<float*, tile * tile> lines_{}, part_{};
  std::array<float, tile * tile * panel> buffer_{};
};

}  // namespace understudy::winograd
