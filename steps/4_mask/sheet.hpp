// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/face/face_file.hpp"
#include "lib/image/contact_sheet.hpp"
#include "lib/jobs/run.hpp"
#include "steps/4_mask/face_source.hpp"
#include "steps/4_mask/options.hpp"

namespace understudy {

// Face, mask, and both in one picture: outside of the mask darkened, the polygons' outlines in green (include) and red
// (exclude). Without a mask the labels' is shown, without these the hull of the landmarks.
SheetRow sheet_row(const Face&, const std::string& name, const std::string& remark);
extern const std::vector<std::string> sheet_columns;

// Pages of that many faces each: page-001.png …
struct SheetPages {
  fs::path folder;
  std::string title;
  int cell = 192;
};
using RemarkOf = std::function<std::string(std::size_t place)>;
// The faces in that order; what could not be drawn is told of by name in what is returned. Pages of an earlier, longer
// sheet are removed.
Result<std::vector<std::string>> write_pages(const SheetPages&, const FaceSource&,
                                             const std::vector<std::size_t>& which, const RemarkOf& remark, int threads,
                                             Run&);

Result<std::string> draw_mask_sheet(const fs::path& folder, const fs::path& target, const MaskSheetOptions&, Run&);

}  // namespace understudy
