// SPDX-License-Identifier: Apache-2.0
// Which files of a folder are frames, and the lists of files that all rooms share.
#pragma once

#include <optional>

#include "lib/base/files.hpp"

namespace understudy {

struct FrameFiles {
  std::vector<fs::path> pictures;  // jpg, jpeg, jpe, jfif, png, tif, tiff, webp, bmp, gif, avif, jp2; sorted as strings
  std::vector<std::string> others;  // names of pictures in formats that are not read here (heic, raw, psd, …), sorted
};
// Whether a file is one of `pictures`, by its name.
bool is_picture_name(const fs::path&);
// Not recursive. Hidden files ("._00001.png" of another system, temporaries) and folders are neither.
Result<FrameFiles> frame_files(const fs::path& folder);

// A frame is known by its name without the ending: of pictures that share one the first is the frame. The others are
// taken out; their names come back.
std::vector<std::string> take_out_second_names(std::vector<fs::path>& pictures);
// What to tell of them, in a sentence for a warning; nothing where there are none.
std::optional<std::string> passed_over(const fs::path& folder, const std::vector<std::string>& names);

// All files of a folder but hidden ones, sorted by name as plain strings; what all other lists of files choose from.
// Not recursive. Code::not_found without the folder.
Result<std::vector<fs::path>> plain_files(const fs::path& folder);
// Those whose names end in ".jpg", in small letters: where DeepFaceLab looks for faces. None without the folder.
std::vector<fs::path> jpg_files(const fs::path& folder);
// The folders in a folder but hidden ones, sorted. None without it.
std::vector<fs::path> sub_folders(const fs::path& folder);

// The stem with the ending; where that is longer than a name may be, the stem's end makes way for a checksum.
std::string fitting_name(const std::string& stem, std::string_view ending);

// "3 pictures in data_dst cannot be read here (a.heic, b.cr2, c.dng)": what to tell of the others.
std::string not_read(const fs::path& folder, const std::vector<std::string>& others);

}  // namespace understudy
