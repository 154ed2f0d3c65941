// SPDX-License-Identifier: Apache-2.0
// Perez, Gangnet and Blake, "Poisson Image Editing", SIGGRAPH 2003. The box around the mask has the frame's colours at
// its border, the face's gradients inside the mask and the frame's outside. Rows are taken apart into sines (DST-I by
// FFT); for each sine a tridiagonal system is left along the columns.
#include "lib/image/poisson.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include "lib/image/cv.hpp"

namespace understudy {
namespace {

// The sine transform of every row, in place: sum over x of row[x] * sin(pi (x + 1) (k + 1) / (n + 1)). Its own inverse
// up to the factor 2 / (n + 1).
void sine_transform(cv::Mat& rows) {
  const int n = rows.cols, whole = 2 * (n + 1);
  cv::Mat odd(rows.rows, whole, CV_64F);
  for (int y = 0; y < rows.rows; ++y) {
    const double* from = rows.ptr<double>(y);
    double* to = odd.ptr<double>(y);
    to[0] = to[n + 1] = 0;
    for (int x = 0; x < n; ++x) {
      to[x + 1] = from[x];
      to[whole - 1 - x] = -from[x];
    }
  }
  // Packed as [re0, re1, im1, re2, im2, ...].
  cv::dft(odd, odd, cv::DFT_ROWS);
  for (int y = 0; y < rows.rows; ++y) {
    const double* from = odd.ptr<double>(y);
    double* to = rows.ptr<double>(y);
    for (int k = 0; k < n; ++k) to[k] = -from[2 * k + 2] / 2;
  }
}

// u(y - 1) + diagonal * u(y) + u(y + 1) = f(y) with nothing beyond the ends, for all columns side by side; in place.
void solve_columns(cv::Mat& f) {
  const int n = f.cols, height = f.rows;
  const auto columns = static_cast<std::size_t>(n);
  std::vector<double> diagonal(columns);
  for (int k = 0; k < n; ++k)
    diagonal[static_cast<std::size_t>(k)] = 2 * std::cos(std::numbers::pi * (k + 1) / (n + 1)) - 4;
  std::vector<double> upper(columns * static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y) {
    double* now = f.ptr<double>(y);
    const double* before = y > 0 ? f.ptr<double>(y - 1) : nullptr;
    double* c = &upper[columns * static_cast<std::size_t>(y)];
    for (std::size_t k = 0; k < columns; ++k) {
      const double pivot = diagonal[k] - (before ? c[k - columns] : 0);
      now[k] = (now[k] - (before ? before[k] : 0)) / pivot;
      c[k] = 1 / pivot;
    }
  }
  for (int y = height - 2; y >= 0; --y) {
    double* now = f.ptr<double>(y);
    const double* next = f.ptr<double>(y + 1);
    const double* c = &upper[columns * static_cast<std::size_t>(y)];
    for (std::size_t k = 0; k < columns; ++k) now[k] -= c[k] * next[k];
  }
}

// The box's part of the problem in one channel.
struct Box {
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

void solve(const Box& b, int c, ImageF& out) {
  const int width = b.box.width, height = b.box.height;
  cv::Mat f(height - 2, width - 2, CV_64F);
  for (int y = 1; y < height - 1; ++y) {
    double* row = f.ptr<double>(y - 1);
    for (int x = 1; x < width - 1; ++x) {
      double v = b.right(x, y, c) - b.right(x - 1, y, c) + b.down(x, y, c) - b.down(x, y - 1, c);
      if (x == 1) v -= b.value(b.frame, 0, y, c);
      if (x == width - 2) v -= b.value(b.frame, width - 1, y, c);
      if (y == 1) v -= b.value(b.frame, x, 0, c);
      if (y == height - 2) v -= b.value(b.frame, x, height - 1, c);
      row[x - 1] = v;
    }
  }
  sine_transform(f);
  solve_columns(f);
  sine_transform(f);
  const double scale = 2.0 / (width - 1);
  for (int y = 1; y < height - 1; ++y)
    for (int x = 1; x < width - 1; ++x)
      out.at(b.box.x + x, b.box.y + y, c) = static_cast<float>(scale * f.at<double>(y - 1, x - 1));
}

}  // namespace

std::optional<ImageF> poisson_clone_float(const ImageF& face_bgr, const ImageF& frame_bgr, const ImageU8& mask) {
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
  const Box problem{face_bgr, frame_bgr, inside, box};
  for (int c = 0; c < 3; ++c) solve(problem, c, out);
  return out;
}

}  // namespace understudy
