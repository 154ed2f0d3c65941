// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/overlays.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "lib/face/synthetic/dice.hpp"
#include "lib/image/filter.hpp"

namespace understudy::synthetic {
namespace {

struct P2 {
  float x = 0, y = 0;
};
P2 operator+(P2 a, P2 b) { return {a.x + b.x, a.y + b.y}; }
P2 operator-(P2 a, P2 b) { return {a.x - b.x, a.y - b.y}; }
P2 operator*(P2 a, float s) { return {a.x * s, a.y * s}; }
float dot(P2 a, P2 b) { return a.x * b.x + a.y * b.y; }
float length(P2 a) { return std::sqrt(dot(a, a)); }
P2 direction(float degrees) {
  const float r = degrees * std::numbers::pi_v<float> / 180;
  return {std::cos(r), std::sin(r)};
}
P2 as_p2(Point p) { return {static_cast<float>(p.x), static_cast<float>(p.y)}; }

// Pixels outside of a capsule whose radius goes from `ra` to `rb`.
float capsule(P2 p, P2 a, P2 b, float ra, float rb) {
  const P2 ab = b - a;
  const float t = std::clamp(dot(p - a, ab) / std::max(dot(ab, ab), 1e-6f), 0.0f, 1.0f);
  return length(p - (a + ab * t)) - (ra + (rb - ra) * t);
}
float rounded_box(P2 p, P2 middle, P2 half, float radius, P2 axis) {
  const P2 q = p - middle, across{-axis.y, axis.x};
  const P2 d{std::abs(dot(q, axis)) - half.x + radius, std::abs(dot(q, across)) - half.y + radius};
  return length({std::max(d.x, 0.0f), std::max(d.y, 0.0f)}) + std::min(std::max(d.x, d.y), 0.0f) - radius;
}

// Smooth noise of about -1..1: corners of a grid of `cell` pixels, blended.
float wavy(P2 p, float cell, std::uint32_t seed) {
  const float fx = p.x / cell, fy = p.y / cell;
  const int x = static_cast<int>(std::floor(fx)), y = static_cast<int>(std::floor(fy));
  const auto smooth = [](float t) { return t * t * (3 - 2 * t); };
  const float tx = smooth(fx - static_cast<float>(x)), ty = smooth(fy - static_cast<float>(y));
  const auto at = [&](int i, int j) { return 2 * hash01(x + i, y + j, static_cast<std::int32_t>(seed)) - 1; };
  return mix(mix(at(0, 0), at(1, 0), tx), mix(at(0, 1), at(1, 1), tx), ty);
}

// A surface: what it looks like at a place that lies `depth` pixels inside of its edge.
struct Look {
  Colour base;
  float mottling = 0.1f, cell = 12;   // of the base, and how large its spots are
  float roundness = 0.4f, reach = 8;  // darker towards the edge, over so many pixels
  float stripes = 0, stripe_width = 6, stripe_angle = 0;
  P2 light{-0.5f, -0.5f};
  std::uint32_t seed = 0;

  Colour at(P2 p, float depth, P2 middle, float size) const {
    float tone = 1 + mottling * wavy(p, cell, seed) + 0.5f * mottling * wavy(p, cell / 3, seed + 1);
    tone *= 1 - roundness * std::pow(1 - std::clamp(depth / reach, 0.0f, 1.0f), 2.0f);
    tone *= 1 + 0.25f * dot(p - middle, light) / std::max(size, 1.0f);
    if (stripes > 0) tone *= 1 - stripes * (std::sin(dot(p, direction(stripe_angle)) * 6.28f / stripe_width) > 0);
    return times(base, tone, tone, tone);
  }
};

Colour any_colour(Dice& dice) {
  const float value = dice.between(0.03f, 0.97f), tint = dice.chance(0.5f) ? 0.06f : 0.5f;
  return {clamp01(value + dice.between(-tint, tint)), clamp01(value + dice.between(-tint, tint)),
          clamp01(value + dice.between(-tint, tint))};
}
Colour skin_colour(Dice& dice) {
  const float dark = dice.unit();
  return times(blend({0.93f, 0.76f, 0.67f}, {0.30f, 0.19f, 0.14f}, dark * dark), dice.between(0.8f, 1.1f),
               dice.between(0.9f, 1.05f), dice.between(0.85f, 1.1f));
}
Look any_look(Dice& dice, Colour base) {
  Look look;
  look.base = base;
  look.mottling = dice.between(0, 0.3f);
  look.cell = dice.between(4, 40);
  look.roundness = dice.between(0, 0.6f);
  look.reach = dice.between(2, 20);
  if (dice.chance(0.25f)) {
    look.stripes = dice.between(0.1f, 0.6f);
    look.stripe_width = dice.between(4, 30);
    look.stripe_angle = dice.between(0, 180);
  }
  look.light = direction(dice.between(0, 360));
  look.seed = dice.number();
  return look;
}

using Distance = std::function<float(P2)>;  // pixels outside of the shape

// Fills the shape; its edge is as soft as `soft` pixels.
void fill(Overlay& out, const Distance& distance, const Look& look, float soft, float opacity = 1) {
  const P2 middle{out.alpha.width / 2.0f, out.alpha.height / 2.0f};
  const auto size = static_cast<float>(out.alpha.width);
  for (int y = 0; y < out.alpha.height; ++y) {
    for (int x = 0; x < out.alpha.width; ++x) {
      const P2 p{static_cast<float>(x), static_cast<float>(y)};
      const float d = distance(p);
      const float a = opacity * clamp01(0.5f - d / std::max(soft, 0.5f));
      if (a <= 0) continue;
      const Colour c = look.at(p, -d, middle, size);
      const float before = out.alpha.at(x, y), now = a + before * (1 - a);
      const std::array<float, 3> bgr{c.b, c.g, c.r};
      for (int k = 0; k < 3; ++k)
        out.bgr.at(x, y, k) = (bgr[static_cast<std::size_t>(k)] * a + out.bgr.at(x, y, k) * before * (1 - a)) / now;
      out.alpha.at(x, y) = now;
    }
  }
}

struct Drawing {
  Overlay out;
  Dice dice;
  float side;  // pixels
  std::array<Point, 68> face;
  float soft;  // edge of everything, pixels
  P2 mark(std::size_t i) const { return as_p2(face[i]); }
  P2 anywhere(float margin = 0.1f) {
    return {dice.between(margin, 1 - margin) * side, dice.between(margin, 1 - margin) * side};
  }
};

// Palm and fingers, each finger a chain of two capsules with a shaded edge, so that they stand apart.
void draw_hand(Drawing& d) {
  const float angle = d.dice.between(0, 360), size = d.side * d.dice.between(0.16f, 0.34f);
  const P2 palm = d.anywhere(0.12f), along = direction(angle), across{-along.y, along.x};
  Look look = any_look(d.dice, skin_colour(d.dice));
  look.stripes = 0;
  look.roundness = d.dice.between(0.2f, 0.5f);
  look.reach = size * 0.2f;
  const float wrist = size * d.dice.between(0.4f, 0.55f);
  const P2 arm = palm - along * (size * 3);
  fill(
      d.out, [&](P2 p) { return capsule(p, arm, palm, wrist, size * 0.5f); }, look, d.soft);
  const float spread = d.dice.between(0.02f, 0.35f), curl = d.dice.between(0, 50);
  const int fingers = d.dice.chance(0.25f) ? 1 : 4;
  for (int f = 0; f < fingers; ++f) {
    const float place = fingers == 1 ? 0 : (static_cast<float>(f) - 1.5f) / 1.5f;
    const P2 root = palm + across * (place * size * 0.42f) + along * (size * 0.3f);
    const P2 way = direction(angle + place * spread * 60 + d.dice.bell(5));
    const P2 bent = direction(angle + place * spread * 60 + curl * d.dice.between(-0.3f, 1));
    const float reach = size * (0.55f - 0.12f * std::abs(place)) * d.dice.between(0.7f, 1.15f), thick = size * 0.115f;
    const P2 knuckle = root + way * reach, tip = knuckle + bent * (reach * 0.85f);
    fill(
        d.out,
        [&](P2 p) {
          return std::min(capsule(p, root, knuckle, thick * 1.1f, thick),
                          capsule(p, knuckle, tip, thick, thick * 0.8f));
        },
        look, d.soft);
    if (d.dice.chance(0.5f)) {
      Look nail = look;
      nail.base = blend(look.base, {0.95f, 0.75f, 0.72f}, 0.5f);
      fill(
          d.out, [&](P2 p) { return capsule(p, tip, tip + bent * (thick * 0.4f), thick * 0.5f, thick * 0.45f); }, nail,
          d.soft);
    }
  }
  if (d.dice.chance(0.5f)) {  // the other side's thumb
    const P2 root = palm - across * (size * 0.45f * (d.dice.chance(0.5f) ? 1.0f : -1.0f));
    const P2 tip = root + direction(angle + d.dice.between(-60, 60)) * (size * 0.7f);
    fill(
        d.out, [&](P2 p) { return capsule(p, root, tip, size * 0.17f, size * 0.11f); }, look, d.soft);
  }
}

void draw_strands(Drawing& d) {
  const Colour colour = blend({0.06f, 0.04f, 0.03f}, {0.75f, 0.6f, 0.4f}, d.dice.unit() * d.dice.unit());
  const int count = 1 + static_cast<int>(d.dice.unit() * 14);
  const bool from_top = d.dice.chance(0.7f);
  const P2 start{d.side * d.dice.between(0.05f, 0.95f),
                 from_top ? d.side * d.dice.between(-0.05f, 0.2f) : d.side * d.dice.unit()};
  const float main = from_top ? d.dice.between(60, 120) : d.dice.between(0, 360);
  const float width = d.side * d.dice.between(0.003f, 0.02f), fan = d.side * d.dice.between(0.02f, 0.25f);
  for (int i = 0; i < count; ++i) {
    Look look = any_look(
        d.dice, times(colour, d.dice.between(0.6f, 1.4f), d.dice.between(0.6f, 1.4f), d.dice.between(0.6f, 1.4f)));
    look.stripes = 0;
    std::vector<P2> way{start + P2{d.dice.bell(fan), d.dice.bell(fan * 0.4f)}};
    float heading = main + d.dice.bell(14);
    const float bend = d.dice.bell(9), step = d.side * d.dice.between(0.04f, 0.1f);
    for (int k = 0; k < 8; ++k, heading += bend) way.push_back(way.back() + direction(heading) * step);
    fill(
        d.out,
        [&](P2 p) {
          float best = 1e9f;
          for (std::size_t k = 1; k < way.size(); ++k) {
            const float thin = 1 - static_cast<float>(k) / static_cast<float>(way.size() + 1);
            best = std::min(best, capsule(p, way[k - 1], way[k], width * thin + 0.3f, width * thin + 0.2f));
          }
          return best;
        },
        look, d.soft);
  }
}

// Anything that comes down from above: cap, hood, fringe, helmet.
void draw_hat(Drawing& d) {
  const float brows = (d.mark(19).y + d.mark(24).y) / 2, eyes = (d.mark(37).y + d.mark(44).y) / 2;
  const float lowest = brows + (eyes - brows) * d.dice.between(-1.6f, 0.7f), tilt = d.dice.bell(0.12f);
  const float arch = d.dice.bell(0.12f) * d.side, wave = d.side * d.dice.between(0, 0.04f);
  const auto seed = d.dice.number();
  const float cell = d.side * d.dice.between(0.04f, 0.3f), middle = d.mark(30).x;
  const Look look = any_look(d.dice, any_colour(d.dice));
  fill(
      d.out,
      [&](P2 p) {
        const float away = (p.x - middle) / d.side;
        return p.y - (lowest + tilt * (p.x - middle) - 4 * arch * away * away + wave * wavy({p.x, 0}, cell, seed));
      },
      look, d.soft);
}

// A cloth mask from the nose down, drawn along the jaw.
void draw_face_mask(Drawing& d) {
  std::vector<P2> outline;
  const float grow = d.dice.between(1.0f, 1.1f);
  const P2 middle = d.mark(33);
  for (std::size_t i = 2; i <= 14; ++i) outline.push_back(middle + (d.mark(i) - middle) * grow);
  const float up = d.dice.between(0.1f, 0.9f);
  outline.push_back(d.mark(27) + (d.mark(30) - d.mark(27)) * up);
  const Look look = any_look(d.dice, d.dice.chance(0.5f) ? Colour{0.55f, 0.72f, 0.85f} : any_colour(d.dice));
  // Signed distance to a polygon (Quilez, "2D distance functions").
  fill(
      d.out,
      [&](P2 p) {
        float best = 1e9f;
        bool inside = false;
        for (std::size_t i = 0, j = outline.size() - 1; i < outline.size(); j = i++) {
          best = std::min(best, capsule(p, outline[j], outline[i], 0, 0));
          if ((outline[i].y > p.y) != (outline[j].y > p.y) &&
              p.x < (outline[j].x - outline[i].x) * (p.y - outline[i].y) / (outline[j].y - outline[i].y) + outline[i].x)
            inside = !inside;
        }
        return (inside ? -best : best) - d.side * 0.01f;
      },
      look, d.soft);
}

// Microphone, pen, cigarette, toothbrush, fork.
void draw_stick(Drawing& d) {
  const P2 end = d.anywhere(0.15f);
  const float angle = d.dice.between(0, 360), thick = d.side * d.dice.between(0.006f, 0.05f);
  const P2 far = end + direction(angle) * (d.side * d.dice.between(0.3f, 1.5f));
  fill(
      d.out, [&](P2 p) { return capsule(p, end, far, thick, thick * 0.9f); }, any_look(d.dice, any_colour(d.dice)),
      d.soft);
  if (!d.dice.chance(0.6f)) return;
  const float ball = thick * d.dice.between(1.2f, 3);
  const P2 top = end + direction(angle) * (ball * d.dice.between(0, 1.5f));
  fill(
      d.out, [&](P2 p) { return capsule(p, end, top, ball, ball); }, any_look(d.dice, any_colour(d.dice)), d.soft);
}

void draw_cup(Drawing& d) {
  const P2 mouth = (d.mark(51) + d.mark(57)) * 0.5f;
  const P2 half{d.side * d.dice.between(0.06f, 0.2f), d.side * d.dice.between(0.06f, 0.22f)};
  const P2 middle = mouth + P2{d.dice.bell(d.side * 0.06f), half.y * d.dice.between(-0.2f, 1.1f)};
  const P2 axis = direction(d.dice.bell(18));
  const float radius = std::min(half.x, half.y) * d.dice.between(0.05f, 1);
  fill(
      d.out, [&](P2 p) { return rounded_box(p, middle, half, radius, axis); }, any_look(d.dice, any_colour(d.dice)),
      d.soft);
}

// Thin enough for the face to be seen through it: most of it hides nothing.
void draw_smoke(Drawing& d) {
  const Colour grey = times({1, 1, 1}, d.dice.between(0.5f, 1), d.dice.between(0.5f, 1), d.dice.between(0.5f, 1));
  const float most = d.dice.between(0.15f, 0.45f), cell = d.side * d.dice.between(0.15f, 0.5f);
  const auto seed = d.dice.number();
  for (int y = 0; y < d.out.alpha.height; ++y) {
    for (int x = 0; x < d.out.alpha.width; ++x) {
      const P2 p{static_cast<float>(x), static_cast<float>(y)};
      d.out.alpha.at(x, y) = most * clamp01(0.5f + wavy(p, cell, seed) + 0.4f * wavy(p, cell / 3, seed + 1));
      d.out.bgr.at(x, y, 0) = grey.b;
      d.out.bgr.at(x, y, 1) = grey.g;
      d.out.bgr.at(x, y, 2) = grey.r;
    }
  }
}

void draw_lettering(Drawing& d) {
  const float height = d.side * d.dice.between(0.03f, 0.12f);
  P2 at{d.side * d.dice.between(-0.1f, 0.6f), d.side * d.dice.between(0.1f, 0.9f)};
  const Look look = any_look(d.dice, any_colour(d.dice));
  const int signs = 3 + static_cast<int>(d.dice.unit() * 9);
  for (int i = 0; i < signs; ++i) {
    const float width = height * d.dice.between(0.3f, 0.8f), stroke = height * 0.12f;
    const P2 a = at, b = at + P2{0, height}, c = at + P2{width, d.dice.chance(0.5f) ? 0 : height},
             e = at + P2{width, height * d.dice.unit()};
    fill(
        d.out, [&](P2 p) { return std::min(capsule(p, a, b, stroke, stroke), capsule(p, c, e, stroke, stroke)); }, look,
        d.soft);
    at.x += width * 1.4f;
  }
}

// A closed line whose radius wanders.
void draw_blob(Drawing& d) {
  const P2 middle = d.anywhere();
  const float size = d.side * d.dice.between(0.05f, 0.3f), flat = d.dice.between(0.4f, 1);
  std::array<float, 5> waves{}, phases{};
  for (std::size_t i = 0; i < waves.size(); ++i) {
    waves[i] = d.dice.bell(0.3f / static_cast<float>(i + 1));
    phases[i] = d.dice.between(0, 6.28f);
  }
  const P2 axis = direction(d.dice.between(0, 180)), across{-axis.y, axis.x};
  const Look look = any_look(d.dice, d.dice.chance(0.4f) ? skin_colour(d.dice) : any_colour(d.dice));
  fill(
      d.out,
      [&](P2 p) {
        const P2 q{dot(p - middle, axis), dot(p - middle, across) / flat};
        const float angle = std::atan2(q.y, q.x);
        float radius = 1;
        for (std::size_t i = 0; i < waves.size(); ++i)
          radius += waves[i] * std::sin(static_cast<float>(i + 1) * angle + phases[i]);
        return (length(q) - size * std::max(radius, 0.1f)) * flat;
      },
      look, d.soft);
}

// Of the pixels as they are weighted; 0 where none is.
std::array<double, 3> mean_colour(const ImageF& bgr, const ImageF& weights) {
  std::array<double, 3> sum{};
  double all = 0;
  for (int y = 0; y < bgr.height; ++y) {
    for (int x = 0; x < bgr.width; ++x) {
      for (std::size_t c = 0; c < 3; ++c) sum[c] += weights.at(x, y) * bgr.at(x, y, static_cast<int>(c));
      all += weights.at(x, y);
    }
  }
  for (double& v : sum) v = all > 0 ? v / all : 0;
  return sum;
}

}  // namespace

Overlay draw_overlay(OverlayKind kind, std::uint32_t seed, int width, int height,
                     const std::array<Point, 68>& landmarks) {
  Dice dice(seed, 40 + static_cast<int>(kind));
  const float soft = dice.chance(0.3f) ? dice.between(1, 6) : 1.0f;
  Drawing d{{ImageF(width, height, 3), ImageF(width, height, 1)}, dice, static_cast<float>(width), landmarks, soft};
  using Draw = void (*)(Drawing&);
  constexpr std::array<Draw, overlay_kinds> draws{draw_hand, draw_strands, draw_hat,       draw_face_mask, draw_stick,
                                                  draw_cup,  draw_smoke,   draw_lettering, draw_blob};
  draws[static_cast<std::size_t>(kind)](d);
  return std::move(d.out);
}

void colour_like(Overlay& overlay, const ImageF& bgr, const ImageF& mask, double brightness) {
  const auto own = mean_colour(overlay.bgr, overlay.alpha), wanted = mean_colour(bgr, mask);
  for (std::size_t c = 0; c < 3; ++c) {
    if (own[c] <= 0 || wanted[c] <= 0) return;
  }
  for (std::size_t i = 0; i < overlay.bgr.data.size(); ++i) {
    const std::size_t c = i % 3;
    overlay.bgr.data[i] =
        std::clamp(static_cast<float>(overlay.bgr.data[i] * brightness * wanted[c] / own[c]), 0.f, 1.f);
  }
}

void lay_over(ImageF& bgr, ImageF& mask, const Overlay& overlay, double shadow) {
  const int w = bgr.width, h = bgr.height;
  ImageF shade;
  if (shadow > 0) shade = gaussian_blur(overlay.alpha, 2 * std::max(1, w / 24) + 1);
  const int shift = std::max(1, w / 40);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const float a = overlay.alpha.at(x, y);
      float keep = 1;
      if (shadow > 0) keep = 1 - static_cast<float>(shadow) * shade.at(std::max(0, x - shift), std::max(0, y - shift));
      for (int c = 0; c < 3; ++c)
        bgr.at(x, y, c) = std::clamp(bgr.at(x, y, c) * keep * (1 - a) + overlay.bgr.at(x, y, c) * a, 0.0f, 1.0f);
      if (a >= 0.5f) mask.at(x, y) = 0;
    }
  }
}

}  // namespace understudy::synthetic
