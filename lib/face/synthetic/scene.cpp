// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/scene.hpp"

#include "lib/face/synthetic/paint.hpp"
#include "lib/face/synthetic/raster.hpp"

namespace understudy::synthetic {

namespace {

float lip_depth(const HeadMesh& head, const Anatomy& at) {
  return head.mesh.rest[head.nearest({0, at.mouth_y, 20}, 1)].z;
}

// Shells of hair, each a little farther out; extra holds 0 (root) .. 1 (tip).
Mesh grow_shells(const Actor::Model& model, const HeadPlacement& placement, int shells) {
  const Mesh& base = model.hair;
  Mesh out;
  out.material = Material::hair;
  out.two_sided = model.id.hair_style == HairStyle::long_hair;  // the back is seen between face and curtain
  const std::size_t n = base.rest.size();
  const float reach = model.id.hair_style == HairStyle::cropped ? 4.0f : 5.0f;
  for (int k = 0; k < shells; ++k) {
    const float t = shells > 1 ? static_cast<float>(k) / static_cast<float>(shells - 1) : 0;
    const auto offset = static_cast<std::uint32_t>(out.rest.size());
    for (std::size_t i = 0; i < n; ++i) {
      const float grown = ramp(-1, 8, model.hair_height[i]);
      out.place.push_back(
          placement.head(base.rest[i] + base.normal[i] * (reach * t * grown) + V3{0, -1.5f * t * t, 0}));
      out.extra.push_back(t);
    }
    out.rest.insert(out.rest.end(), base.rest.begin(), base.rest.end());
    for (const auto& tri : base.triangles) out.triangles.push_back({tri[0] + offset, tri[1] + offset, tri[2] + offset});
  }
  out.normal.resize(out.rest.size());
  for (std::size_t i = 0; i < out.rest.size(); ++i)
    out.normal[i] = placement.turn * base.normal[i % std::max<std::size_t>(n, 1)];
  out.first_cut = 0;
  return out;
}

Actor::Model::BeardPatch find_beard(const HeadMesh& head, const Anatomy& at) {
  Actor::Model::BeardPatch out;
  if (at.beard.length <= 0) return out;
  constexpr std::uint32_t none = 0xffffffffu;
  std::vector<std::uint32_t> number(head.mesh.rest.size(), none);
  for (const auto& t : head.mesh.triangles) {
    const auto bare = [&](std::uint32_t i) { return at.beard_at(head.mesh.rest[i]).density < 0.03f; };
    if (bare(t[0]) && bare(t[1]) && bare(t[2])) continue;
    for (auto i : t) {
      if (number[i] != none) continue;
      number[i] = static_cast<std::uint32_t>(out.vertices.size());
      out.vertices.push_back(i);
      out.length.push_back(at.beard_at(head.mesh.rest[i]).length);
    }
    out.triangles.push_back({number[t[0]], number[t[1]], number[t[2]]});
  }
  return out;
}

// Shells over the moved skin: they stand out at the roots and hang at the tips.
Mesh grow_beard(const Actor::Model& model, const Mesh& skin, const HeadPlacement& placement) {
  constexpr int shells = 5;
  Mesh out;
  out.material = Material::beard;
  out.casts_shadow = false;
  const auto& patch = model.beard;
  const V3 down = placement.turn * V3{0, -1, 0};
  for (int k = 0; k < shells; ++k) {
    const float t = static_cast<float>(k) / (shells - 1);
    const auto offset = static_cast<std::uint32_t>(out.place.size());
    for (std::size_t i = 0; i < patch.vertices.size(); ++i) {
      const auto v = patch.vertices[i];
      const float reach = patch.length[i] * t;
      out.rest.push_back(skin.rest[v]);
      out.place.push_back(skin.place[v] + skin.normal[v] * (0.4f + 0.62f * reach) + down * (0.55f * reach * t));
      out.normal.push_back(skin.normal[v]);
      out.occlusion.push_back(skin.occlusion[v]);
      out.extra.push_back(t);
    }
    for (const auto& tri : patch.triangles)
      out.triangles.push_back({tri[0] + offset, tri[1] + offset, tri[2] + offset});
  }
  out.first_cut = 0;
  return out;
}

void place(Mesh& mesh, const auto& where) {
  for (std::size_t i = 0; i < mesh.rest.size(); ++i) mesh.place[i] = where(mesh.rest[i]);
  compute_normals(mesh);
}

// The scene as the light sees it, for soft shadows.
class ShadowMap {
 public:
  ShadowMap(const std::vector<Mesh>& scene, V3 light, float softness, V3 middle)
      : raster_(size, size), middle_(middle), l_(light), penumbra_(3 * (1 + 3 * softness)) {
    u_ = normalised(cross({0, 1, 0}, l_));
    v_ = cross(l_, u_);
    for (int i = 0; i < taps; ++i) {
      const float radius = 4.5f * size / span * (1 + 4 * softness);
      const float r = radius * std::sqrt((static_cast<float>(i) + 0.5f) / taps), a = 2.39996f * static_cast<float>(i);
      taps_[static_cast<std::size_t>(i)] = {r * std::cos(a), r * std::sin(a)};
    }
    std::vector<V3> points;
    for (const Mesh& mesh : scene) {
      if (!mesh.casts_shadow) continue;
      points.resize(mesh.place.size());
      for (std::size_t i = 0; i < points.size(); ++i) points[i] = project(mesh.place[i]);
      // Of the hair only the root shell casts.
      auto count = static_cast<std::uint32_t>(mesh.triangles.size());
      if (mesh.material == Material::hair) {
        count = 0;
        while (count < mesh.triangles.size() && mesh.extra[mesh.triangles[count][0]] <= 0) ++count;
      }
      raster_.draw(0, points, mesh.triangles, 0, count, true, [](std::uint32_t, V3, Sample) { return true; });
    }
  }

  // 1 lit .. 0 in shadow: the share of a disc of taps that nothing stands before.
  float lit(V3 p, V3 n) const {
    constexpr float bias = 4.0f;
    const V3 q = project(p + n * 2.5f);
    float open = 0;
    for (const auto& [dx, dy] : taps_) {
      const int x = static_cast<int>(q.x + dx), y = static_cast<int>(q.y + dy);
      if (x < 0 || y < 0 || x >= size || y >= size)
        open += 1;
      else
        open += clamp01(1 - (raster_.nearness(x, y) - q.z - bias) / penumbra_);
    }
    return open / taps;
  }

 private:
  static constexpr int size = 288, taps = 14;
  static constexpr float span = 380;  // mm
  V3 project(V3 p) const {
    const V3 d = p - middle_;
    return {size * (0.5f + dot(d, u_) / span), size * (0.5f - dot(d, v_) / span), dot(d, l_)};
  }
  Raster raster_;
  V3 middle_, l_, u_, v_;
  float penumbra_;                                  // mm of depth over which the light fades
  std::array<std::pair<float, float>, taps> taps_;  // a spiral over a disc
};

void cast_shadows(std::vector<Mesh>& scene, const ShadowMap& shadows, V3 light, float softness,
                  std::size_t hair_roots) {
  for (Mesh& mesh : scene) {
    mesh.lit.resize(mesh.place.size());
    const bool deep = mesh.material == Material::eye || mesh.material == Material::teeth;
    for (std::size_t i = 0; i < mesh.place.size(); ++i) {
      const V3 n = mesh.normal[i];
      // All shells of hair share the light of their roots; what faces away is dark by itself.
      if (mesh.material == Material::hair && i >= hair_roots) {
        mesh.lit[i] = mesh.lit[i - hair_roots];
      } else if (!mesh.two_sided && dot(n, light) < -0.4f) {
        mesh.lit[i] = softness > 0 ? softness : 1;
      } else {
        // Samples lie on the skin in front of eyes and teeth, or their own lids would shade them whole.
        mesh.lit[i] = shadows.lit(mesh.place[i] + light * (deep ? 9.0f : 0.0f), n);
        // A broad light reaches round what would hide a lamp: there the angle alone decides.
        if (softness > 0) mesh.lit[i] = std::max(mesh.lit[i], softness * ramp(0.35f, -0.4f, dot(n, light)));
      }
    }
  }
}

}  // namespace

Actor::Model::Model(const Identity& who, float detail)
    : id(who),
      at(id),
      field(id, at),
      head(cast_head(field, id, at, detail)),
      hair(cast_hair(field, id, detail)),
      eyes{make_eye(at, 0), make_eye(at, 1)},
      eye_linings{make_eye_lining(at, 0), make_eye_lining(at, 1)},
      ears{make_ear(id, field, 0), make_ear(id, field, 1)},
      teeth{make_teeth(at, lip_depth(head, at), true), make_teeth(at, lip_depth(head, at), false)},
      mouth(make_mouth(at, lip_depth(head, at))),
      cheeks(make_cheeks(at, lip_depth(head, at))),
      tongue(make_tongue(at, lip_depth(head, at))),
      body(make_body(id)),
      glasses(make_glasses(id, field, at)),
      beard(find_beard(head, at)),
      landmarks(head, field, at),
      hair_shells(hair.rest.empty() ? 0
                  : detail < 0.75f  ? 4
                                    : 7) {
  for (const V3& p : hair.rest) hair_height.push_back(field.skull(p));
}

static HeadMesh posed_head(const Actor::Model& model, const Expression& expression, const HeadPlacement& placement) {
  HeadMesh head = model.head;
  for (int r = 0; r < head.rows; ++r) {
    const bool below = head.moves_with_jaw[static_cast<std::size_t>(r)] != 0;
    for (int c = 0; c < head.columns; ++c) {
      const auto i = head.index(r, c);
      head.mesh.place[i] = placement.head(expression.skin(head.mesh.rest[i], below));
    }
  }
  compute_normals(head.mesh);
  heal_seam(head);
  soften_normals(head);
  return head;
}

// Eyes, ears and teeth.
static void add_pairs(std::vector<Mesh>& scene, const Actor::Model& model, const Expression& expression,
                      const HeadPlacement& placement) {
  for (std::size_t side = 0; side < 2; ++side) {
    Mesh eye = model.eyes[side];
    const V3 centre = model.at.eye_centre(side);
    place(eye, [&](V3 p) { return placement.head(centre + p); });
    scene.push_back(std::move(eye));
    Mesh ear = model.ears[side];
    place(ear, [&](V3 p) { return placement.head(p); });
    scene.push_back(std::move(ear));
    Mesh teeth = model.teeth[side];
    if (side == 0)
      place(teeth, [&](V3 p) { return placement.head(p); });
    else
      place(teeth, [&](V3 p) { return placement.head(expression.jaw(p)); });
    scene.push_back(std::move(teeth));
  }
}

static Mesh posed_tongue(const Actor::Model& model, const Performance& play, const Expression& expression,
                         const HeadPlacement& placement) {
  Mesh tongue = model.tongue;
  const float out = clamp01(play.tongue) * ramp(0.1f, 0.4f, play.mouth_open);
  // Over the lower teeth, its tip hanging.
  const V3 forward{0, 7.5f * ramp(0, 0.3f, out), 25 * out};
  tongue.stands_out = out > 0;
  const float tip = model.tongue.rest.empty() ? 0 : lip_depth(model.head, model.at) - 20;
  for (std::size_t i = 0; i < tongue.rest.size() && out > 0; ++i)
    tongue.extra[i] = 1 + out * ramp(-26, -10, tongue.rest[i].z - tip);
  place(tongue, [&](V3 p) {
    V3 q = p + forward;
    if (out > 0)
      q.x *= 1 - 0.25f * ramp(-6, 16, q.z - tip), q.y -= out * 0.012f * std::pow(std::max(0.0f, q.z - tip), 2.0f);
    return placement.head(expression.jaw(q));
  });
  return tongue;
}

std::vector<Mesh> pose_scene(const Actor::Model& model, const Performance& play, const Expression& expression,
                             const HeadPlacement& placement, V3 light, std::vector<Mesh> occluders, bool coarse) {
  std::vector<Mesh> scene;
  HeadMesh head = posed_head(model, expression, placement);
  Mesh beard;
  if (!model.beard.vertices.empty()) beard = grow_beard(model, head.mesh, placement);
  scene.push_back(std::move(head.mesh));
  add_pairs(scene, model, expression, placement);
  Mesh mouth = model.mouth, cheeks = model.cheeks, body = model.body;
  for (Mesh* inside : {&mouth, &cheeks}) {
    place(*inside, [&](V3 p) {
      return placement.head(mix(p, expression.jaw(p), ramp(model.at.mouth_y + 2, model.at.mouth_y - 10, p.y)));
    });
  }
  place(body, [&](V3 p) { return placement.neck(p); });
  scene.push_back(std::move(mouth));
  scene.push_back(posed_tongue(model, play, expression, placement));
  scene.push_back(std::move(body));
  if (model.id.lined) {
    scene.push_back(std::move(cheeks));
    for (std::size_t side = 0; side < 2; ++side) {
      Mesh lining = model.eye_linings[side];
      const V3 centre = model.at.eye_centre(side);
      place(lining, [&](V3 p) { return placement.head(centre + p); });
      scene.push_back(std::move(lining));
    }
  }
  if (model.hair_shells > 0)
    scene.push_back(grow_shells(model, placement, coarse ? (model.hair_shells + 2) / 2 : model.hair_shells));
  if (!beard.rest.empty()) scene.push_back(std::move(beard));
  for (Mesh mesh : model.glasses) {
    place(mesh, [&](V3 p) { return placement.head(p); });
    scene.push_back(std::move(mesh));
  }
  for (Mesh& mesh : occluders) scene.push_back(std::move(mesh));

  cast_shadows(scene, ShadowMap(scene, light, clamp01(play.light_softness), placement.head({0, 20, -40})), light,
               clamp01(play.light_softness), model.hair.rest.size());
  return scene;
}

}  // namespace understudy::synthetic
