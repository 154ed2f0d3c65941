// SPDX-License-Identifier: Apache-2.0
// The picture that most previews are: the loss graph, and below it pictures in rows with captions.
#pragma once

#include <string>
#include <vector>

#include "lib/loop/previews.hpp"

namespace understudy {

constexpr int highest_table = 800;  // pixels, without graph and captions; higher ones are scaled down

// Captions stand above the first row, or above each row when there are as many as pictures.
struct PreviewTable {
  std::vector<std::string> captions;
  std::vector<std::vector<ImageF>> rows;  // square BGR pictures of one size, 0..1
};

ImageU8 draw_preview_table(const PreviewTable&, const std::string& name, const LossHistory&, std::int64_t range = 0,
                           const LossMarks& marks = {});

}  // namespace understudy
