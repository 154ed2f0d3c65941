// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/parts.hpp"

namespace understudy::synthetic {

namespace {

// A grid of rows x columns points given by point(v, u), v and u in 0..1; facing the side where u to the right and v
// downwards run as seen from outside.
template <class PointOf>
Mesh grid(Material material, int rows, int columns, PointOf&& point) {
  Mesh mesh;
  mesh.material = material;
  for (int r = 0; r <= rows; ++r) {
    for (int c = 0; c <= columns; ++c)
      mesh.rest.push_back(
          point(static_cast<float>(r) / static_cast<float>(rows), static_cast<float>(c) / static_cast<float>(columns)));
  }
  close_grid(mesh, rows, columns);
  return mesh;
}

// A rod with round ends from a to b.
Mesh rod(Material material, V3 a, V3 b, float ra, float rb) {
  const V3 axis = normalised(b - a);
  const V3 side = normalised(cross(axis, std::abs(axis.y) < 0.9f ? V3{0, 1, 0} : V3{1, 0, 0}));
  const V3 other = cross(axis, side);
  return grid(material, 26, 28, [&](float v, float u) {
    const float angle = 2 * pi * u;
    // v: first quarter the cap at b, middle the rod, last quarter the cap at a.
    float along, radius;
    V3 base;
    if (v < 0.25f)
      base = b, along = rb * std::cos(v * 2 * pi), radius = rb * std::sin(v * 2 * pi);
    else if (v > 0.75f)
      base = a, along = -ra * std::sin((v - 0.75f) * 2 * pi), radius = ra * std::cos((v - 0.75f) * 2 * pi);
    else
      base = mix(b, a, (v - 0.25f) * 2), along = 0, radius = mix(rb, ra, (v - 0.25f) * 2);
    return base + axis * along + (side * std::cos(angle) + other * std::sin(angle)) * radius;
  });
}

}  // namespace

Mesh make_eye(const Anatomy& at, int side) {
  Mesh mesh = grid(Material::eye, 22, 22, [&](float v, float u) {
    const float latitude = (0.5f - v) * 2.2f, longitude = (u - 0.5f) * 2.4f;
    return V3{std::sin(longitude) * std::cos(latitude), std::sin(latitude), std::cos(longitude) * std::cos(latitude)} *
           at.eyeball;
  });
  mesh.extra.assign(mesh.rest.size(), static_cast<float>(side));
  mesh.casts_shadow = false;
  return mesh;
}

Mesh make_eye_lining(const Anatomy& at, int side) {
  Mesh mesh = grid(Material::eye, 12, 24, [&](float v, float u) {
    const float x = (2 * u - 1) * 0.98f, y = (1 - 2 * v) * 0.98f * std::sqrt(1 - x * x);
    return V3{x * (at.eye_half + 5), y * 12, 9 * std::sqrt(std::max(0.0f, 1 - x * x - y * y)) + 1};
  });
  mesh.extra.assign(mesh.rest.size(), static_cast<float>(side));
  mesh.fills_gaps = true;
  mesh.casts_shadow = false;
  return mesh;
}

Mesh make_teeth(const Anatomy& at, float lip_z, bool upper) {
  const float top = upper ? at.mouth_y + 6.0f : at.mouth_y - 3.2f;
  Mesh mesh = grid(Material::teeth, 8, 40, [&](float v, float u) {
    const float x = (u - 0.5f) * 50;
    const float arc = lip_z - 6.5f - x * x / 44 - (upper ? 0.0f : 1.5f);
    const float edge = upper ? std::pow(v, 3.0f) * (x * x / 400) : 0;  // the row of edges rises towards the sides
    return V3{x, top - (upper ? 10.2f : 11.0f) * v + edge, arc + 1.2f * std::sin(pi * v)};
  });
  mesh.extra.assign(mesh.rest.size(), upper ? 1.0f : 0.0f);
  mesh.casts_shadow = false;
  return mesh;
}

Mesh make_mouth(const Anatomy& at, float lip_z) {
  Mesh mesh = grid(Material::mouth, 10, 28, [&](float v, float u) {
    const float angle = 2 * pi * u, open = std::sqrt(std::max(0.0f, 1 - v * v));
    return V3{std::cos(angle) * 24 * open, at.mouth_y - 5 + std::sin(angle) * 16 * open, lip_z - 9 - 34 * v};
  });
  mesh.two_sided = true;
  mesh.casts_shadow = false;
  return mesh;
}

Mesh make_cheeks(const Anatomy& at, float lip_z) {
  Mesh mesh = grid(Material::mouth, 4, 32, [&](float v, float u) {
    const float angle = 2 * pi * u, x = std::cos(angle) * mix(23.5f, 38, v);
    return V3{x, at.mouth_y - 5 + std::sin(angle) * mix(15.5f, 24, v), lip_z - 9.2f - x * x / 110 - 3 * v};
  });
  mesh.two_sided = true;
  mesh.fills_gaps = true;
  mesh.casts_shadow = false;
  return mesh;
}

Mesh make_tongue(const Anatomy& at, float lip_z) {
  Mesh mesh = grid(Material::mouth, 14, 24, [&](float v, float u) {
    const float latitude = (0.5f - v) * pi, longitude = 2 * pi * u;
    return V3{0, at.mouth_y - 11.5f, lip_z - 27} + V3{18 * std::sin(longitude) * std::cos(latitude),
                                                      6.5f * std::sin(latitude),
                                                      18 * std::cos(longitude) * std::cos(latitude)};
  });
  mesh.extra.assign(mesh.rest.size(), 1.0f);
  mesh.casts_shadow = false;
  return mesh;
}

Mesh make_ear(const Identity& id, const HeadField& field, int side) {
  const float sign = side == 0 ? -1.0f : 1.0f, size = 1 + 0.15f * id.ear_size;
  // Where the head's side is: the ear leans with it.
  const auto side_at = [&](float y, float z) {
    return cast_inward([&](V3 p) { return field.skull(p); }, {0, y, z}, {1, 0, 0}, 110);
  };
  const float middle = side_at(19, -74);
  Mesh mesh = grid(Material::ear, 26, 48, [&](float v, float u) {
    // v: 0 at the ear canal, 1 at the rim, then round to the back. u: around.
    const float angle = 2 * pi * u;
    const float lobe = ramp(-0.2f, -1, std::sin(angle));
    const float outline_x = std::cos(angle) * mix(16.0f, 12.0f, lobe),
                outline_y =
                    std::copysign(std::pow(std::abs(std::sin(angle)), 0.85f), std::sin(angle)) * mix(29.0f, 25, lobe);
    const float r = std::min(v / 0.8f, 1.0f), behind = std::max(0.0f, v - 0.8f) / 0.2f;
    const float shrink = r * (1 - 0.25f * behind);
    // Profile from the canal outwards: bowl, inner ridge, groove, rolled rim.
    const float rim = (1 - 0.8f * lobe);
    float height = 2 + 5 * r * r +
                   rim * (3.2f * bell(r - 0.93f, 0.10f) + 2.2f * bell(r - 0.62f, 0.12f) - 5.5f * bell(r - 0.2f, 0.25f));
    height -= 5.0f * behind;
    const float front = ramp(6, -14, outline_x * shrink);  // the front edge lies on the head
    height *= mix(1.0f, 0.25f, front);
    const float z = -76 - outline_x * shrink * size, y = 19 + outline_y * shrink * size;
    // Top and lobe curve in towards the head.
    const float tip = shrink * std::abs(std::sin(angle));
    height *= 1 - 0.55f * tip * tip * tip;
    const float flare = 0.22f * (outline_x * shrink + 8) - 4 * tip * tip * tip;
    const float side_here = side_at(y, std::clamp(z, -76.0f, -58.0f));
    const float root = mix(middle, std::min(side_here, middle + 1), mix(0.75f, 1.0f, front));
    return V3{sign * (root - 2 + height + flare - 3 * front), y, z + 0.12f * (y - 19)};
  });
  if (side == 0)
    for (auto& t : mesh.triangles) std::swap(t[1], t[2]);
  mesh.two_sided = true;
  compute_normals(mesh);
  // Normals outwards, whichever way the grid ran.
  const float facing = mesh.normal[mesh.normal.size() / 3].x * sign;
  if (facing < 0) {
    for (auto& t : mesh.triangles) std::swap(t[1], t[2]);
    compute_normals(mesh);
  }
  mesh.occlusion.resize(mesh.rest.size());
  for (std::size_t i = 0; i < mesh.rest.size(); ++i) {
    const float r = std::min(static_cast<float>(i / 49) / 26 / 0.8f, 1.0f);
    mesh.occlusion[i] = clamp01(0.35f + 0.75f * r - 0.25f * bell(r - 0.78f, 0.07f));
  }
  return mesh;
}

Mesh make_body(const Identity& id) {
  const float thick = 1 + 0.12f * id.neck_width;
  return grid(Material::body, 60, 72, [&](float v, float u) {
    const float angle = 2 * pi * (u - 0.5f), y = mix(15, -420, v);
    // Neck, then the slope of the shoulders, then the chest.
    const float slope = ramp(-88, -150, y), chest = ramp(-122, -205, y);
    const float half = mix(54 * thick, 92, slope) + 118 * chest;
    const float deep = mix(55 * thick, 66, slope) + 34 * chest;
    const float back = mix(-86, -80, slope);
    const float top = mix(0.62f, 1.0f, ramp(15, -48, y));  // tucked into the head
    const float power = mix(1.0f, 0.8f, chest);
    const float s = std::sin(angle), c = std::cos(angle);
    const auto rounded = [&](float t) { return std::copysign(std::pow(std::abs(t), power), t); };
    const float front = c > 0 ? 1.0f : 0.9f;
    return V3{half * top * rounded(s), y - 14 * chest * std::abs(s), back + deep * top * rounded(c) * front};
  });
}

std::vector<Mesh> make_occluder(const Performance& play, int width, int height) {
  std::vector<Mesh> out;
  if (play.occluder == OccluderKind::none) return out;
  const Camera camera = camera_for(width, height, play.lens);
  const float mm = camera.distance / camera.focal * static_cast<float>(width);
  const float a = static_cast<float>(play.occluder_angle) * pi / 180, c = std::cos(a), s = std::sin(a);
  const float depth = 115, closer = (camera.distance - depth) / camera.distance;
  const V3 middle{static_cast<float>(play.occluder_x) * mm * closer, -static_cast<float>(play.occluder_y) * mm * closer,
                  depth};
  const auto at = [&](float x, float y, float z) { return middle + V3{c * x + s * y, -s * x + c * y, z}; };
  if (play.occluder == OccluderKind::bar) {
    out.push_back(rod(Material::bar, at(-420, 0, 0), at(420, 0, 0), 11, 11));
    return out;
  }
  if (play.occluder == OccluderKind::microphone) {
    out.push_back(rod(Material::bar, at(0, -420, 10), at(0, -18, 0), 12, 14));
    out.push_back(rod(Material::bar, at(0, -12, 0), at(0, 14, 0), 27, 27));
    return out;
  }
  if (play.occluder == OccluderKind::cup) {
    out.push_back(rod(Material::bar, at(0, -45, 0), at(0, 38, 0), 33, 40));
    for (int i = 0; i < 4; ++i) {  // held from the right
      const float y = 22.0f - 19 * static_cast<float>(i);
      out.push_back(rod(Material::hand, at(66, y - 8, -14), at(8, y, 40), 10.5f, 9));
      out.push_back(rod(Material::hand, at(8, y, 40), at(-26, y + 1, 33), 9, 8));
    }
    out.push_back(rod(Material::hand, at(80, -30, -20), at(180, -260, -30), 34, 38));
    return out;
  }
  // A hand seen from its back: palm of two broad rods, four fingers of two joints, a thumb, a sleeve-side forearm.
  out.push_back(rod(Material::hand, at(0, -260, 14), at(0, -62, 2), 30, 25));
  out.push_back(grid(Material::hand, 28, 36, [&](float v, float u) {
    const float latitude = (0.5f - v) * pi, longitude = 2 * pi * u;
    const auto broad = [](float t) { return std::copysign(std::pow(std::abs(t), 0.72f), t); };
    return at(41 * broad(std::sin(longitude)) * broad(std::cos(latitude)), -14 + 56 * broad(std::sin(latitude)),
              17 * std::cos(longitude) * std::cos(latitude));
  }));
  for (int i = 0; i < 4; ++i) {
    const float x = (static_cast<float>(i) - 1.5f) * 18.5f;
    out.push_back(rod(Material::hand, at(x * 0.66f, -46, 3), at(x, 30, 2), 12, 11.0f));
    const float reach = 40.0f + 9.0f * (i == 1 || i == 2 ? 1.0f : 0.0f) - (i == 3 ? 12.0f : 0.0f);
    out.push_back(rod(Material::hand, at(x, 30, 2), at(x * 1.16f, 30 + reach, 0), 9.8f, 8.6f));
    out.push_back(rod(Material::hand, at(x * 1.16f, 30 + reach, 0), at(x * 1.22f, 30 + reach * 1.75f, -6), 8.6f, 7.2f));
  }
  out.push_back(rod(Material::hand, at(-26, -38, 2), at(-52, 4, 6), 14, 11));
  out.push_back(rod(Material::hand, at(-52, 4, 6), at(-60, 40, 2), 10.5f, 8.5f));
  return out;
}

}  // namespace understudy::synthetic
