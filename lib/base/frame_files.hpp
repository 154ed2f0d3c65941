// SPDX-License-Identifier: Apache-2.0
// Which files of a folder are frames.
#pragma once

#include "lib/base/files.hpp"

namespace understudy {

struct FrameFiles {
  std::vector<fs::path> pictures;  // jpg, jpeg, jpe, jfif, png, tif, tiff, webp, bmp, gif, avif, jp2; sorted as strings
  std::vector<std::string> others;  // names of pictures in formats that are not read here (heic, raw, psd, …), sorted
};
// Not recursive. Hidden files ("._00001.png" of another system, temporaries) and folders are neither.
Result<FrameFiles> frame_files(const fs::path& folder);

// The stem with the ending; where that is longer than a name may be, the stem's end makes way for a checksum.
std::string fitting_name(const std::string& stem, std::string_view ending);

// "3 pictures in data_dst cannot be read here (a.heic, b.cr2, c.dng)": what to tell of the others.
std::string not_read(const fs::path& folder, const std::vector<std::string>& others);

}  // namespace understudy
