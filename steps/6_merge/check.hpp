// SPDX-License-Identifier: Apache-2.0
// `merge check`: what is wrong where in the merged frames. In: merged/ and merged_mask/, the frames that they were made
// of, both facesets. Out: merge_check.json, merge_check.csv (a row a frame) and merge_check.png (over time).
#pragma once

#include "lib/jobs/run.hpp"
#include "lib/media/frame_source.hpp"
#include "steps/6_merge/check_options.hpp"
#include "steps/6_merge/check_records.hpp"
#include "steps/6_merge/facts.hpp"

namespace understudy {

struct CheckPaths {
  fs::path frames;       // of dst: video or folder
  fs::path aligned;      // dst faces
  fs::path src_aligned;  // need not be there: nothing is said of turns and persons then
  fs::path merged, merged_mask;
  fs::path timelines;
  fs::path records;  // what was measured before
  fs::path output;   // folder
};

// What lies in merged/ under a frame's name.
struct MergedPicture {
  std::string of;  // its recipe, as it would be without a fallback; of another's picture one of its content
  bool there = false;
  bool fallback = false;  // what is shown is a fallback's
};

struct CheckedClip {
  media::FrameSource source;
  Timeline timeline;
  std::vector<PlannedFrame> plans;
  std::vector<MergedPicture> pictures;
  std::vector<FrameFacts> facts;
  std::vector<JudgedFrame> judged;
};

struct CheckReport {
  std::int64_t frames = 0;
  std::int64_t measured = 0;         // whose merged picture is measured as it is
  std::int64_t measured_now = 0;     // of these, by this run
  std::int64_t without_picture = 0;  // frames with a face to be replaced that are not merged
  std::int64_t fallbacks = 0;        // frames that show what a fallback made of them
  std::int64_t with_reasons = 0;
  double seconds = 0;
  fs::path json, csv, page, sheet;
  std::string text;  // all of it as JSON, with how many frames have each reason and the worst of each shot
};

// Frames are measured as they are without a fallback: one that shows a fallback's keeps what was measured of it before.
// Only frames that changed since are measured. A stop keeps what was measured.
Result<CheckReport> check_merge(const CheckOptions&, const CheckPaths&, Run&);

// Inner parts.
// Measures those frames, with what lies before each of them, and puts them into the records.
Result<> measure_frames(CheckedClip&, const CheckPaths&, std::span<const std::int64_t> due, int threads,
                        const std::optional<Faceset>& src, CheckRecords&, Run&);
// The frames with reasons, by shot, worst first.
std::vector<std::vector<std::int64_t>> worst_by_shot(const CheckedClip&);
std::string report_text(const CheckReport&, const CheckedClip&);
std::string in_words(const FoundReason&);  // "edge 3.40 (limit 2)"
Result<> write_check(const CheckReport&, const CheckedClip&, Run&);
ImageU8 draw_check(const CheckReport&, const CheckedClip&);
// The worst frames on one page, not all from one moment.
Result<> write_check_sheet(const fs::path& png, CheckedClip&, const CheckPaths&, int count, Run&);

}  // namespace understudy
