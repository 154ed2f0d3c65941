// SPDX-License-Identifier: Apache-2.0
// OpenEXR files, as compositing programs read them: layers side by side in one file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// half keeps every code of 8 bits and, above a half, of 10; single keeps all 16.
enum class ExrPixels { half, single };
enum class ExrCompression { none, zip, piz, dwaa };  // dwaa loses a little, as JPEG does

// One picture of the file. Channels are named as the field does: "R", "G", "B", "A" in the layer without a name,
// "face.R" … in the others.
struct ExrLayer {
  std::string name;  // letters, digits and '_'; empty for the picture that a viewer shows
  ImageF image;      // 1 channel: A; 3: BGR; 4: BGRA, colours multiplied by alpha, as OpenEXR means it
};

struct ExrPicture {
  std::vector<ExrLayer> layers;  // of one size
  ExrPixels pixels = ExrPixels::half;
  ExrCompression compression = ExrCompression::piz;
  double frame_rate = 0;                                     // 0: not told
  int primaries = 1;                                         // ITU-T H.273: 1 BT.709, 9 BT.2020, 11 and 12 P3
  std::string timecode;                                      // "01:00:00:00", a ';' for drop frame; empty: none
  std::vector<std::pair<std::string, std::string>> remarks;  // attributes of text
};

// Values are written as they are: no transfer function is undone. Primaries and white point are told.
// bad_option for no layers or sizes that differ; io when the file cannot be written. All or nothing.
Result<> write_exr(const fs::path&, const ExrPicture&);
Result<Bytes> encode_exr(const ExrPicture&);  // the file's bytes

}  // namespace understudy
