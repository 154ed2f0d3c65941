// SPDX-License-Identifier: Apache-2.0
// The measuring itself: src once, then frame by frame.
#pragma once

#include "lib/score/look.hpp"
#include "lib/score/pictures.hpp"
#include "steps/score/clip.hpp"

namespace understudy {

// What the result is held against.
struct SrcMeasures {
  Embedding mean{};
  score::SrcLook look;
  double detail = score::unknown;  // median energy of its faces at `side`
  int side = 0;                    // at which detail is compared: that of dst's face in the frame, at most 256
};
Result<SrcMeasures> measure_src(const fs::path& aligned, int side, const std::vector<score::FaceReader>& readers, Run&);
int detail_side(const Clip&);

// The pictures of one frame; matte and the frames before may be missing.
struct FramePictures {
  Picture plate, result, matte, truth;
  Picture plate_before, result_before;
};
struct MeasuredFrame {
  score::FrameMeasures measures;
  ImageU8 plate_face, result_face;  // thumbnails, BGR
};
inline constexpr int thumbnail = 120;

class FrameMeter {
 public:
  FrameMeter(const SrcMeasures& src, const KnownClip& known) : src_(src), known_(known) {}
  // with_truth: the frame is one of those that are compared with the truth, if there is one.
  Result<MeasuredFrame> measure(score::FaceReader&, const ClipPlace&, const FramePictures&, bool with_truth) const;

 private:
  const SrcMeasures& src_;
  const KnownClip& known_;
};

}  // namespace understudy
