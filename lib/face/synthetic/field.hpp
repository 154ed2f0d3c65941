// SPDX-License-Identifier: Apache-2.0
// The resting head as a signed distance field: a smooth union of rounded bones and flesh. Meshes are cast from it once
// for an identity; it also gives the ambient occlusion of folds.
#pragma once

#include "lib/face/synthetic/anatomy.hpp"

namespace understudy::synthetic {

class HeadField {
 public:
  HeadField(const Identity&, const Anatomy&);
  float skin(V3) const;   // mm, negative inside
  float skull(V3) const;  // without nose, eyes and mouth: what hair grows on
  float hair(V3) const;   // the volume of the hair, for the identity's style

 private:
  float nose(V3, float ax) const;
  float hair_thickness(V3) const;
  float grown_hair(V3) const;
  Identity id_;
  Anatomy at_;
};

// Smooth minimum and maximum over about k mm.
inline float smooth_min(float a, float b, float k) {
  const float h = std::max(k - std::abs(a - b), 0.0f);
  return std::min(a, b) - h * h / (4 * k);
}
inline float smooth_max(float a, float b, float k) { return -smooth_min(-a, -b, k); }

// Where the ray from `origin` along `direction` leaves the field for the last time: the distance, by steps inward
// from `start`.
template <class Field>
float cast_inward(const Field& field, V3 origin, V3 direction, float start) {
  float t = start;
  float d = field(origin + direction * t);
  while (d < 0 && t < 400) {
    t += 12;
    d = field(origin + direction * t);
  }
  for (int i = 0; i < 160 && t > 0; ++i) {  // rays graze the flanks of the nose
    if (d < 0.03f) break;
    t -= std::max(d * 0.8f, 0.02f);
    d = field(origin + direction * t);
  }
  return std::max(t, 0.0f);
}

}  // namespace understudy::synthetic
