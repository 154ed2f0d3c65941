// SPDX-License-Identifier: Apache-2.0
#include "lib/image/convert.hpp"

#include <algorithm>

#include "lib/base/result.hpp"
#include "lib/image/cv.hpp"
#include "lib/image/lab.hpp"

namespace understudy {

ImageF to_float(const ImageU8& image) {
  ImageF out(image.width, image.height, image.channels);
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] = static_cast<float>(image.data[i]) / 255.0f;
  return out;
}

ImageF to_float(const ImageU16& image) {
  ImageF out(image.width, image.height, image.channels);
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] = static_cast<float>(image.data[i]) / 65535.0f;
  return out;
}

ImageU16 to_u16_rounded(const ImageF& image) {
  ImageU16 out(image.width, image.height, image.channels);
  for (std::size_t i = 0; i < out.data.size(); ++i)
    out.data[i] = static_cast<std::uint16_t>(std::clamp(image.data[i], 0.0f, 1.0f) * 65535.0f + 0.5f);
  return out;
}

ImageU8 to_u8_rounded(const ImageF& image) {
  ImageU8 out(image.width, image.height, image.channels);
  for (std::size_t i = 0; i < out.data.size(); ++i) {
    out.data[i] = static_cast<std::uint8_t>(std::clamp(image.data[i], 0.0f, 1.0f) * 255.0f + 0.5f);
  }
  return out;
}

ImageU8 to_u8_truncated(const ImageF& image) {
  ImageU8 out(image.width, image.height, image.channels);
  for (std::size_t i = 0; i < out.data.size(); ++i) {
    out.data[i] = static_cast<std::uint8_t>(std::clamp(image.data[i], 0.0f, 1.0f) * 255.0f);
  }
  return out;
}

template <class T>
Image<T> normalise_channels(Image<T> image, int channels) {
  if (image.channels == channels) return image;
  Image<T> out(image.width, image.height, channels);
  const auto pixels = static_cast<std::size_t>(image.width) * image.height;
  for (std::size_t i = 0; i < pixels; ++i) {
    const T* from = image.data.data() + i * image.channels;
    T* to = out.data.data() + i * channels;
    for (int c = 0; c < channels; ++c) to[c] = from[image.channels < channels ? 0 : c];
  }
  return out;
}

template <class T>
Image<T> crop(const Image<T>& image, int x, int y, int width, int height) {
  check(x >= 0 && y >= 0 && width >= 0 && height >= 0 && x + width <= image.width && y + height <= image.height,
        "crop lies inside");
  Image<T> out(width, height, image.channels);
  for (int row = 0; row < height; ++row) {
    const T* from = image.row(y + row) + static_cast<std::size_t>(x) * image.channels;
    std::copy_n(from, static_cast<std::size_t>(width) * image.channels, out.row(row));
  }
  return out;
}

template <class T>
Image<T> flip_horizontal(const Image<T>& image) {
  Image<T> out(image.width, image.height, image.channels);
  cv::Mat target = view(out);
  cv::flip(view(image), target, 1);
  return out;
}

ImageU8 to_grey(const ImageU8& image_bgr) {
  if (image_bgr.channels == 1) return image_bgr;
  ImageU8 out(image_bgr.width, image_bgr.height, 1);
  cv::Mat target = view(out);
  cv::cvtColor(view(image_bgr), target, image_bgr.channels == 4 ? cv::COLOR_BGRA2GRAY : cv::COLOR_BGR2GRAY);
  return out;
}

ImageF to_lab(const ImageF& image_bgr) {
  ImageF lab(image_bgr.width, image_bgr.height, 3);
  cv::Mat target = view(lab);
  cv::cvtColor(view(image_bgr), target, cv::COLOR_BGR2Lab);
  return lab;
}

void clamp_01(ImageF& image) {
  for (auto& value : image.data) value = std::clamp(value, 0.0f, 1.0f);
}

template ImageU8 normalise_channels(ImageU8, int);
template ImageU16 normalise_channels(ImageU16, int);
template ImageF normalise_channels(ImageF, int);
template ImageU8 crop(const ImageU8&, int, int, int, int);
template ImageU16 crop(const ImageU16&, int, int, int, int);
template ImageF crop(const ImageF&, int, int, int, int);
template ImageU8 flip_horizontal(const ImageU8&);
template ImageF flip_horizontal(const ImageF&);

}  // namespace understudy
