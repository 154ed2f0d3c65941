// SPDX-License-Identifier: Apache-2.0
// The text that is kept of every merged picture, which tells what it was made of.
#pragma once

#include <optional>
#include <string>

#include "lib/base/made_files.hpp"

namespace understudy {

// "<what it was made of> <bytes> <hash> <time>" of an image file, or zeros behind the first word for a frame of a
// video. Where a fallback took the place of what was planned, a fifth word tells what the picture would have been made
// of without.
struct Recipe {
  std::string common;
  Print frame;
  std::string without_fallback;

  static Recipe read(const std::string& text);
  std::string text() const;
  bool same_content(const Recipe& other) const {
    return common == other.common && frame.bytes == other.frame.bytes && frame.hash == other.frame.hash;
  }
  // That of the picture without the fallback; its own where there was none.
  Recipe plain() const { return without_fallback.empty() ? *this : Recipe{without_fallback, frame, {}}; }
};

// Whether two such texts tell of the same content.
bool same_recipe(const std::string& a, const std::string& b);

}  // namespace understudy
