// SPDX-License-Identifier: Apache-2.0
// Perez, Gangnet and Blake, "Poisson Image Editing", SIGGRAPH 2003. The box around the mask has the frame's colours at
// its border, the face's gradients inside the mask and the frame's outside.
#include "lib/image/poisson.hpp"

#include <vector>

#include "lib/image/cv.hpp"
#include "lib/image/poisson_solver.hpp"

namespace understudy {
namespace {

// The box's part of the problem in one channel.
struct Problem {
  const ImageF& face;
  const ImageF& frame;
  const cv::Mat& inside;  // the box's size: where the face's gradients count
  cv::Rect box;

  double value(const ImageF& image, int x, int y, int c) const { return image.at(box.x + x, box.y + y, c); }
  // From that pixel to the next one to the right, or below.
  double right(int x, int y, int c) const {
    const ImageF& of = inside.at<std::uint8_t>(y, x) ? face : frame;
    return value(of, x + 1, y, c) - value(of, x, y, c);
  }
  double down(int x, int y, int c) const {
    const ImageF& of = inside.at<std::uint8_t>(y, x) ? face : frame;
    return value(of, x, y + 1, c) - value(of, x, y, c);
  }
};

template <class T>
void bends_of(const Problem& b, int c, T* to) {
  const int width = b.box.width, height = b.box.height;
  for (int y = 1; y < height - 1; ++y) {
    for (int x = 1; x < width - 1; ++x) {
      double v = b.right(x, y, c) - b.right(x - 1, y, c) + b.down(x, y, c) - b.down(x, y - 1, c);
      if (x == 1) v -= b.value(b.frame, 0, y, c);
      if (x == width - 2) v -= b.value(b.frame, width - 1, y, c);
      if (y == 1) v -= b.value(b.frame, x, 0, c);
      if (y == height - 2) v -= b.value(b.frame, x, height - 1, c);
      *to++ = static_cast<T>(v);
    }
  }
}

template <class T>
void take(const T* solved, const cv::Rect& box, int c, ImageF& out) {
  for (int y = 1; y < box.height - 1; ++y)
    for (int x = 1; x < box.width - 1; ++x) out.at(box.x + x, box.y + y, c) = static_cast<float>(*solved++);
}

template <class T>
void solve(const Problem& problem, ImageF& out) {
  const int width = problem.box.width - 2, height = problem.box.height - 2;
  const std::size_t plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  std::vector<T> planes(3 * plane);
  for (int c = 0; c < 3; ++c) bends_of(problem, c, planes.data() + static_cast<std::size_t>(c) * plane);
  solve_poisson(planes, 3, width, height);
  for (int c = 0; c < 3; ++c) take(planes.data() + static_cast<std::size_t>(c) * plane, problem.box, c, out);
}

}  // namespace

std::optional<ImageF> poisson_clone_float(const ImageF& face_bgr, const ImageF& frame_bgr, const ImageU8& mask,
                                          bool for_eight_bits) {
  if (mask.width < 3 || mask.height < 3) return std::nullopt;
  // The frame's outermost pixels have no neighbour to take a gradient to.
  cv::Mat inner = cv::Mat::zeros(mask.height, mask.width, CV_8U);
  const cv::Rect within(1, 1, mask.width - 2, mask.height - 2);
  view(mask)(within).copyTo(inner(within));
  const cv::Rect box = cv::boundingRect(inner);
  if (box.width < 3 || box.height < 3) return std::nullopt;
  // Three pixels of the mask's edge keep the frame's gradients, so that the face's own edge is not among its gradients.
  cv::Mat inside;
  cv::erode(inner(box), inside, cv::Mat::ones(3, 3, CV_8U), {-1, -1}, 3);
  ImageF out = frame_bgr;
  const Problem problem{face_bgr, frame_bgr, inside, box};
  if (for_eight_bits)
    solve<float>(problem, out);
  else
    solve<double>(problem, out);
  return out;
}

}  // namespace understudy
