// SPDX-License-Identifier: Apache-2.0
#include "lib/image/flow.hpp"

#include <opencv2/video/tracking.hpp>

#include "lib/base/result.hpp"
#include "lib/image/cv.hpp"
#include "lib/image/warp.hpp"

namespace understudy {

ImageF optical_flow(const ImageU8& here, const ImageU8& there) {
  check(here.channels == 1 && there.channels == 1 && here.width == there.width && here.height == there.height,
        "optical_flow() takes two grey pictures of one size");
  const auto search = cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM);
  cv::Mat flow;
  search->calc(view(here), view(there), flow);
  return from_mat<float>(flow);
}

ImageF seen_along(const ImageF& there, const ImageF& flow) {
  ImageF x(there.width, there.height, 1), y(there.width, there.height, 1);
  for (int row = 0; row < there.height; ++row) {
    for (int column = 0; column < there.width; ++column) {
      x.at(column, row) = static_cast<float>(column) + flow.at(column, row, 0);
      y.at(column, row) = static_cast<float>(row) + flow.at(column, row, 1);
    }
  }
  return remap(there, x, y, Interpolation::linear, Border::replicate);
}

}  // namespace understudy
