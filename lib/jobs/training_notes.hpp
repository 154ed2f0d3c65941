// SPDX-License-Identifier: Apache-2.0
// What a training's notes and warnings say where something happened that is marked in the graph of its losses: by these
// words they are written, and by these they are found again in a job's log.
#pragma once

#include <string_view>

namespace understudy::training_notes {

inline constexpr std::string_view stage = "-- training: ";             // note: behind it the stage's name
inline constexpr std::string_view went_back = ": back to iteration ";  // warning: behind what was wrong
inline constexpr std::string_view set_quote = "'";                     // note: 'KEY' is VALUE now
inline constexpr std::string_view set_to = "' is ";
inline constexpr std::string_view set_end = " now";

}  // namespace understudy::training_notes
