// SPDX-License-Identifier: Apache-2.0
#include "lib/image/contact_sheet.hpp"

#include <algorithm>

#include "lib/image/convert.hpp"
#include "lib/image/cv.hpp"
#include "lib/image/warp.hpp"

namespace understudy {

namespace {

constexpr int margin = 28, gap = 8, caption_width = 168, title_height = 64, column_height = 26;
const cv::Scalar paper{30, 26, 24}, bright{240, 238, 236}, dim{168, 160, 152}, accent{96, 176, 255};

// Letters are drawn at three times their size and reduced, which the thin strokes of the built-in font need.
void write(cv::Mat& page, const std::string& text, cv::Point left_baseline, double size, cv::Scalar colour,
           int weight = 1) {
  constexpr int over = 3;
  int below = 0;
  const cv::Size extent = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, size * over, weight * over, &below);
  const int pad = 6 * over;
  cv::Mat ink(((extent.height + below + 2 * pad) / over + 1) * over, ((extent.width + 2 * pad) / over + 1) * over,
              CV_8UC1, cv::Scalar(0));
  cv::putText(ink, text, {pad, pad + extent.height}, cv::FONT_HERSHEY_SIMPLEX, size * over, 255, weight * over,
              cv::LINE_AA);
  cv::Mat reduced;
  cv::resize(ink, reduced, {ink.cols / over, ink.rows / over}, 0, 0, cv::INTER_AREA);
  const cv::Point corner{left_baseline.x - pad / over, left_baseline.y - (pad + extent.height) / over};
  for (int y = 0; y < reduced.rows; ++y) {
    for (int x = 0; x < reduced.cols; ++x) {
      const cv::Point p{corner.x + x, corner.y + y};
      const int a = reduced.at<std::uint8_t>(y, x);
      if (a == 0 || p.x < 0 || p.y < 0 || p.x >= page.cols || p.y >= page.rows) continue;
      auto& pixel = page.at<cv::Vec3b>(p);
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>((pixel[c] * (255 - a) + colour[c] * a) / 255);
    }
  }
}

// Reduces or enlarges to fit the cell; the middle of a wide or tall picture is what is shown.
ImageU8 fitted(const ImageU8& picture, int cell) {
  const ImageU8 bgr = normalise_channels(picture, 3);
  const int side = std::min(bgr.width, bgr.height);
  const ImageU8 square = crop(bgr, (bgr.width - side) / 2, (bgr.height - side) / 2, side, side);
  return resize(square, cell, cell, side > cell ? Interpolation::area : Interpolation::cubic);
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
  cv::Mat canvas = view(page);
  canvas.setTo(paper);
  write(canvas, sheet.title, {margin, margin + 20}, 0.80, bright, 2);
  write(canvas, sheet.subtitle, {margin, margin + 46}, 0.46, dim);
  const int left = margin + caption_width;
  for (std::size_t c = 0; c < sheet.columns.size(); ++c)
    write(canvas, sheet.columns[c], {left + static_cast<int>(c) * pitch, top - 9}, 0.42, dim);
  for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
    const SheetRow& row = sheet.rows[r];
    const int y = top + static_cast<int>(r) * pitch;
    cv::rectangle(canvas, {margin, y, 3, sheet.cell}, accent, cv::FILLED);
    write(canvas, row.caption, {margin + 14, y + 22}, 0.58, bright);
    int line = y + 44;
    for (std::size_t from = 0; from <= row.remark.size() && !row.remark.empty();) {
      const std::size_t end = std::min(row.remark.find('\n', from), row.remark.size());
      write(canvas, row.remark.substr(from, end - from), {margin + 14, line}, 0.40, dim);
      line += 18;
      from = end + 1;
    }
    for (std::size_t c = 0; c < row.pictures.size(); ++c) {
      if (row.pictures[c].empty()) continue;
      const ImageU8 cell = fitted(row.pictures[c], sheet.cell);
      view(cell).copyTo(canvas({left + static_cast<int>(c) * pitch, y, sheet.cell, sheet.cell}));
    }
  }
  return page;
}

}  // namespace understudy
