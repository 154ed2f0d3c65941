// SPDX-License-Identifier: Apache-2.0
// FFmpeg's filters on a sequence of pictures.
#pragma once

#include <memory>
#include <string>

#include "lib/base/result.hpp"
#include "lib/image/image.hpp"

namespace understudy::media {

// A chain that gives one picture for each, in order, such as a denoiser with a memory. Not thread-safe.
class FilterGraph {
 public:
  // Pictures of width x height, BGR at 16 bits; `description` in FFmpeg's words ("hqdn3d=7:7:5:5"). The filters see
  // `pixel_format` ("yuv444p16le", BT.709 in full range), so that no filter quietly picks a poorer one.
  static Result<FilterGraph> open(int width, int height, const std::string& description,
                                  const std::string& pixel_format);
  FilterGraph(FilterGraph&&) noexcept;
  FilterGraph& operator=(FilterGraph&&) noexcept;
  ~FilterGraph();

  Result<ImageU16> filter(const ImageU16& bgr);

 private:
  struct Impl;
  explicit FilterGraph(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::media
