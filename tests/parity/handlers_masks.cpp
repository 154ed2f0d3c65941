// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <stdexcept>

#include "lib/face/masks.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"
#include "tests/parity/golden.hpp"

namespace understudy::parity {
namespace {

void brows(const Case& one, Check& check) {
  Values ours;
  const auto landmarks = one.landmarks(one.inputs().at(0));
  for (const double factor : one.params().at("mods")) {
    for (const auto& p : expanded_brows(landmarks, factor)) ours.v.insert(ours.v.end(), {double(p[0]), double(p[1])});
  }
  check.near("lm", ours, one.output("lm"));
}

// Outputs: "hull_mod<factor>" 0/255, "eyes..." and "mouth..." at 16 bits.
void hulls(const Case& one, Check& check) {
  const auto landmarks = one.landmarks(one.inputs().at(0));
  const int width = one.params().at("width"), height = one.params().at("height");
  for (const auto& name : one.output_names()) {
    if (name.starts_with("hull_mod")) {
      check.near("hull", scaled(values_of(hull_mask(width, height, landmarks, std::stod(name.substr(8)))), 255),
                 one.output(name));
    } else if (name.starts_with("eyes")) {
      check.near("eyes", values_of(eyes_mask(width, height, landmarks)), scaled(one.output(name), 1.0 / 65535));
    } else if (name.starts_with("mouth")) {
      check.near("mouth", values_of(mouth_mask(width, height, landmarks)), scaled(one.output(name), 1.0 / 65535));
    }
  }
}

void conversions(const Case& one, Check& check) {
  const auto params = one.params();
  const auto image = one.image(one.inputs_ending(".png").at(0));
  const auto landmarks = one.landmarks(one.inputs_ending("_lm.npy").at(0));
  const auto to = face_type_from_name(params.at("to").get<std::string>());
  if (!to) throw std::runtime_error("unknown face type");
  const int size = params.at("size");
  const Affine map = face_matrix(landmarks, size, *to);
  const auto converted = warp(to_float(image), map, size, size, Interpolation::cubic, Border::replicate);
  check.near("image", values_of(to_u8_rounded(converted)), one.output("image_f32_x255_rounded_clipped"));
  const auto mask = warp(hull_mask(image.width, image.height, landmarks), map, size, size, Interpolation::linear);
  check.near("mask", values_of(mask), scaled(one.output("mask16"), 1.0 / 65535));
  const auto matrix = one.output("matrix");
  check.near("2x2", {{map.m[0], map.m[1], map.m[3], map.m[4]}, {}},
             {{matrix.v[0], matrix.v[1], matrix.v[3], matrix.v[4]}, {}});
  check.near("translation", {{map.m[2], map.m[5]}, {}}, {{matrix.v[2], matrix.v[5]}, {}});
}

void polygons(const Case& one, Check& check) {
  std::vector<Polygon> drawn;
  for (const auto& entry : one.load_json(one.inputs().at(0))) {
    Polygon polygon{entry.at("type") == 1 ? Polygon::Kind::include : Polygon::Kind::exclude, {}};
    for (const auto& p : entry.at("pts")) polygon.points.push_back({p.at(0), p.at(1)});
    drawn.push_back(std::move(polygon));
  }
  const int width = one.params().at("width"), height = one.params().at("height");
  check.near("in_order", scaled(values_of(polygon_mask(width, height, drawn)), 255), one.output("in_order"));
  check.near("sorted", scaled(values_of(polygon_mask(width, height, includes_first(drawn))), 255),
             one.output("sorted"));
}

void ellipses(const Case& one, Check& check) {
  const auto files = one.entry().at("files");
  const auto sizes = one.params().at("sizes");
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    check.near("element", scaled(values_of(ellipse_element(sizes[i])), 255), one.load(files.at(i)));
  }
}

}  // namespace

std::vector<Row> mask_handlers() {
  return {
      {"1_geometry", "eyebrow expansion", brows},
      {"1_geometry", "hull masks for eyebrow expansion", hulls},
      {"1_geometry", "face type conversion as in training", conversions},
      {"4_samples", "include/exclude polygon rasterisation", polygons},
      {"2_colour", "elliptic structuring elements", ellipses},
  };
}

}  // namespace understudy::parity
