// SPDX-License-Identifier: Apache-2.0
#include "lib/image/blend.hpp"

#include <opencv2/photo.hpp>

#include "lib/image/cv.hpp"

namespace understudy {

std::optional<ImageU8> poisson_clone(const ImageU8& face_bgr, const ImageU8& frame_bgr, const ImageU8& mask) {
  const cv::Rect box = cv::boundingRect(view(mask));
  if (box.empty()) return std::nullopt;
  // OpenCV lays the middle of the mask's box at the centre, so with this one nothing moves.
  const cv::Point centre(box.x + box.width / 2, box.y + box.height / 2);
  try {
    cv::Mat out;
    cv::seamlessClone(view(face_bgr), view(frame_bgr), view(mask), centre, out, cv::NORMAL_CLONE);
    return from_mat<std::uint8_t>(out);
  } catch (const cv::Exception&) {
    return std::nullopt;  // the shifted box leaves the frame
  }
}

}  // namespace understudy
