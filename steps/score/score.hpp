// SPDX-License-Identifier: Apache-2.0
// How good a swap is, in numbers. In: dst frames, merged frames and masks, both facesets, the truth where it is known.
// Out: score.json, score.csv (a row a frame) and score.png (one page to look at).
#pragma once

#include <functional>

#include "lib/base/files.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/jobs/run.hpp"
#include "lib/score/verdict.hpp"
#include "steps/score/options.hpp"

namespace understudy {

struct ScorePaths {
  fs::path frames;  // of dst: video or folder
  fs::path result;  // video or folder
  fs::path mask;    // video or folder; empty or missing: the hulls of the faces
  fs::path src_aligned, dst_aligned;
  fs::path truth;   // video or folder; empty: unknown
  fs::path output;  // folder
};

// What whoever made the clips knows of them (the demo does). The functions are called from several threads at once.
struct KnownClip {
  struct Truth {
    ImageU8 frame_bgr;
    ImageU8 mask;  // inside the face, where it is to be compared
  };
  std::function<Truth(std::int64_t frame)> truth;
  // The truth pasted as the merge pastes: what no training can go beyond. BGR; the matte is the merge's, 0..255.
  struct Pasting {
    const ImageU8 &dst_bgr, &truth_bgr, &matte;
    const Landmarks68& landmarks;  // of dst, in the frame
  };
  std::function<Result<ImageU8>(const Pasting&)> ceiling;
  std::function<bool(std::int64_t frame)> eyes_shut, mouth_open;  // as dst plays it
  int truth_samples = 0;  // frames to compare with the truth, evenly spread; 0: 48
};

struct ScoreReport {
  score::Verdict verdict;
  std::int64_t frames = 0;  // of the clip
  int every = 1;
  int without_face = 0;  // of the frames that were to be scored; these are left out
  int without_result = 0;
  double seconds = 0;
  fs::path json, csv, page;
};
// Without the list of parts; numbers that cannot be told are null.
std::string to_json_text(const ScoreReport&);

Result<ScoreReport> score_clip(const ScoreOptions&, const ScorePaths&, const KnownClip&, Run&);

}  // namespace understudy
