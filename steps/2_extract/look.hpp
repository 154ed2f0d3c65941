// SPDX-License-Identifier: Apache-2.0
// The first pass: what is seen in each frame, into RawFaces.
#pragma once

#include "lib/detect/tracks/link.hpp"
#include "lib/jobs/run.hpp"
#include "steps/2_extract/frame_contents.hpp"
#include "steps/2_extract/frame_queue.hpp"
#include "steps/2_extract/options.hpp"
#include "steps/2_extract/raw_faces.hpp"

namespace understudy {

struct LookInput {
  media::FrameSource& source;
  std::vector<std::int64_t> frames;  // indices in the source of all frames that count, ascending
  FrameContents& contents;
  int threads = 1;
  Look look = Look::usual;
};

// Looks at the frames that RawFaces does not know (in whole blocks, each followed from its first frame, so that the
// outcome depends on neither threads nor resuming), then pursues every face that appears or is lost in the middle of a
// shot into the frames beside, until nothing more is found. A frame that cannot be read is a warning.
Result<> look_at_frames(const LookInput&, RawFaces&, ThreadSeconds&, Run&);
// The same frames once more, by all means.
Result<> look_thoroughly(const LookInput&, const std::vector<std::int64_t>& frames, RawFaces&, ThreadSeconds&, Run&);

// The faces that were found in frames, as linking needs them: one entry for each of `frames`.
struct Overview {
  Sightings sightings;
  std::vector<Signature> signatures;
  std::vector<bool> shot_begins;
  std::vector<bool> hand_only;                           // nothing may be filled in there
  std::map<std::pair<std::size_t, int>, Embedding> who;  // of some: by position in sightings and index in the frame
};
Result<Overview> overview_of(const RawFaces&, const std::vector<std::int64_t>& frames);

}  // namespace understudy
