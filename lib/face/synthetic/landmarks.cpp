// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/landmarks.hpp"

namespace understudy::synthetic {

namespace {

// The jaw contour of the 68-point head in spec pipeline.md 1.5, right half (points 8..16), turned into head space.
constexpr std::array<V3, 9> jaw_guide{{{0, -77, 1},
                                       {17.7f, -75, -4.4f},
                                       {33.4f, -67, -18.8f},
                                       {47.4f, -56.4f, -30.8f},
                                       {58.6f, -42.5f, -38},
                                       {65.6f, -25.8f, -42},
                                       {69.4f, -7.5f, -43.5f},
                                       {71.6f, 11.3f, -45},
                                       {72.4f, 30, -47.4f}}};

// Where the five points lie along a brow, from that same head.
constexpr std::array<float, 5> brow_shares{0, 0.25f, 0.53f, 0.80f, 1};

}  // namespace

LandmarkSet::LandmarkSet(const HeadMesh& head, const HeadField& field, const Anatomy& at) : field_(field), at_(at) {
  const auto on_skin = [&](V3 guide, int side) {
    const auto i = head.nearest(guide, side);
    return Anchor{head.mesh.rest[i], side < 0 || (side == 0 && head.mesh.rest[i].y < at.mouth_y)};
  };
  // In front the nearest vertex in depth would slide along slopes: find the one that the camera sees at (x, y).
  const auto in_front = [&](float x, float y, int side) {
    V3 best{};
    float least = 1e30f;
    for (int r = 0; r < head.rows; ++r) {
      const bool below = head.moves_with_jaw[static_cast<std::size_t>(r)] != 0;
      if ((side > 0 && below) || (side < 0 && !below) || (r > head.seam_upper && r < head.seam_lower)) continue;
      for (int c = 0; c < head.columns; ++c) {
        const V3 p = head.mesh.rest[head.index(r, c)];
        if (p.z < -45) continue;
        const float d = (p.x - x) * (p.x - x) + (p.y - y) * (p.y - y);
        if (d < least) least = d, best = p;
      }
    }
    return Anchor{{x, y, best.z}, side < 0 || (side == 0 && y < at.mouth_y)};
  };
  const auto pair = [&](int right, int left, float x, float y, int side) {
    anchors_[static_cast<std::size_t>(right)] = in_front(x, y, side);
    anchors_[static_cast<std::size_t>(left)] = in_front(-x, y, side);
  };
  for (int i = 0; i <= 8; ++i) {
    const V3 g = jaw_guide[static_cast<std::size_t>(i)];
    anchors_[static_cast<std::size_t>(8 + i)] = on_skin(g, 0);
    anchors_[static_cast<std::size_t>(8 - i)] = on_skin({-g.x, g.y, g.z}, 0);
  }
  for (int i = 0; i < 5; ++i) {
    const float x = mix(at.brow_in + 1, at.brow_out, brow_shares[static_cast<std::size_t>(i)]);
    pair(22 + i, 21 - i, x, at.brow_y(x) + 0.35f * at.brow_thickness(x), 0);
  }
  const V3 tip = at.nose_tip;
  for (int i = 0; i < 4; ++i)
    anchors_[static_cast<std::size_t>(27 + i)] =
        in_front(0, mix(at.eye.y + 2.5f, tip.y - 2.5f, static_cast<float>(i) / 3), 0);
  const float wing = at.nose_wing.x + 1.8f;
  pair(35, 31, wing, at.nose_base_y + 2.2f, 0);
  pair(34, 32, wing * 0.52f, at.nose_base_y + 0.2f, 0);
  anchors_[33] = in_front(0, at.nose_base_y - 1.4f, 0);
  const float m = at.mouth_half, y = at.mouth_y;
  pair(54, 48, m - 0.5f, y, 1);
  pair(53, 49, m * 0.62f, y + at.lip_edge(m * 0.62f, true), 1);
  pair(52, 50, m * 0.25f, y + at.lip_edge(m * 0.25f, true), 1);
  anchors_[51] = in_front(0, y + at.lip_edge(0, true), 1);
  pair(55, 59, m * 0.66f, y - at.lip_edge(m * 0.66f, false), -1);
  pair(56, 58, m * 0.30f, y - at.lip_edge(m * 0.30f, false), -1);
  anchors_[57] = in_front(0, y - at.lip_edge(0, false), -1);
  pair(64, 60, m - 4, y, 1);
  pair(63, 61, m * 0.27f, y, 1);
  anchors_[62] = in_front(0, y, 1);
  pair(65, 67, m * 0.27f, y, -1);
  anchors_[66] = in_front(0, y, -1);
  // Eyes are followed along the lids (lid_point), which slide over the skin's resting surface.
}

V3 LandmarkSet::lid_point(int side, float u, bool upper, const Performance& play) const {
  const float v = at_.lid_edge(u, upper, at_.lid_state(play, side));
  const float x = (side == 0 ? -1.0f : 1.0f) * (at_.eye.x + u), y = at_.eye.y + v;
  const float z = cast_inward([&](V3 p) { return field_.skin(p); }, {x, y, -60}, {0, 0, 1}, 110) - 60;
  return {x, y, z};
}

std::array<V3, 68> LandmarkSet::place(const Expression& expression, const HeadPlacement& placement,
                                      const Performance& play) const {
  std::array<V3, 68> out;
  for (std::size_t i = 0; i < 68; ++i)
    out[i] = placement.head(expression.skin(anchors_[i].rest, anchors_[i].below_seam));
  const float h = at_.eye_half;
  // iBUG order runs 36 outer .. 39 inner over the top at image left, 42 inner .. 45 outer at image right.
  const auto lid = [&](int side, float u, bool upper) {
    return placement.head(expression.skin(lid_point(side, u, upper, play), false));
  };
  const std::array<std::pair<float, bool>, 6> left{
      {{h, true}, {h * 0.36f, true}, {-h * 0.36f, true}, {-h, true}, {-h * 0.36f, false}, {h * 0.36f, false}}};
  const std::array<std::pair<float, bool>, 6> right{
      {{-h, true}, {-h * 0.36f, true}, {h * 0.36f, true}, {h, true}, {h * 0.36f, false}, {-h * 0.36f, false}}};
  for (std::size_t i = 0; i < 6; ++i) {
    out[36 + i] = lid(0, left[i].first, left[i].second);
    out[42 + i] = lid(1, right[i].first, right[i].second);
  }
  return out;
}

}  // namespace understudy::synthetic
