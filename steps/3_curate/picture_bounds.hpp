// SPDX-License-Identifier: Apache-2.0
// Inner part of pixel_chain: what is known of the pixel difference of two pictures without looking at their pixels.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/image/image.hpp"

namespace understudy {

// The mean and the standard deviation of every block of many pictures of one size, in 1/256 levels; rounded down and
// up.
class PictureBounds {
 public:
  PictureBounds() = default;
  PictureBounds(std::size_t count, int width, int height, int grid, bool with_deviations);
  void set(std::size_t picture, const ImageU8& image_bgr);  // thread-safe for different pictures
  std::int64_t least(std::size_t a, std::size_t b) const;
  std::int64_t most(std::size_t a, std::size_t b) const;  // needs the deviations
  static std::uint64_t bytes(std::size_t count, int grid, bool with_deviations);

 private:
  const std::uint16_t* means(std::size_t picture) const { return means_.data() + picture * values_; }
  const std::uint16_t* deviations(std::size_t picture) const { return deviations_.data() + picture * values_; }
  int width_ = 0, height_ = 0, grid_ = 0;
  std::size_t values_ = 0;  // of one picture
  std::vector<std::uint16_t> means_, deviations_;
};

}  // namespace understudy
