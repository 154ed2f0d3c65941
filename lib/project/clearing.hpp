// SPDX-License-Identifier: Apache-2.0
// What a step made is cleared: moved as it is to WORKSPACE/.understudy/trash, and had back by an undo. What lies on
// another disk, by way of a folder that is a link, goes to .understudy/trash in that folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/project/workspace.hpp"

namespace understudy {

// What of a workspace can be cleared, by the step that made it. "model" needs the name of one.
inline constexpr const char* clearable_steps[] = {"frames", "faces", "model", "merge", "video"};

struct Going {
  fs::path path;  // a file or a folder
  std::uint64_t files = 0, bytes = 0;
};
// What clearing that step would take away; empty when nothing is there. `side` empty: both. The videos themselves never
// go.
Result<std::vector<Going>> what_goes(const Workspace&, const std::string& step, const std::string& side,
                                     const std::string& model);
// Moves it to the trash, all or nothing; `tell` gets a sentence that says where before anything is moved. Code::busy
// when another understudy works in it.
Result<std::vector<Going>> clear_step(const Workspace&, const std::string& step, const std::string& side,
                                      const std::string& model, const std::function<void(std::string)>& tell);

struct LastClear {
  std::string what;  // "merge", "faces src"; empty: there is none
  std::size_t parts = 0;
};
LastClear last_clear(const Workspace&);
// Brings the last one back; what has its place taken comes under another name.
struct Brought {
  std::string what;
  std::size_t restored = 0, renamed = 0, missing = 0;
};
Result<Brought> undo_clear(const Workspace&);

}  // namespace understudy
