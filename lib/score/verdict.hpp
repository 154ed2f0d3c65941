// SPDX-License-Identifier: Apache-2.0
// From what was measured frame by frame to what is said of the clip: correlations, medians, and one number.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/score/play.hpp"
#include "lib/score/truth.hpp"

namespace understudy::score {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// One frame; NaN where nothing can be told.
struct FrameMeasures {
  std::int64_t frame = 0;  // of the clip, from 0
  std::string name;
  bool seen = false;                                // there is a face in the result
  double identity = unknown;                        // share of the way from dst to src
  double src_distance = unknown;                    // of the embeddings: below 0.6 it is mostly the same person
  Play dst, result;                                 // when seen
  PoseChange pose;                                  // from dst to result, when seen
  double sharpness = unknown;                       // energy of detail over src's
  double plate_sharpness = unknown;                 // the untouched frame's over src's
  double seam = unknown;                            // gradient across the matte's edge over the plate's
  double change = unknown, plate_change = unknown;  // from the frame before, unexplained by motion
  double skin = unknown;                            // mismatch, CIELAB units
  std::optional<TruthMeasures> truth, untouched, ceiling;
  std::optional<bool> eyes_shut, mouth_open;  // what dst plays, where that is known (the actors)
};

// The open eyes of src: what "shut" is measured by in the result, who wears src's eyes.
struct SrcLook {
  double eyes_open = unknown;  // Play::eyes_open of a face with open eyes
};

struct TruthSummary {
  TruthMeasures result, untouched;
  std::optional<TruthMeasures> ceiling;
  int frames = 0;
};

struct Part {
  std::string name;
  double weight = 0;       // all weights sum to 1
  double value = unknown;  // 0..1, NaN: cannot be told here
  std::string says;        // "correlation 0.71"
};

struct Verdict {
  int frames = 0;
  double seen = 0;  // share of the frames
  // Means and medians over the frames; the bars of the decisions page in the order that they are named there.
  double eyes = unknown, jaw = unknown, gaze = unknown;  // correlation of dst and result over the clip
  double identity = unknown;                             // median share, 0..1
  double sharpness = unknown;                            // median over src's
  double seam = unknown, flicker = unknown;              // over the plate's
  double plate_sharpness = unknown;
  double src_distance = unknown;
  double mouth = unknown, brows = unknown;  // agreement of the shapes' departures from their means, -1..1
  double turn = unknown;                    // degrees, mean departure from the mean difference
  double place = unknown;                   // the same of the place, in distances between the eyes
  double skin = unknown;
  double eyes_kept = unknown, mouth_kept = unknown;  // shares of the frames where dst shuts its eyes, opens its mouth
  int shut_frames = 0, open_frames = 0;
  std::optional<TruthSummary> truth;
  std::vector<Part> parts;
  double total = 0;  // 0..100
};

Verdict judge(std::span<const FrameMeasures>, const SrcLook&);

// The value that such a share of the known ones lies below; NaN for none.
double percentile(std::vector<double> values, double share);

// Pearson's, over the pairs where both are known; NaN for fewer than 8 pairs or when either varies less than `least`
// (standard deviation): a clip without blinks tells nothing of blinking. A result that does not vary at all while dst
// does has 0.
double correlation(std::span<const double> dst, std::span<const double> result, double least);

}  // namespace understudy::score
