// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/landmarks68.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace understudy {
namespace {

// Where each iBUG point lies among the mesh's vertices: at most two of them, the second's share in the mean. Brows run
// along the middle of their two rows of vertices, slightly above; the back of the nose is divided evenly from the root
// to the tip, and the jaw from the height of the eyes to the chin, as their definition has it; lips and eyes are
// vertices, but for four points of the lips that lie between two. Checked on drawn heads, whose points are known, and
// by eye on filmed ones.
struct Place {
  std::uint16_t first = 0, second = 0;
  float share = 0;
};
constexpr std::array<Place, 68> places{{
    {127, 234, 0.4f},
    {234, 93, 0.65f},
    {93, 132, 0.9f},
    {58},
    {172, 136, 0.1f},
    {136, 150, 0.4f},
    {150, 149, 0.8f},
    {176, 148, 0.4f},
    {152},
    {400, 377, 0.4f},
    {379, 378, 0.8f},
    {365, 379, 0.4f},
    {397, 365, 0.1f},
    {288},
    {323, 361, 0.9f},
    {454, 323, 0.65f},
    {356, 454, 0.4f},  // 0-16 jaw
    {70, 46, 0.4f},
    {63, 53, 0.4f},
    {105, 52, 0.4f},
    {66, 55, 0.3f},
    {107, 55, 0.5f},  // 17-21 image-left brow
    {336, 285, 0.5f},
    {296, 285, 0.3f},
    {334, 282, 0.4f},
    {293, 283, 0.4f},
    {300, 276, 0.4f},  // 22-26 image-right
    {168},
    {197, 6, 0.1f},
    {195, 5, 0.5f},
    {4},  // 27-30 bridge
    {75},
    {97, 99, 0.7f},
    {2},
    {326, 328, 0.7f},
    {305},  // 31-35 nostrils
    {33},
    {160},
    {158},
    {133},
    {153},
    {144},  // 36-41 image-left eye
    {362},
    {385},
    {387},
    {263},
    {373},
    {380},  // 42-47 image-right eye
    {61},
    {39, 40, 0.4f},
    {37},
    {0},
    {267},
    {269, 270, 0.4f},
    {291},  // 48-54 upper lip
    {405, 321, 0.6f},
    {314},
    {17},
    {84},
    {181, 91, 0.6f},  // 55-59 lower lip
    {78},
    {82, 81, 0.2f},
    {13},
    {312, 311, 0.2f},
    {308},
    {317, 402, 0.2f},
    {14},
    {87, 178, 0.2f},  // 60-67 inner lips
}};

}  // namespace

Landmarks68 landmarks68(const Mesh& mesh) {
  Landmarks68 points;
  const auto at = [&](std::uint16_t vertex) { return Point{mesh.points[vertex][0], mesh.points[vertex][1]}; };
  for (std::size_t i = 0; i < points.size(); ++i)
    points[i] = at(places[i].first) * (1.0 - places[i].share) + at(places[i].second) * places[i].share;
  return points;
}

Roi square_around(const Landmarks68& landmarks) {
  constexpr double forehead = 0.25;  // above the brows, in heights from brows to chin
  const Point along = landmarks[45] - landmarks[36];
  const double angle = std::atan2(along.y, along.x), c = std::cos(angle), s = std::sin(angle);
  Rect box{1e9, 1e9, -1e9, -1e9};  // along the face's own axes
  for (const Point& p : landmarks) {
    const double u = c * p.x + s * p.y, v = -s * p.x + c * p.y;
    box = {std::min(box.left, u), std::min(box.top, v), std::max(box.right, u), std::max(box.bottom, v)};
  }
  box.top -= forehead * box.height();
  const double u = (box.left + box.right) / 2, v = (box.top + box.bottom) / 2;
  return {{c * u - s * v, s * u + c * v}, 1.5 * std::max({box.width(), box.height(), 8.0}), angle};
}

}  // namespace understudy
