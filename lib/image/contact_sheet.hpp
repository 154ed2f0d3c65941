// SPDX-License-Identifier: Apache-2.0
// Rows of small pictures with captions on one page.
#pragma once

#include <string>
#include <vector>

#include "lib/image/image.hpp"

namespace understudy {

struct SheetRow {
  std::string caption;            // "merged"
  std::string remark;             // smaller, below the caption; may be empty
  std::vector<ImageU8> pictures;  // BGR of any size; an empty one leaves its cell blank
};

struct ContactSheet {
  std::string title;
  std::string subtitle;
  std::vector<std::string> columns;  // captions above the columns; may be empty
  std::vector<SheetRow> rows;
  int cell = 224;  // side of a cell in pixels; pictures keep their shape inside it
};

// Captions in the letters of draw_text() (lib/image/draw.hpp).
ImageU8 draw(const ContactSheet&);

}  // namespace understudy
