// SPDX-License-Identifier: Apache-2.0
#include "lib/image/contact_sheet.hpp"

#include <algorithm>
#include <sstream>

#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/warp.hpp"

namespace understudy {

namespace {

constexpr int margin = 28, gap = 8, caption_width = 168, title_height = 64, column_height = 26;
constexpr Bgr paper{30, 26, 24}, bright{240, 238, 236}, dim{168, 160, 152}, accent{96, 176, 255};

// Reduces or enlarges to fit the cell; the middle of a wide or tall picture is what is shown.
ImageU8 fitted(const ImageU8& picture, int cell) {
  const ImageU8 bgr = normalise_channels(picture, 3);
  const int side = std::min(bgr.width, bgr.height);
  const ImageU8 square = crop(bgr, (bgr.width - side) / 2, (bgr.height - side) / 2, side, side);
  return resize(square, cell, cell, side > cell ? Interpolation::area : Interpolation::cubic);
}

void draw_caption(ImageU8& page, const SheetRow& row, int x, int y) {
  draw_text(page, row.caption, x, y + 18, 13, bright);
  std::istringstream lines(row.remark);
  int below = y + 42;
  for (std::string line; std::getline(lines, line); below += 18) draw_text(page, line, x, below, 10, dim);
}

}  // namespace

ImageU8 draw(const ContactSheet& sheet) {
  std::size_t columns = sheet.columns.size();
  for (const SheetRow& row : sheet.rows) columns = std::max(columns, row.pictures.size());
  const int pitch = sheet.cell + gap;
  const int top = margin + title_height + (sheet.columns.empty() ? 0 : column_height);
  const int width = margin * 2 + caption_width + static_cast<int>(columns) * pitch - gap;
  const int height = top + static_cast<int>(sheet.rows.size()) * pitch - gap + margin;
  ImageU8 page(width, height, 3);
  fill_rectangle(page, 0, 0, width, height, paper);
  draw_text(page, sheet.title, margin, margin + 20, 18, bright);
  draw_text(page, sheet.subtitle, margin, margin + 46, 11, dim);
  const int left = margin + caption_width;
  for (std::size_t c = 0; c < sheet.columns.size(); ++c) {
    draw_text(page, sheet.columns[c], left + static_cast<int>(c) * pitch, top - 9, 10, dim);
  }
  for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
    const int y = top + static_cast<int>(r) * pitch;
    fill_rectangle(page, margin, y, 3, sheet.cell, accent);
    draw_caption(page, sheet.rows[r], margin + 14, y);
    for (std::size_t c = 0; c < sheet.rows[r].pictures.size(); ++c) {
      const ImageU8& picture = sheet.rows[r].pictures[c];
      if (!picture.empty()) paste(page, fitted(picture, sheet.cell), left + static_cast<int>(c) * pitch, y);
    }
  }
  return page;
}

}  // namespace understudy
