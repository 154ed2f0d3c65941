// SPDX-License-Identifier: Apache-2.0
#include "lib/image/motion_line.hpp"

#include <algorithm>
#include <cmath>

#include "lib/image/cv.hpp"

namespace understudy {

ImageF motion_line_kernel(Point way) {
  const double longest = std::max(std::abs(way.x), std::abs(way.y));
  const int reach = static_cast<int>(std::floor(longest / 2)) + 1, side = 2 * reach + 1;
  ImageF kernel(side, side, 1);
  // Points along the way, each shared by the four pixels around it.
  const int points = 16 * side;
  for (int i = 0; i < points; ++i) {
    const double t = (i + 0.5) / points - 0.5, x = reach + t * way.x, y = reach + t * way.y;
    const int x0 = std::min(static_cast<int>(x), side - 2), y0 = std::min(static_cast<int>(y), side - 2);
    const double fx = x - x0, fy = y - y0;
    const double weights[2][2] = {{(1 - fx) * (1 - fy), fx * (1 - fy)}, {(1 - fx) * fy, fx * fy}};
    for (int dy = 0; dy < 2; ++dy)
      for (int dx = 0; dx < 2; ++dx) kernel.at(x0 + dx, y0 + dy) += static_cast<float>(weights[dy][dx] / points);
  }
  return kernel;
}

ImageF motion_line_blur(const ImageF& image, Point way) {
  const double length = std::hypot(way.x, way.y), most = std::max(image.width, image.height);
  if (image.empty() || !(length > 0.01)) return image;
  const ImageF kernel = motion_line_kernel(length > most ? way * (most / length) : way);
  ImageF out(image.width, image.height, image.channels);
  cv::Mat target = view(out);
  cv::filter2D(view(image), target, CV_32F, view(kernel), {-1, -1}, 0, cv::BORDER_REPLICATE);
  return out;
}

}  // namespace understudy
