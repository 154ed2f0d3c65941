// SPDX-License-Identifier: Apache-2.0
// The merge straight into a finished video, without a picture file in between: dst's frames go through merge and
// encoder in order, with dst's times, colours, timecode and sound.
#pragma once

#include "lib/project/encoder_rows.hpp"
#include "steps/6_merge/merge.hpp"

namespace understudy {

struct ToVideoOptions : EncoderSettings {
  std::filesystem::path to;
  int piece_frames = 120;
};
template <>
constexpr auto describe<ToVideoOptions>() {
  using O = ToVideoOptions;
  return std::tuple_cat(
      std::tuple{field("to", &O::to)
                     .says("Straight to a video",
                           "Writes this video (.mp4, .mov, .mkv) and no pictures; a stopped run goes on where it was. "
                           "Empty: pictures.")
                     .in("Video")},
      encoder_rows<O>(),
      std::tuple{
          field("piece-frames", &O::piece_frames)
              .says("Frames of a piece", "So many are encoded as one piece: what a stop or a kill costs at most.")
              .range(1, 100000)
              .in("Video")
              .advanced()});
}
template <>
inline constexpr bool all_described<ToVideoOptions> = described_with_encoder<ToVideoOptions>;
static_assert(all_described<ToVideoOptions>);

// With `bit_depth` 16 the plate is read at 16 bits, and H.265 gets ten. Pieces lie in `pieces` until the video is
// whole; those of the same frames, settings, models and encoder are taken again. A file of that name that was not made
// here, or was changed since, is put aside. A piece that lacks a frame which could not be read is made again by the
// next run. bad_option when dst is not a video, or only some frames were asked for.
Result<MergeReport> merge_to_video(const ToVideoOptions&, const MergeOptions&, const SettingValues& clip_wide,
                                   const MergePaths&, const fs::path& pieces, Run&);

}  // namespace understudy
