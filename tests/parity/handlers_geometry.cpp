// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "tests/parity/golden.hpp"

namespace understudy::parity {
namespace {

constexpr const char* geometry_group = "1_geometry";

FaceType face_type(const std::string& name) {
  const auto type = face_type_from_name(name);
  if (!type) throw std::runtime_error("unknown face type " + name);
  return *type;
}

std::vector<Landmarks68> input_landmarks(const Case& one) {
  std::vector<Landmarks68> sets;
  for (const auto& name : one.inputs_ending(".lm68.npy")) sets.push_back(one.landmarks(name));
  return sets;
}

void append(Values& values, const Affine& map, bool square) {
  values.v.insert(values.v.end(), map.m.begin(), map.m.end());
  if (square) values.v.insert(values.v.end(), {0, 0, 1});
}
void append(Values& values, const Landmarks68& landmarks) {
  for (const Point p : landmarks) values.v.insert(values.v.end(), {p.x, p.y});
}

// The linear or the translation part of a run of 2x3 matrices.
Values part(const Values& matrices, bool linear) {
  Values out;
  for (std::size_t i = 0; i < matrices.v.size(); ++i) {
    if ((i % 3 != 2) == linear) out.v.push_back(matrices.v[i]);
  }
  return out;
}
void near_matrices(Check& check, const Values& ours, const Values& theirs) {
  check.near("2x2", part(ours, true), part(theirs, true));
  check.near("translation", part(ours, false), part(theirs, false));
}

std::vector<Point> points_of(const Values& values, std::size_t first, std::size_t count) {
  std::vector<Point> out;
  for (std::size_t i = first; i < first + count; ++i) out.push_back({values.v.at(2 * i), values.v.at(2 * i + 1)});
  return out;
}

void umeyama_template(const Case& one, Check& check) {
  const auto pattern = one.output("template");
  const auto to = points_of(pattern, 0, pattern.v.size() / 2);
  Values ours;
  for (const auto& landmarks : input_landmarks(one)) append(ours, similarity(alignment_points(landmarks), to), true);
  check.near("matrices", ours, one.output("matrices"));
}

void umeyama_random(const Case& one, Check& check) {
  const auto inputs = one.inputs();
  const auto from = one.load(inputs.at(0)), to = one.load(inputs.at(1));
  const auto sets = static_cast<std::size_t>(from.shape.at(0)), count = static_cast<std::size_t>(from.shape.at(1));
  for (const auto& name : one.output_names()) {
    Values ours;
    for (std::size_t i = 0; i < sets; ++i) {
      append(ours, similarity(points_of(from, i * count, count), points_of(to, i * count, count), name == "with_scale"),
             true);
    }
    check.near(name, ours, one.output(name));
  }
}

void face_matrices(const Case& one, Check& check) {
  const auto params = one.params();
  Values ours;
  for (const auto& landmarks : input_landmarks(one)) {
    for (const int size : params.at("sizes")) {
      append(ours, face_matrix(landmarks, size, face_type(params.at("face_type")), params.value("scale", 1.0)), false);
    }
  }
  near_matrices(check, ours, one.output("matrices"));
}

void landmark_transforms(const Case& one, Check& check) {
  const auto params = one.params();
  Values aligned, back;
  for (const auto& landmarks : input_landmarks(one)) {
    const Affine map = face_matrix(landmarks, params.at("size"), face_type(params.at("face_type")));
    const auto in_crop = transformed(landmarks, map);
    append(aligned, in_crop);
    append(back, transformed(in_crop, map.inverse()));
  }
  check.near("aligned", aligned, one.output("aligned"));
  check.near("back", back, one.output("back"));
}

void poses(const Case& one, Check& check) {
  Values ours;
  for (const auto& landmarks : landmark_sets(one.load(one.inputs().at(0)))) {
    const Pose pose = compatible_pose(landmarks, one.params().at("size"));
    ours.v.insert(ours.v.end(), {pose.pitch, pose.yaw, pose.roll});
  }
  check.near("pitch_yaw_roll", ours, one.output("pitch_yaw_roll"));
}

void simple_poses(const Case& one, Check& check) {
  Values yaw;
  for (const auto& landmarks : input_landmarks(one)) {
    yaw.v.push_back(simple_yaw(transformed(landmarks, unit_from_image(landmarks))));
  }
  check.near("yaw", yaw, one.output("yaw"));
}

void rectangles(const Case& one, Check& check) {
  Values ours;
  for (const auto& landmarks : input_landmarks(one)) {
    const Rect r = rect_from_landmarks(landmarks);
    ours.v.insert(ours.v.end(), {r.left, r.top, r.right, r.bottom});
  }
  check.near("ltrb", ours, one.output("ltrb"));
}

void mirror(const Case& one, Check& check) {
  Values ours;
  for (const auto& landmarks : input_landmarks(one)) append(ours, mirrored(landmarks, one.params().at("width")));
  check.near("lm", ours, one.output("lm"));
}

void crops(const Case& one, Check& check) {
  const auto params = one.params();
  const auto frame = one.image(one.inputs_ending(".png").at(0));
  const int size = params.at("size");
  const Affine map = face_matrix(input_landmarks(one).at(0), size, face_type(params.at("face_type")));
  for (const auto& name : one.output_names()) {
    const auto how = params.at("interpolation").at(name).get<std::string>();
    const auto interpolation = how.starts_with("LINEAR")  ? Interpolation::linear
                               : how.starts_with("CUBIC") ? Interpolation::cubic
                                                          : Interpolation::lanczos4;
    check.near(name, values_of(warp_exact(frame, map, size, size, interpolation)), one.output(name));
  }
}

}  // namespace

std::vector<Row> geometry_handlers() {
  return {
      {geometry_group, "similarity (Umeyama) from image points", umeyama_template},
      {geometry_group, "Umeyama similarity on random point sets", umeyama_random},
      {geometry_group, "image->aligned face affine matrix", face_matrices},
      {geometry_group, "landmarks to aligned space", landmark_transforms},
      {geometry_group, "pitch,yaw,roll in radians from ALIGNED landmarks", poses},
      {geometry_group, "cheap pitch (chin line) and averaged yaw", simple_poses},
      {geometry_group, "l,t,r,b of the unaligned full-face square", rectangles},
      {geometry_group, "horizontal mirror with index swap", mirror},
      {geometry_group, "aligned crop of a BGR u8 frame", crops},
  };
}

}  // namespace understudy::parity
