// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "lib/face/masks.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/lab.hpp"
#include "lib/score/pictures.hpp"

namespace understudy::score {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr float covered = 0.9f, bare = 0.02f;  // of the matte's densest place
constexpr double lightness_weight = 0.5;       // a neck lies in another light than a face

struct Colour3 {
  double l = 0, a = 0, b = 0;
};
Colour3 operator-(Colour3 p, Colour3 q) { return {lightness_weight * (p.l - q.l), p.a - q.a, p.b - q.b}; }
double dot(Colour3 p, Colour3 q) { return p.l * q.l + p.a * q.a + p.b * q.b; }

Colour3 at(const ImageF& lab, std::size_t i) { return {lab.data[3 * i], lab.data[3 * i + 1], lab.data[3 * i + 2]}; }

// The median of each coordinate: neither hair nor lips nor highlights count.
Colour3 median(const ImageF& lab, const std::vector<std::size_t>& pixels) {
  std::array<double, 3> out{};
  std::vector<float> values(pixels.size());
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < pixels.size(); ++i) values[i] = lab.data[3 * pixels[i] + c];
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    out[c] = *middle;
  }
  return {out[0], out[1], out[2]};
}

PixelBox box(double x0, double y0, double x1, double y1, const ImageF& within) {
  const auto in = [](double v, int most) { return std::clamp(static_cast<int>(std::lround(v)), 0, most); };
  return {in(x0, within.width), in(y0, within.height), in(x1, within.width), in(y1, within.height)};
}

template <class Take>
std::vector<std::size_t> pixels_in(const PixelBox& area, int width, Take&& take) {
  std::vector<std::size_t> out;
  for (int y = area.y0; y < area.y1; ++y) {
    for (int x = area.x0; x < area.x1; ++x) {
      const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
      if (take(i)) out.push_back(i);
    }
  }
  return out;
}

// Cheeks and nose: below the eyes, above the mouth, within the hull.
PixelBox cheeks(const Landmarks68& l, const ImageF& within) {
  const double eyes = std::max({l[40].y, l[41].y, l[46].y, l[47].y}), mouth = std::min({l[50].y, l[52].y, l[48].y});
  return box(l[2].x, eyes + 0.1 * (mouth - eyes), l[14].x, mouth - 0.1 * (mouth - eyes), within);
}

// Where other skin may be: a box of the neck and one of the forehead.
std::array<PixelBox, 2> surroundings(const Landmarks68& l, const ImageF& within) {
  const double height = l[8].y - (l[19].y + l[24].y) / 2;  // brows to chin
  const double brows = std::min({l[18].y, l[19].y, l[24].y, l[25].y});
  return {box(l[5].x, l[8].y + 0.04 * height, l[11].x, l[8].y + 0.35 * height, within),
          box(l[17].x, brows - 0.4 * height, l[26].x, brows - 0.05 * height, within)};
}

double distance_from_segment(Colour3 p, Colour3 end) {
  const double t = std::clamp(dot(p, end) / std::max(dot(end, end), 1e-9), 0.0, 1.0);
  const Colour3 d{p.l - t * end.l, p.a - t * end.a, p.b - t * end.b};
  return std::sqrt(dot(d, d));
}

}  // namespace

double skin_mismatch(const ImageU8& plate_bgr, const ImageU8& result_bgr, const ImageF& matte,
                     const Landmarks68& landmarks) {
  constexpr double near_chroma = 12, near_lightness = 30;  // of the plate's own face: else it is hair or a collar
  const ImageF plate = to_lab(to_float(plate_bgr)), result = to_lab(to_float(result_bgr));
  const float most = std::max(*std::ranges::max_element(matte.data), 0.02f);
  const ImageF hull = hull_mask(matte.width, matte.height, landmarks);
  const auto face = pixels_in(cheeks(landmarks, matte), matte.width,
                              [&](std::size_t i) { return hull.data[i] > 0 && matte.data[i] > covered * most; });
  if (face.size() < 50) return unknown;
  const Colour3 own = median(plate, face), pasted = median(result, face);
  std::vector<std::size_t> bare_skin;
  for (const PixelBox& area : surroundings(landmarks, matte)) {
    const auto more = pixels_in(area, matte.width, [&](std::size_t i) {
      const Colour3 c = at(plate, i);
      return matte.data[i] < bare * most && hull.data[i] <= 0 && std::hypot(c.a - own.a, c.b - own.b) < near_chroma &&
             std::abs(c.l - own.l) < near_lightness;
    });
    bare_skin.insert(bare_skin.end(), more.begin(), more.end());
  }
  if (bare_skin.size() < face.size() / 20) return unknown;
  const Colour3 reference = median(plate, bare_skin);
  // Anything between matching the bare skin and differing from it as the plate's own face does is right.
  return distance_from_segment(pasted - reference, own - reference);
}

}  // namespace understudy::score
