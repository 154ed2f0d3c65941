// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/options/shared_rows.hpp"

namespace understudy {

// The first fifteen are DeepFaceLab's, in the order of its menu and under its names.
enum class SortMethod {
  blur,
  motion_blur,
  face_yaw,
  face_pitch,
  face_source_rect_size,
  hist,
  hist_dissim,
  brightness,
  hue,
  black,
  origname,
  oneface,
  absdiff,
  best_faces,
  best_faces_faster,
  quality,
  duplicates,
  expression,
  coverage,
  identity
};
template <>
struct Names<SortMethod> {
  static constexpr std::array all{"blur",     "motion-blur", "face-yaw",   "face-pitch", "face-source-rect-size",
                                  "hist",     "hist-dissim", "brightness", "hue",        "black",
                                  "origname", "oneface",     "absdiff",    "final",      "final-fast",
                                  "quality",  "duplicates",  "expression", "coverage",   "identity"};
};

struct SortOptions {
  SortMethod by = SortMethod::hist;
  int target = 2000;
  bool dissimilar = false;
  double threshold = 1.5;
  bool drop = false;
  bool dry_run = false;
  bool undo = false;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

struct FilterOptions {
  bool keep = false;
  bool trash = false;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

struct CatalogueOptions {
  int threads = 0;
  std::filesystem::path input;
};

struct StatsOptions {
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

template <>
constexpr auto describe<SortOptions>() {
  using O = SortOptions;
  return std::tuple{
      field("by", &O::by)
          .says("By", "The method; docs/curate.md tells what each one measures, its order and what it throws out."),
      field("target", &O::target)
          .says("Target", "final, final-fast, coverage: how many faces to keep, about; the rest goes to the trash.")
          .range(1, 10000000),
      field("dissimilar", &O::dissimilar)
          .says("Dissimilar", "absdiff: the next face is the one least like the last, not the one most like it."),
      field("threshold", &O::threshold)
          .says("Threshold", "duplicates: mean difference, of 255, up to which two faces count as one picture.")
          .range(0, 255)
          .advanced(),
      field("drop", &O::drop).says("Drop", "duplicates: keep the best of each group and move the others to the trash."),
      field("dry-run", &O::dry_run).says("Dry run", "Move nothing; write the order as JSON."),
      field("undo", &O::undo)
          .says("Undo", "Take back the last sort or filter of this side that is not taken back yet."),
      shared_rows::threads(&O::threads),
      shared_rows::input(&O::input),
      field("output", &O::output)
          .says("Output", "Where a dry run writes, in place of WORKSPACE/.understudy/sort-SIDE.json."),
  };
}
static_assert(all_described<SortOptions>);

template <>
constexpr auto describe<FilterOptions>() {
  using O = FilterOptions;
  return std::tuple{
      field("trash", &O::trash).says("Trash", "Move the faces for which the expression holds to the trash."),
      field("keep", &O::keep).says("Keep", "Move all other faces to the trash."),
      shared_rows::threads(&O::threads),
      shared_rows::input(&O::input),
      field("output", &O::output).says("Output", "Also write the names, one a line, to this file."),
  };
}
static_assert(all_described<FilterOptions>);

template <>
constexpr auto describe<CatalogueOptions>() {
  return std::tuple{shared_rows::threads(&CatalogueOptions::threads), shared_rows::input(&CatalogueOptions::input)};
}
static_assert(all_described<CatalogueOptions>);

template <>
constexpr auto describe<StatsOptions>() {
  using O = StatsOptions;
  return std::tuple{
      shared_rows::threads(&O::threads),
      shared_rows::input(&O::input),
      field("output", &O::output)
          .says("Output", "Folder for the pictures, in place of WORKSPACE/.understudy/stats-SIDE."),
  };
}
static_assert(all_described<StatsOptions>);

}  // namespace understudy
