// SPDX-License-Identifier: Apache-2.0
#include "lib/measures/measure_face.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/face/extra_keys.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/face/masks.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/measures/expression.hpp"
#include "lib/measures/sharpness.hpp"

namespace understudy {
namespace {

constexpr double degrees = 180 / std::numbers::pi;

// Mean hue and value as OpenCV's 8-bit HSV has them, and how many samples are 0.
void measure_colours(const ImageU8& image, FaceNumbers& n) {
  // 2^12 / d times 30 for the hue (half degrees, six sectors), rounded, as OpenCV's table has it.
  static const auto shares = [] {
    std::array<int, 256> table{};
    for (int d = 1; d < 256; ++d) table[std::size_t(d)] = static_cast<int>(std::nearbyint(4096 * 30.0 / d));
    return table;
  }();
  std::uint64_t value_sum = 0, hue_sum = 0, black = 0;
  for (std::size_t i = 0; i < image.data.size(); i += 3) {
    const int b = image.data[i], g = image.data[i + 1], r = image.data[i + 2];
    const int most = std::max({b, g, r}), range = most - std::min({b, g, r});
    const int sector = most == r ? g - b : most == g ? b - r + 2 * range : r - g + 4 * range;
    const int hue = (sector * shares[std::size_t(range)] + 2048) >> 12;
    value_sum += static_cast<std::uint64_t>(most);
    hue_sum += static_cast<std::uint64_t>(hue < 0 ? hue + 180 : hue);
    black += (b == 0) + (g == 0) + (r == 0);
  }
  const double pixels = static_cast<double>(image.data.size() / 3);
  n.brightness = static_cast<double>(value_sum) / pixels;
  n.hue = static_cast<double>(hue_sum) / pixels;
  n.black = static_cast<double>(black);
}

void measure_pose(const FaceInfo& info, FaceNumbers& n) {
  try {
    const Pose sorting = compatible_pose(info.landmarks, static_cast<int>(n.width));
    n.yaw = sorting.yaw;
    n.pitch = sorting.pitch;
    const Pose real = true_pose(info.landmarks, static_cast<int>(n.width));
    n.turn = real.yaw * degrees;
    n.nod = real.pitch * degrees;
    n.tilt = real.roll * degrees;
  } catch (const std::exception&) {  // OpenCV's solver finds no pose in such points
  }
}

// Of the hull's pixels, the share that is neither black nor outside of the face's own mask.
double visible_share(const ImageU8& image, const ImageF& hull, const FaceInfo& info) {
  ImageF mask;
  if (info.xseg_mask) {
    if (auto decoded = decode_mask(*info.xseg_mask))
      mask = resize(*decoded, image.width, image.height, Interpolation::linear);
  }
  std::size_t inside = 0, seen = 0;
  for (std::size_t i = 0; i < hull.data.size(); ++i) {
    if (hull.data[i] == 0) continue;
    ++inside;
    const bool black = image.data[3 * i] == 0 && image.data[3 * i + 1] == 0 && image.data[3 * i + 2] == 0;
    seen += !black && (mask.empty() || mask.data[i] >= 0.5f);
  }
  return inside == 0 ? 0 : static_cast<double>(seen) / static_cast<double>(inside);
}

ImageU8 masked(ImageU8 image, const ImageF& mask) {
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    if (mask.data[i] == 0) std::fill_n(image.data.begin() + static_cast<std::ptrdiff_t>(i * channels), channels, 0);
  }
  return image;
}

void measure_as_face(const ImageU8& image, const FaceInfo& info, FaceMeasures& m) {
  FaceNumbers& n = m.numbers;
  m.is_face = true;
  m.face_type = face_type_name(info.face_type);
  m.source = info.source_filename;
  measure_pose(info, n);
  const ImageF hull = hull_mask(image.width, image.height, info.landmarks);
  const ImageU8 face = masked(image, hull), grey = to_grey(face);
  m.histograms.hull = histogram_of(grey);
  n.blur = cpbd_sharpness(grey);
  n.motion_blur = laplacian_variance(face);
  n.visible = visible_share(image, hull, info);
  if (info.source_rect) n.rect_size = info.source_rect->width() * info.source_rect->height();
  if (const auto& map = info.image_to_face_mat) n.enlarged = std::hypot(map->m[0], map->m[3]);
  const auto e = expression_of(info, std::isnan(n.turn) ? 0 : n.turn / degrees);
  n.mouth_open = e.mouth_open;
  n.mouth_wide = e.mouth_wide;
  n.eyes_open = e.eyes_open;
  n.brows_raised = e.brows_raised;
  n.confidence = extra_number(info, "understudy_score").value_or(unknown);
  n.track = extra_number(info, "understudy_track").value_or(unknown);
  n.person = extra_number(info, "understudy_person").value_or(unknown);
  n.polygons = static_cast<double>(info.polygons.size());
  n.masked = info.xseg_mask ? 1 : 0;
  n.quality = quality_of(n);
}

}  // namespace

Result<FaceMeasures> measure_face(std::span<const std::uint8_t> file, bool may_be_face) {
  TRY(ImageU8 image, decode_image(file));
  image = normalise_channels(std::move(image), 3);
  FaceMeasures m;
  m.numbers.width = image.width;
  m.numbers.height = image.height;
  measure_colours(image, m.numbers);
  const ImageU8 grey = to_grey(image);
  m.histograms.blue = histogram_of(image, 0);
  m.histograms.green = histogram_of(image, 1);
  m.histograms.red = histogram_of(image, 2);
  m.histograms.grey = m.histograms.hull = histogram_of(grey);
  m.blocks = blocks_of(image);
  if (!may_be_face) return m;
  const auto info = face_info_from_jpeg(file);
  if (info) measure_as_face(image, *info, m);
  if (!info && info.error().code != Code::not_found) return Failure(info.error());
  return m;
}

}  // namespace understudy
