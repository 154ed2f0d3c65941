// SPDX-License-Identifier: Apache-2.0
// What somebody set in DeepFaceLab's interactive merger: <model name>_merger_session.dat (spec pipeline.md 9.4).
#pragma once

#include "lib/base/files.hpp"
#include "lib/timeline/timeline.hpp"

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

}  // namespace understudy
