// SPDX-License-Identifier: Apache-2.0
// What somebody set in DeepFaceLab's interactive merger: <model name>_merger_session.dat (spec pipeline.md 9.4).
#pragma once

#include "lib/base/files.hpp"
#include "lib/timeline/operations.hpp"

namespace understudy {

struct SessionFrame {
  std::string stem;        // of the frame's file, without folder and ending
  SettingValues settings;  // empty: nobody came to it
};
struct MergerSession {
  std::vector<SessionFrame> frames;  // in the session's order
  std::vector<std::string> unknown;  // names of settings that are not known here, sorted
};

// By the restricted reader: the file's classes are taken for what they hold, and nothing of them runs. bad_file in one
// sentence for anything else than a session.
Result<MergerSession> read_merger_session(const fs::path&);

// What most frames have: it becomes the whole clip's, and only what differs is set for single frames.
SettingValues usual_of(const std::vector<SessionFrame>&);

// A session over the frames of a clip: what it says of each, ascending.
using FramesOfSession = std::vector<std::pair<std::int64_t, const SettingValues*>>;
struct SessionTakenOver {
  std::vector<TimelineOperation> operations;
  std::size_t ranges = 0;  // of frames for which something is set singly
};
// What was set before makes way, singly or by keys: it would go before what the session says. A shot's own value and a
// person's stay for frames that the session does not know; for the others the session's is set singly.
SessionTakenOver take_over(const Timeline& now, const FramesOfSession&, const SettingValues& usual);

}  // namespace understudy
