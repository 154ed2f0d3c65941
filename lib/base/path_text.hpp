// SPDX-License-Identifier: Apache-2.0
// File names are bytes; JSON, logs and terminals want valid UTF-8. Bytes that are none are written as "\xe9".
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "lib/base/files.hpp"

namespace understudy {

// A path as one line of text that can be told and read back: for state files, lists of names, and whatever names a file
// in JSON. Nearly all paths stay as they are; bytes that are no UTF-8 and control characters become "\xe9", and a name
// that itself holds such letters has its backslash written "\x5c", so that path_of_text() gives every path back byte
// for byte.
std::string path_text(const fs::path&);
fs::path path_of_text(std::string_view);

// Length of the UTF-8 sequence that the text begins with; 0 when it begins with none.
std::size_t utf8_length(std::string_view);

// Text for people: as it is, but for bytes that are no UTF-8. Not to be read back.
std::string valid_text(std::string_view);
// The same for a terminal: control characters but line breaks and tabs are written out too, for a name may hold any.
std::string terminal_text(std::string_view);

// nlohmann's dump(), which throws for text that is no UTF-8; here such text goes through valid_text(). Every JSON text
// that holds names or messages is made by this.
std::string json_text(const nlohmann::json&, int indent = -1);
// The value of a JSON text; a discarded one (which is nothing else: no object, no array …) where it is none, or is
// nested deeper than that. Values are copied and written by functions that call themselves for each level, so that a
// file that came from anybody would take the whole stack; no file of ours is nested that deeply.
nlohmann::json parse_json(std::string_view text, int deepest = 64);

}  // namespace understudy
