// SPDX-License-Identifier: Apache-2.0
// What to do with what an earlier extraction left: go on with it, keep it, or move it aside.
#pragma once

#include "lib/base/lock.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/project/extract_journal.hpp"
#include "steps/2_extract/extract.hpp"
#include "steps/2_extract/frame_origin.hpp"

namespace understudy {

struct EarlierWork {
  bool foreign = false;  // the folder holds faces of another program, to be kept
  std::int64_t foreign_faces = 0;
  bool smooth = true;  // as the options say, or as the extraction that is gone on with was begun
  fs::path backup;     // where older faces were moved, or empty
};
// `same_source`: same_clips(). on or off. Automatic is what the extraction that is gone on with was begun with, else
// off for a folder of stills; a note says which.
Smoothing chosen_smoothing(const ExtractOptions&, const ExtractPaths&, const media::FrameSource&, const Journal&,
                           bool same_source, Run&);
// Forgets the journal's records where they are out of date. The lock is that of the folder of faces, and is so still
// when that was moved aside.
Result<EarlierWork> settle_earlier_work(const ExtractOptions&, const ExtractPaths&, const FrameOrigin&,
                                        bool same_source, Journal&, FileLock&, Run&);

// What the result depends on: when it changes, the faces are out of date.
nlohmann::json head_of(ExtractOptions, const FrameOrigin&);
// The same for what the first pass sees.
std::string raw_head_of(const ExtractOptions&, const media::FrameSource&);
// Where the first pass keeps it: beside the journal.
fs::path raw_path(const ExtractPaths&);

}  // namespace understudy
