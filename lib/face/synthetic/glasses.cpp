// SPDX-License-Identifier: Apache-2.0
// Spectacles: two lenses in a slightly bowed plane before the eyes, their rims, the bridge and the arms to the ears.
#include "lib/face/synthetic/parts.hpp"

namespace understudy::synthetic {

namespace {

// How a shape's outline departs from a circle: half sides in mm, the superellipse's power, how much narrower it is
// below and at the nose's side, and how far the outer upper corner is drawn up.
struct Outline {
  float half_width, half_height, power, taper, sweep;
};
Outline outline_of(GlassesShape shape) {
  switch (shape) {
    case GlassesShape::round:
      return {22.5f, 21.5f, 2.0f, 0, 0};
    case GlassesShape::oval:
      return {25.0f, 17.0f, 2.3f, 0.03f, 0};
    case GlassesShape::square:
      return {26.0f, 19.0f, 4.5f, 0.04f, 0};
    case GlassesShape::pilot:
      return {27.5f, 22.5f, 2.8f, 0.20f, 0};
    case GlassesShape::cat_eye:
      return {26.5f, 18.0f, 2.8f, 0.10f, 4.5f};
    case GlassesShape::half_rim:
    case GlassesShape::none:
      break;
  }
  return {25.5f, 16.0f, 3.5f, 0.05f, 0};
}

class Spectacles {
 public:
  Spectacles(const Identity& id, const HeadField& field, const Anatomy& at)
      : look_(id.glasses), shape_(outline_of(look_.shape)) {
    const float larger = 1 + 0.12f * look_.size;
    shape_.half_width *= larger, shape_.half_height *= larger;
    middle_ = {std::max(at.eye.x + 1.5f, shape_.half_width + 7.0f), at.eye.y - 2.5f, 0};
    // As near as the face allows: nothing of the skin may stand through.
    for (int i = 0; i < 24; ++i) {
      const V3 p = at_angle(2 * pi * static_cast<float>(i) / 24, 1);
      const float skin = cast_inward([&](V3 q) { return field.skin(q); }, {p.x, p.y, -60}, {0, 0, 1}, 110) - 60;
      if (p.x > 16) depth_ = std::max(depth_, skin + 1.5f + bow(p));
    }
    const V3 bridge{0, middle_.y + 4, 0};
    bridge_z_ = cast_inward([&](V3 q) { return field.skin(q); }, {0, bridge.y, -60}, {0, 0, 1}, 110) - 60;
    depth_ = std::clamp(std::max(depth_, bridge_z_ + 1), 8.0f, 24.0f);
  }

  // Around the image-right lens: 0 is the outer side, a quarter is the top; scale 1 is the rim.
  V3 at_angle(float angle, float scale) const {
    const float c = std::cos(angle), s = std::sin(angle);
    const auto bulge = [&](float t) { return std::copysign(std::pow(std::abs(t), 2 / shape_.power), t); };
    float x = shape_.half_width * bulge(c), y = shape_.half_height * bulge(s);
    const float low = ramp(0.3f, -1, s);
    x *= 1 - shape_.taper * 2 * low * (c < 0 ? 1.3f : 0.6f);
    y += shape_.sweep * ramp(0, 1, c) * ramp(-0.2f, 0.7f, s);
    const V3 p = V3{middle_.x + x * scale, middle_.y + y * scale, 0};
    return {p.x, p.y, depth_ - bow(p)};
  }

  // How far the plane of the lenses lies back at a point: bowed, and tilted as lenses are.
  float bow(V3 p) const { return p.x * p.x / 420 - 0.08f * (p.y - middle_.y); }

  // A rod along a path of points; square-ish bars stand as high as `tall` says.
  Mesh sweep(const std::vector<V3>& path, bool closed, float thick, float tall) const {
    Mesh mesh;
    mesh.material = Material::frame;
    const int n = static_cast<int>(path.size()), around = 10;
    for (int i = 0; i < n; ++i) {
      const V3 before = path[static_cast<std::size_t>(closed ? (i + n - 2) % (n - 1) : std::max(0, i - 1))];
      const V3 after = path[static_cast<std::size_t>(closed ? (i + 1) % (n - 1) : std::min(n - 1, i + 1))];
      const V3 along = normalised(after - before);
      V3 side = cross(along, V3{0, 0, 1});
      if (length(side) < 0.3f) side = {0, 1, 0};  // an arm running backwards stands upright
      side = normalised(side);
      const V3 front = cross(side, along);
      for (int k = 0; k <= around; ++k) {
        const float a = 2 * pi * static_cast<float>(k) / around;
        mesh.rest.push_back(path[static_cast<std::size_t>(i)] + side * (tall * std::cos(a)) +
                            front * (thick * std::sin(a)));
      }
    }
    mesh.two_sided = true;
    close_grid(mesh, n - 1, around);
    return mesh;
  }

  void add(std::vector<Mesh>& out, float sign) const {
    const float r = 0.55f + 1.35f * look_.thickness;
    const bool half = look_.shape == GlassesShape::half_rim;
    std::vector<V3> rim, arm;
    const int steps = 56;
    const float from = half ? -0.1f * pi : 0, span = half ? 1.2f * pi : 2 * pi;
    for (int i = 0; i <= steps; ++i) rim.push_back(at_angle(from + span * static_cast<float>(i) / steps, 1));
    const V3 hinge = at_angle(0.12f * pi, 1);
    arm = {hinge,           hinge + V3{3, 0.5f, -4}, V3{70, hinge.y - 1, -22}, V3{77, hinge.y - 4, -50},
           V3{79, 32, -72}, V3{78, 22, -84}};
    for (auto* path : {&rim, &arm})
      for (V3& p : *path) p.x *= sign;
    out.push_back(sweep(rim, !half, r * 1.1f, r));
    out.push_back(sweep(arm, false, std::max(0.9f, 0.8f * r), std::max(1.0f, 1.5f * r)));
  }

  Mesh bridge() const {
    std::vector<V3> path;
    const V3 root = at_angle(0.86f * pi, 1);
    for (int i = 0; i <= 12; ++i) {
      const float t = static_cast<float>(i) / 6 - 1;
      path.push_back(
          {root.x * t, root.y + 2.5f * (1 - t * t), mix(root.z, std::max(root.z, bridge_z_ + 2.5f), 1 - t * t)});
    }
    const float r = 0.55f + 1.2f * look_.thickness;
    return sweep(path, false, r, r);
  }

  Mesh lens(float sign) const {
    Mesh mesh;
    mesh.material = Material::lens;
    const int rings = 6, steps = 40;
    for (int i = 0; i <= rings; ++i) {
      for (int k = 0; k <= steps; ++k) {
        const float scale = static_cast<float>(i) / rings;
        V3 p = at_angle(2 * pi * static_cast<float>(k) / steps, scale);
        p.z += 1.2f * (1 - scale * scale) - 0.4f;
        mesh.rest.push_back({sign * p.x, p.y, p.z});
      }
    }
    mesh.two_sided = true;
    mesh.casts_shadow = false;
    close_grid(mesh, rings, steps);
    return mesh;
  }

 private:
  Glasses look_;
  Outline shape_;
  V3 middle_;
  float depth_ = 0, bridge_z_ = 0;
};

}  // namespace

std::vector<Mesh> make_glasses(const Identity& id, const HeadField& field, const Anatomy& at) {
  std::vector<Mesh> out;
  if (id.glasses.shape == GlassesShape::none) return out;
  const Spectacles spectacles(id, field, at);
  for (float sign : {-1.0f, 1.0f}) spectacles.add(out, sign);
  out.push_back(spectacles.bridge());
  for (float sign : {-1.0f, 1.0f}) out.push_back(spectacles.lens(sign));
  return out;
}

}  // namespace understudy::synthetic
