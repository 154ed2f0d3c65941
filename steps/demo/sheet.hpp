// SPDX-License-Identifier: Apache-2.0
// The before/after contact sheet of a swap: rows of src faces, dst frames, merged frames and, in the demo, the truth.
#pragma once

#include <functional>

#include "lib/base/files.hpp"
#include "lib/image/contact_sheet.hpp"
#include "lib/jobs/run.hpp"

namespace understudy::demo {

struct SwapSheet {
  fs::path src;  // each a video or a folder of images
  fs::path dst;
  fs::path merged;                          // as many frames as dst
  std::function<ImageU8(int frame)> truth;  // BGR; empty for real clips
  std::string title = "understudy";
  std::string subtitle;  // "22.4 dB against the truth inside the face (10.1 dB before) - 6 minutes"
  std::string src_remark, dst_remark, merged_remark, truth_remark;
  std::function<void(std::string)> tell;  // may be empty; hears of a page by somebody else that was put aside
  int columns = 7;
  int cell = 224;
};

// The frames are spread evenly over dst; the src row is spread over src and stands for what the model learned from.
Result<> write_contact_sheet(const fs::path& png, const SwapSheet&);

}  // namespace understudy::demo
