// SPDX-License-Identifier: Apache-2.0
// Step 2: from frames to aligned faces with landmarks in their metadata.
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/2_extract/options.hpp"

namespace understudy {

struct ExtractPaths {
  std::filesystem::path frames;                       // a video, or a folder of images
  std::filesystem::path aligned;                      // out: <frame stem>_<i>.jpg
  std::filesystem::path debug;                        // out, with options.debug: <frame stem>.jpg
  std::filesystem::path journal;                      // .understudy/extract-<side>.jsonl
  std::vector<std::filesystem::path> manifests = {};  // that may say of which clips the frames are
};

struct ExtractReport {
  std::int64_t frames = 0;
  std::int64_t faces = 0;
  std::int64_t frames_done_before = 0;    // by an earlier run; == frames when there was nothing to do
  std::vector<std::string> without_face;  // frame names
  std::vector<std::string> several_faces;
  std::vector<std::string> unreadable;
  bool kept_foreign = false;     // the folder holds faces that another program extracted: left alone
  std::filesystem::path backup;  // where faces of an earlier, different extraction were moved; or empty
  std::int64_t set_aside = 0;    // faces that somebody had worked on, kept in `backup` as they were
  // Of the looking that this run did, else 0: faces that go through the clip as one, people, faces filled in where
  // a track was lost for some frames, things that were held for no face.
  int tracks = 0, persons = 0, filled = 0, dropped = 0;
  std::int64_t redone = 0;  // frames that --redo-deleted, --marked or --missing had looked at again
  double seconds = 0;       // of this run
  // Summed over threads, seconds: where the time went.
  double read_seconds = 0, find_seconds = 0, cut_seconds = 0, write_seconds = 0;
};
std::string to_json_text(const ExtractReport&);

// Skips what its journal says is done with the same options and source; other options or another video move the old
// faces to a backup folder and start over. A frame that is done again keeps its faces' names, what was drawn or stored
// for them by hand, and the faces that were weeded out stay out; a face whose picture was worked on is kept in a backup
// folder. A kill at any moment loses at most the frames being worked on, and the rerun ends with the same files.
// Errors: no_faces when no frame had one (the journal is kept); busy when another job changes the folder.
Result<ExtractReport> extract(const ExtractOptions&, const ExtractPaths&, Run&);

}  // namespace understudy
