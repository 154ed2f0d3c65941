// SPDX-License-Identifier: Apache-2.0
// Inner header, for .cpp files only: cv::Mat views over our images. A view does not own the pixels.
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy {

template <class T>
cv::Mat view(Image<T>& image) {
  return {image.height, image.width, CV_MAKETYPE(cv::DataType<T>::depth, image.channels), image.data.data()};
}
// OpenCV has no view of constant data; callers only read through this one.
template <class T>
cv::Mat view(const Image<T>& image) {
  return view(const_cast<Image<T>&>(image));
}

template <class T>
Image<T> from_mat(const cv::Mat& mat) {
  Image<T> image(mat.cols, mat.rows, mat.channels());
  mat.copyTo(view(image));
  return image;
}

inline cv::Matx23d matrix(const Affine& a) { return {a.m[0], a.m[1], a.m[2], a.m[3], a.m[4], a.m[5]}; }

}  // namespace understudy
