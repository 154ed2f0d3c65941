// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/iris.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr double iris_roi_scale = 2.3;  // of the distance between an eye's corners: MediaPipe's iris graph
constexpr std::size_t iris_points = 5;  // centre, then right, top, left, bottom of the rim; x, y, z each
constexpr std::size_t contour_points = 71;

void mirror_rows(std::span<float> rgb, int size) {
  for (int y = 0; y < size; ++y) {
    float* row = rgb.data() + static_cast<std::ptrdiff_t>(y) * size * 3;
    for (int x = 0; x < size / 2; ++x) std::swap_ranges(row + 3 * x, row + 3 * x + 3, row + 3 * (size - 1 - x));
  }
}

}  // namespace

Result<IrisFinder> IrisFinder::load(std::span<const std::uint8_t> model, const std::string& name, int streams) {
  infer::SessionOptions options;
  options.streams = streams;
  TRY(infer::Session session, infer::Session::load(model, name, options));
  IrisFinder finder(std::move(session));
  const auto& in = finder.session_.inputs();
  const auto& out = finder.session_.outputs();
  if (in.size() != 1 || in[0].shape.size() != 4 || out.size() != 2)
    return fail(Code::bad_file, "{} is no iris network", name);
  finder.size_ = static_cast<int>(in[0].shape[1]);
  finder.iris_ = out[0].size() == iris_points * 3 ? 0 : 1;
  finder.lids_ = 1 - finder.iris_;
  if (out[finder.iris_].size() != iris_points * 3 || out[finder.lids_].size() != contour_points * 3)
    return fail(Code::bad_file, "{} is no iris network", name);
  return finder;
}

IrisFinder IrisFinder::share() const {
  IrisFinder other(session_.share());
  other.size_ = size_;
  other.iris_ = iris_;
  other.lids_ = lids_;
  return other;
}

Result<Iris> IrisFinder::find_one(Pyramid& pyramid, const Roi& roi, bool mirrored) {
  const auto input = session_.input(0);
  pyramid.sample(roi, size_, Outside::edge, 0, 1, input);
  if (mirrored) mirror_rows(input, size_);
  TRY_VOID(session_.run());
  const Affine frame_from_crop = roi.frame_from_crop(size_);
  const auto point = [&](std::span<const float> raw, std::size_t i) {
    return frame_from_crop({mirrored ? static_cast<float>(size_) - raw[3 * i] : raw[3 * i], raw[3 * i + 1]});
  };
  const auto seen = session_.output(iris_), edge = session_.output(lids_);
  Iris iris{point(seen, 0), 0, {}};
  for (std::size_t i = 1; i < iris_points; ++i) {
    const Point rim = point(seen, i) - iris.centre;
    iris.radius += std::hypot(rim.x, rim.y) / (iris_points - 1);
  }
  for (std::size_t i = 0; i < iris.lids.size(); ++i) iris.lids[i] = point(edge, i);
  return iris;
}

Result<std::array<Iris, 2>> IrisFinder::find(Pyramid& pyramid, const Mesh468& mesh) {
  std::array<Iris, 2> irises;
  for (std::size_t eye = 0; eye < 2; ++eye) {
    const auto& [l, r] = eye_corners[eye];
    const bool mirrored = eye == 1;  // the network knows the eye that is left in the image
    const Point left{mesh[l][0], mesh[l][1]}, right{mesh[r][0], mesh[r][1]}, along = right - left;
    const double width = std::max(std::hypot(along.x, along.y), 1.0);
    TRY(irises[eye],
        find_one(pyramid, {(left + right) * 0.5, iris_roi_scale * width, std::atan2(along.y, along.x)}, mirrored));
  }
  return irises;
}

}  // namespace understudy
