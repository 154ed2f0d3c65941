// SPDX-License-Identifier: Apache-2.0
// A folder of images from elsewhere (stills, another program's frames) as frames.
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/1_frames/options.hpp"

namespace understudy {

struct ImportPaths {
  std::filesystem::path images;
  std::filesystem::path folder;    // out: 00001.jpg …
  std::filesystem::path manifest;  // as frames extract has it
};
// In natural order of their names ("img2" before "img10"). JPEG and PNG are copied byte for byte; what is turned by an
// EXIF flag or in another format (tif, webp, bmp, …) becomes a PNG. Pictures that cannot be read are left out and told
// of. bad_option when the folder holds other frames of this prefix.
Result<std::string> import_images(const ImportOptions&, const ImportPaths&, Run&);

}  // namespace understudy
