// SPDX-License-Identifier: Apache-2.0
// Casting the skin from the field, and the fine relief (lips, folds) that is laid upon it.
#include "lib/face/synthetic/mesh.hpp"
#include "lib/face/synthetic/noise.hpp"

namespace understudy::synthetic {

namespace {

constexpr float axis_z = -60, axis_top = 85, axis_bottom = -50;

struct Ray {
  V3 origin, direction;
};

// Rows 0..: crown fan, level rays down the face, fan under the chin. Level rays see the nose's underside edge on, as a
// camera in front does; a fan from one point would fold there.
struct Row {
  float y = 0;           // of the ray's origin
  float slope = 0;       // angle above the horizon
  std::int8_t part = 0;  // 1, 2: inner side of the upper lip; -1, -2: of the lower; else 0
  bool below_seam = false;
};

std::vector<Row> make_rows(float mouth_y, float step, int& seam_upper, int& seam_lower) {
  std::vector<Row> rows;
  const int fan = std::max(12, static_cast<int>(38 / step));
  for (int i = 0; i < fan; ++i)
    rows.push_back({axis_top, pi / 2 * (1 - static_cast<float>(i) / static_cast<float>(fan))});
  const int upper = static_cast<int>((axis_top - mouth_y) / step);
  for (int i = 0; i <= upper; ++i)
    rows.push_back({mix(axis_top, mouth_y, static_cast<float>(i) / static_cast<float>(upper)), 0});
  seam_upper = static_cast<int>(rows.size()) - 1;
  rows.push_back({mouth_y, 0, 1});
  rows.push_back({mouth_y, 0, 2});
  rows.push_back({mouth_y, 0, -2, true});
  rows.push_back({mouth_y, 0, -1, true});
  seam_lower = static_cast<int>(rows.size());
  const int lower = static_cast<int>((mouth_y - axis_bottom) / step);
  for (int i = 0; i <= lower; ++i)
    rows.push_back({mix(mouth_y, axis_bottom, static_cast<float>(i) / static_cast<float>(lower)), 0, 0, true});
  for (int i = 1; i <= fan; ++i)
    rows.push_back({axis_bottom, -pi / 2 * static_cast<float>(i) / static_cast<float>(fan) * 0.97f, 0, true});
  return rows;
}

// Azimuths, dense in front.
std::vector<float> make_columns(float step) {
  std::vector<float> half;
  const float front = 1.25f, fine = step / 78.0f, coarse = step * 0.05f;
  float a = 0;
  while (a < pi - coarse * 0.5f) {
    half.push_back(a);
    a += a < front ? fine : std::min(coarse, fine + (a - front) * 0.25f);
  }
  std::vector<float> all;
  for (std::size_t i = half.size(); i-- > 1;) all.push_back(-half[i]);
  for (float h : half) all.push_back(h);
  all.push_back(pi);
  all.insert(all.begin(), -pi);
  return all;
}

// Hair is shaded by its strands, not by the ripples of its volume.
void blur_normals(Mesh& mesh, int stride) {
  for (int pass = 0; pass < 6; ++pass) {
    const auto before = mesh.normal;
    for (std::size_t i = static_cast<std::size_t>(stride) + 1; i + static_cast<std::size_t>(stride) + 1 < before.size();
         ++i) {
      const auto s = static_cast<std::size_t>(stride);
      mesh.normal[i] = normalised(before[i] * 2.0f + before[i - 1] + before[i + 1] + before[i - s] + before[i + s]);
    }
  }
}

// Lips and folds laid upon the cast surface.
V3 relief(V3 p, const Identity& id, const Anatomy& at, bool below) {
  if (p.z < -35) return {};
  const float ax = std::abs(p.x), s = p.y - at.mouth_y;
  V3 d;
  const float inner = ramp(at.mouth_half + 3, at.mouth_half - 9, ax);
  if (!below) {
    const float q = s / std::max(at.lip_edge(ax, true), 0.5f);
    const float full = 2.4f + 0.9f * id.upper_lip;
    if (q < 1.5f) d.z += full * inner * std::sin(pi * std::pow(clamp01(q / 1.5f), 0.65f));
    d.z += 0.9f * inner * bell(q - 1.0f, 0.22f);  // the ridge along the red's border
    d.z -= 1.3f * bell(p.x, 2.8f) * ramp(at.mouth_y + 6, at.mouth_y + 10, p.y) *
           ramp(at.nose_base_y + 1, at.nose_base_y - 4, p.y);
  } else {
    const float q = -s / std::max(at.lip_edge(ax, false), 0.5f);
    const float full = 3.4f + 1.0f * id.lower_lip;
    if (q < 1.4f) d.z += full * inner * std::sin(pi * std::pow(clamp01(q / 1.4f), 0.6f));
    d.z -= 2.8f * bell(s + at.lip_low + 6.5f, 5.0f) * bell(ax, 22);
  }
  d.z -= 1.6f * inner * bell(s, 1.3f) + 1.5f * bell(std::hypot(ax - at.mouth_half - 0.5f, s), 3.2f);
  // The seam is a shallow bow: the middle hangs, the corners turn slightly down.
  d.y += (-0.9f * bell(ax, 5) + 0.7f * bell(ax - 12, 7)) * bell(s, 7) * inner;
  return d;
}

float occlusion_at(const HeadField& field, V3 p, V3 n) {
  float open = 1;
  constexpr std::array<float, 4> reach{3, 7, 14, 24};
  for (float r : reach) open -= 0.32f * std::max(0.0f, r - field.skin(p + n * r)) / r * (r < 10 ? 1.0f : 0.8f);
  return std::clamp(open, 0.12f, 1.0f);
}

void join(HeadMesh& head, const Anatomy& at, const std::vector<Row>& rows) {
  std::vector<std::array<std::uint32_t, 3>> plain, cut;
  for (int r = 0; r + 1 < head.rows; ++r) {
    for (int c = 0; c + 1 < head.columns; ++c) {
      const auto a = head.index(r, c), b = head.index(r, c + 1), e = head.index(r + 1, c), f = head.index(r + 1, c + 1);
      const V3 p = head.mesh.rest[a];
      if (rows[static_cast<std::size_t>(r)].part == 2 && std::abs(p.x) < at.mouth_half && p.z > -20) continue;
      const bool near_eye =
          p.z > -25 && std::abs(std::abs(p.x) - at.eye.x) < at.eye_half + 4 && std::abs(p.y - at.eye.y) < 13;
      auto& list = near_eye ? cut : plain;
      list.push_back({a, e, b});
      list.push_back({b, e, f});
    }
  }
  head.mesh.triangles = std::move(plain);
  head.mesh.first_cut = static_cast<std::uint32_t>(head.mesh.triangles.size());
  head.mesh.triangles.insert(head.mesh.triangles.end(), cut.begin(), cut.end());
}

}  // namespace

void compute_normals(Mesh& mesh) {
  mesh.normal.assign(mesh.place.size(), V3{});
  for (const auto& t : mesh.triangles) {
    const V3 n = cross(mesh.place[t[1]] - mesh.place[t[0]], mesh.place[t[2]] - mesh.place[t[0]]);
    for (auto i : t) mesh.normal[i] += n;
  }
  for (V3& n : mesh.normal) n = normalised(n);
}

void close_grid(Mesh& mesh, int rows, int columns) {
  const auto stride = static_cast<std::uint32_t>(columns) + 1;
  for (std::uint32_t r = 0; r < static_cast<std::uint32_t>(rows); ++r) {
    for (std::uint32_t c = 0; c + 1 < stride; ++c) {
      const std::uint32_t a = r * stride + c;
      mesh.triangles.push_back({a, a + stride, a + 1});
      mesh.triangles.push_back({a + 1, a + stride, a + stride + 1});
    }
  }
  mesh.place = mesh.rest;
  compute_normals(mesh);
}

void heal_seam(HeadMesh& head) {
  for (int c = 0; c < head.columns; ++c) {
    const V3 gap =
        head.mesh.rest[head.index(head.seam_upper + 2, c)] - head.mesh.rest[head.index(head.seam_lower - 2, c)];
    const float whole = ramp(2.0f, 0.0f, length(gap));
    if (whole <= 0) continue;
    // The rows between have next to no area and so no normal worth the name.
    const V3 sum =
        normalised(head.mesh.normal[head.index(head.seam_upper, c)] + head.mesh.normal[head.index(head.seam_lower, c)]);
    for (int r = head.seam_upper; r <= head.seam_lower; ++r) {
      V3& n = head.mesh.normal[head.index(r, c)];
      n = normalised(mix(n, sum, whole));
    }
  }
}

HeadMesh cast_head(const HeadField& field, const Identity& id, const Anatomy& at, float detail) {
  const float step = 0.95f / detail;
  HeadMesh head;
  const auto rows = make_rows(at.mouth_y, step, head.seam_upper, head.seam_lower);
  const auto columns = make_columns(step);
  head.rows = static_cast<int>(rows.size());
  head.columns = static_cast<int>(columns.size());
  auto& mesh = head.mesh;
  mesh.rest.resize(rows.size() * columns.size());
  head.directions.resize(mesh.rest.size());
  const auto skin = [&](V3 p) { return field.skin(p); };
  std::vector<float> start(columns.size(), 190);
  for (int r = 0; r < head.rows; ++r) {
    const Row& row = rows[static_cast<std::size_t>(r)];
    for (int c = 0; c < head.columns; ++c) {
      const auto i = head.index(r, c);
      const float a = columns[static_cast<std::size_t>(c)];
      const V3 direction{std::sin(a) * std::cos(row.slope), std::sin(row.slope), std::cos(a) * std::cos(row.slope)};
      const V3 origin{0, row.y, axis_z};
      float& t = start[static_cast<std::size_t>(c)];
      t = cast_inward(skin, origin, direction, t + 5);
      V3 p = origin + direction * t;
      p += relief(p, id, at, row.below_seam);
      // The inner sides of the lips roll back into the mouth, and vanish at its corners.
      const float roll = ramp(at.mouth_half, at.mouth_half - 5, std::abs(p.x)) * (std::abs(a) < 1 ? 1.0f : 0.0f);
      if (row.part != 0) {
        const float up = row.part > 0 ? 1.0f : -1.0f;
        p += (std::abs(row.part) == 1 ? V3{0, up * 1.2f, -2.5f} : V3{0, up * 3.5f, -8.5f}) * roll;
      }
      mesh.rest[i] = p;
      head.directions[i] = direction;
    }
    head.moves_with_jaw.push_back(row.below_seam ? 1 : 0);
  }
  join(head, at, rows);
  mesh.place = mesh.rest;
  compute_normals(mesh);
  heal_seam(head);
  mesh.occlusion.resize(mesh.rest.size());
  for (std::size_t i = 0; i < mesh.rest.size(); ++i)
    mesh.occlusion[i] = occlusion_at(field, mesh.rest[i], mesh.normal[i]);
  return head;
}

std::uint32_t HeadMesh::nearest(V3 point, int side) const {
  float best = 1e30f;
  std::uint32_t found = 0;
  for (int r = 0; r < rows; ++r) {
    const bool below = moves_with_jaw[static_cast<std::size_t>(r)] != 0;
    if ((side > 0 && below) || (side < 0 && !below)) continue;
    if (r > seam_upper && r < seam_lower) continue;
    for (int c = 0; c < columns; ++c) {
      const V3 d = mesh.rest[index(r, c)] - point;
      const float distance = dot(d, d);
      if (distance < best) best = distance, found = index(r, c);
    }
  }
  return found;
}

void soften_normals(HeadMesh& head) {
  auto& mesh = head.mesh;
  mesh.soft_normal = mesh.normal;
  std::vector<V3> line;
  const int reach = 4;
  for (int pass = 0; pass < 2; ++pass) {
    const bool across = pass == 0;
    const int lines = across ? head.rows : head.columns, count = across ? head.columns : head.rows;
    for (int l = 0; l < lines; ++l) {
      line.resize(static_cast<std::size_t>(count) + 1);
      line[0] = {};
      const auto at = [&](int i) { return across ? head.index(l, i) : head.index(i, l); };
      for (int i = 0; i < count; ++i)
        line[static_cast<std::size_t>(i) + 1] = line[static_cast<std::size_t>(i)] + mesh.soft_normal[at(i)];
      for (int i = 0; i < count; ++i) {
        const int from = std::max(0, i - reach), to = std::min(count, i + reach + 1);
        mesh.soft_normal[at(i)] = normalised(line[static_cast<std::size_t>(to)] - line[static_cast<std::size_t>(from)]);
      }
    }
  }
}

Mesh cast_hair(const HeadField& field, const Identity& id, float detail) {
  Mesh mesh;
  mesh.material = Material::hair;
  if (id.hair_style == HairStyle::bald) return mesh;
  const float bottom = id.hair_style == HairStyle::bob         ? -95.0f
                       : id.hair_style == HairStyle::long_hair ? -200.0f
                                                               : -50.0f;
  const float step = 1.7f / detail;
  const int fan = static_cast<int>(70 / step), level = static_cast<int>((axis_top - bottom) / step);
  const int columns = static_cast<int>(500 / step);
  const auto volume = [&](V3 p) { return field.hair(p); };
  std::vector<float> start(static_cast<std::size_t>(columns) + 1, 200);
  for (int r = 0; r <= fan + level; ++r) {
    const float slope = r < fan ? pi / 2 * (1 - static_cast<float>(r) / static_cast<float>(fan)) : 0;
    const float y = r < fan ? axis_top : mix(axis_top, bottom, static_cast<float>(r - fan) / static_cast<float>(level));
    for (int c = 0; c <= columns; ++c) {
      const float a = -pi + 2 * pi * static_cast<float>(c) / static_cast<float>(columns);
      const V3 direction{std::sin(a) * std::cos(slope), std::sin(slope), std::cos(a) * std::cos(slope)};
      const V3 origin{0, y, axis_z};
      float& t = start[static_cast<std::size_t>(c)];
      t = cast_inward(volume, origin, direction, t + 15);
      mesh.rest.push_back(origin + direction * t);
    }
  }
  close_grid(mesh, fan + level, columns);
  blur_normals(mesh, columns + 1);
  return mesh;
}

}  // namespace understudy::synthetic
