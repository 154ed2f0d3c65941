// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/preview_table.hpp"

#include <algorithm>

#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

constexpr int caption_height = 22;
constexpr Bgr caption_colour{220, 220, 220};

// Small pictures take smaller letters.
int letter_height(const std::string& text, int width) {
  int height = 9;
  while (height > 5 && text_width(text, height) > width) --height;
  return height;
}

void draw_caption(ImageU8& image, const std::string& text, int x, int y, int width) {
  draw_text(image, text, x + 4, y + caption_height - 7, letter_height(text, width - 8), caption_colour);
}

// At the right, where the losses are low by then.
void draw_name(ImageU8& graph, const std::string& name) {
  const int height = letter_height(name, graph.width - 8);
  const int width = std::min(graph.width, text_width(name, height) + 8);
  fill_rectangle(graph, graph.width - width, 2, width, 17, {25, 25, 25});
  draw_text(graph, name, graph.width - width + 4, 15, height, caption_colour);
}

}  // namespace

ImageU8 draw_preview_table(const PreviewTable& table, const std::string& name, const LossHistory& losses,
                           std::int64_t range, const LossMarks& marks) {
  const int rows = static_cast<int>(table.rows.size()), columns = static_cast<int>(table.rows[0].size());
  const int side = std::min(table.rows[0][0].width, highest_table / rows);
  const int caption_rows = static_cast<int>(table.captions.size()) / columns;
  ImageU8 graph = draw_losses(losses, columns * side, 100, range, marks);
  draw_name(graph, name);
  ImageU8 all(graph.width, graph.height + caption_rows * caption_height + rows * side, 3);
  paste(all, graph, 0, 0);
  int y = graph.height;
  for (int row = 0; row < rows; ++row) {
    if (row < caption_rows) {
      for (int c = 0; c < columns; ++c)
        draw_caption(all, table.captions[static_cast<std::size_t>(row * columns + c)], c * side, y, side);
      y += caption_height;
    }
    for (int c = 0; c < columns; ++c) {
      const ImageU8 cell = to_u8_rounded(table.rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(c)]);
      paste(all, cell.width == side ? cell : resize(cell, side, side, Interpolation::area), c * side, y);
    }
    y += side;
  }
  return all;
}

}  // namespace understudy
