// SPDX-License-Identifier: Apache-2.0
#include "lib/image/draw.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "lib/image/cv.hpp"

namespace understudy {
namespace {

constexpr int font = cv::FONT_HERSHEY_SIMPLEX;
// A capital letter of this font is 21 units high at scale 1.
double scale_of(int height) { return height / 21.0; }
int thickness_of(int height) { return std::max(1, (height + 4) / 12); }

}  // namespace

void draw_text(ImageU8& image, const std::string& text, int x, int y, int height, Bgr colour) {
  cv::Mat canvas = view(image);
  cv::putText(canvas, text, {x, y}, font, scale_of(height), cv::Scalar(colour[0], colour[1], colour[2]),
              thickness_of(height), cv::LINE_AA);
}

int text_width(const std::string& text, int height) {
  int baseline = 0;
  return cv::getTextSize(text, font, scale_of(height), thickness_of(height), &baseline).width;
}

void fill_rectangle(ImageU8& image, int x, int y, int width, int height, Bgr colour) {
  const int x0 = std::clamp(x, 0, image.width), x1 = std::clamp(x + width, 0, image.width);
  const int y0 = std::clamp(y, 0, image.height), y1 = std::clamp(y + height, 0, image.height);
  for (int row = y0; row < y1; ++row) {
    for (int column = x0; column < x1; ++column) {
      for (int c = 0; c < image.channels; ++c)
        image.at(column, row, c) = static_cast<std::uint8_t>(colour[static_cast<std::size_t>(std::min(c, 2))]);
    }
  }
}

void draw_lines(ImageU8& image, std::span<const Point> points, Bgr colour, int thickness) {
  cv::Mat canvas = view(image);
  constexpr int shift = 4;  // sixteenths of a pixel
  const auto fixed = [](Point p) {
    return cv::Point(static_cast<int>(std::lround(p.x * (1 << shift))),
                     static_cast<int>(std::lround(p.y * (1 << shift))));
  };
  for (std::size_t i = 1; i < points.size(); ++i)
    cv::line(canvas, fixed(points[i - 1]), fixed(points[i]), cv::Scalar(colour[0], colour[1], colour[2]), thickness,
             cv::LINE_AA, shift);
}

template <class T>
void paste(Image<T>& canvas, const Image<T>& picture, int x, int y) {
  const int x0 = std::max(0, x), x1 = std::min(canvas.width, x + picture.width);
  for (int row = std::max(0, y); row < std::min(canvas.height, y + picture.height) && x0 < x1; ++row) {
    std::copy_n(picture.row(row - y) + (x0 - x) * picture.channels, (x1 - x0) * picture.channels,
                canvas.row(row) + x0 * canvas.channels);
  }
}

template void paste(ImageU8&, const ImageU8&, int, int);
template void paste(ImageF&, const ImageF&, int, int);

void set_image_threads(int count) { cv::setNumThreads(count); }

}  // namespace understudy
