// SPDX-License-Identifier: Apache-2.0
#include "lib/image/blend.hpp"

#include <algorithm>

#include "lib/image/cv.hpp"
#include "lib/image/poisson_solver.hpp"

namespace understudy {
namespace {

// The frame's part with the face's differences where `mask` is set and its own elsewhere; its border stays.
cv::Mat cloned(const cv::Mat& face, const cv::Mat& frame, const cv::Mat& mask) {
  const int width = frame.cols - 2, height = frame.rows - 2;
  std::vector<float> planes(static_cast<std::size_t>(3) * width * height);
  for (int y = 1; y <= height; ++y) {
    const std::uint8_t *inside = mask.ptr<std::uint8_t>(y), *inside_above = mask.ptr<std::uint8_t>(y - 1);
    const std::uint8_t* rows[2][3];  // of frame and face: above, here, below
    for (int r = 0; r < 3; ++r)
      rows[0][r] = frame.ptr<std::uint8_t>(y + r - 1), rows[1][r] = face.ptr<std::uint8_t>(y + r - 1);
    float* to = &planes[static_cast<std::size_t>(y - 1) * width];
    for (int x = 1; x <= width; ++x) {
      // Whose differences count to the right and down, and from the left and above.
      const auto *here = rows[inside[x] != 0], *left = rows[inside[x - 1] != 0], *above = rows[inside_above[x] != 0];
      const std::uint8_t *own = here[1] + 3 * x, *under = here[2] + 3 * x, *beside = left[1] + 3 * x;
      const std::uint8_t *low = above[1] + 3 * x, *high = above[0] + 3 * x;
      for (int c = 0; c < 3; ++c) {
        const int bend = own[3 + c] - own[c] - (beside[c] - beside[c - 3]) + under[c] - own[c] - (low[c] - high[c]);
        to[static_cast<std::size_t>(c) * height * width + x - 1] = static_cast<float>(bend);
      }
    }
  }
  const auto border = [&](int x, int y, int bx, int by) {
    for (int c = 0; c < 3; ++c)
      planes[(static_cast<std::size_t>(c) * height + y - 1) * width + x - 1] -= frame.ptr<std::uint8_t>(by)[3 * bx + c];
  };
  for (int y = 1; y <= height; ++y) border(1, y, 0, y), border(width, y, width + 1, y);
  for (int x = 1; x <= width; ++x) border(x, 1, x, 0), border(x, height, x, height + 1);
  solve_poisson(planes, 3, width, height);
  cv::Mat out = frame.clone();
  for (int c = 0; c < 3; ++c) {
    for (int y = 1; y <= height; ++y) {
      const float* row = &planes[(static_cast<std::size_t>(c) * height + y - 1) * width];
      std::uint8_t* to = out.ptr<std::uint8_t>(y);
      for (int x = 1; x <= width; ++x) to[3 * x + c] = static_cast<std::uint8_t>(std::clamp(row[x - 1], 0.0f, 255.0f));
    }
  }
  return out;
}

}  // namespace

// cv::seamlessClone() of OpenCV 4 step by step, whose solver takes sines both ways and no two rows at once.
std::optional<ImageU8> poisson_clone(const ImageU8& face_bgr, const ImageU8& frame_bgr, const ImageU8& mask) {
  const cv::Rect box = cv::boundingRect(view(mask));
  if (box.empty()) return std::nullopt;
  cv::Mat inside = cv::Mat::zeros(mask.height, mask.width, CV_8U);
  const cv::Rect inner(1, 1, std::max(mask.width - 2, 0), std::max(mask.height - 2, 0));
  view(mask)(inner).copyTo(inside(inner));
  const cv::Rect from = cv::boundingRect(inside);
  if (from.empty()) return frame_bgr;
  // The middle of the mask's box stays where it is, which rounding may move by a pixel where the mask was cut.
  const cv::Rect to(box.x + box.width / 2 - from.width / 2, box.y + box.height / 2 - from.height / 2, from.width,
                    from.height);
  if ((to & cv::Rect(0, 0, frame_bgr.width, frame_bgr.height)) != to) return std::nullopt;
  ImageU8 out = frame_bgr;
  if (from.width < 3 || from.height < 3) return out;
  cv::Mat face = cv::Mat::zeros(from.size(), CV_8UC3), eroded, frame = view(frame_bgr)(to);
  view(face_bgr)(from).copyTo(face, inside(from));
  constexpr int times = 3;
  cv::erode(inside(from), eroded, cv::Mat::ones(3, 3, CV_8U), {-1, -1}, times);
  const bool turned = poisson_cost(from.height - 2, from.width - 2) < poisson_cost(from.width - 2, from.height - 2);
  if (turned) face = face.t(), frame = frame.t(), eroded = eroded.t();
  cv::Mat made = cloned(face, frame, eroded);
  if (turned) made = made.t();
  made.copyTo(view(out)(to));
  return out;
}

}  // namespace understudy
