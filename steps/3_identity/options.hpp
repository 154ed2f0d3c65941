// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/identity/embedding.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

struct IdentifyOptions {
  std::string keep;
  std::string reject;
  double outliers = 0;
  double threshold = same_group;
  bool dry_run = false;
  int threads = 0;
  std::filesystem::path sheet;
  std::filesystem::path input;
};

template <>
constexpr auto describe<IdentifyOptions>() {
  using O = IdentifyOptions;
  return std::tuple{
      field("keep", &O::keep)
          .says("Keep persons",
                "Numbers as listed, such as 0 or 0,2, or names given in the studio: the faces of all others go to the "
                "trash folder."),
      field("reject", &O::reject)
          .says("Reject persons", "Numbers or names, as listed: their faces go to the trash folder."),
      field("outliers", &O::outliers)
          .says(
              "Outliers",
              "Faces farther than this from the middle of their person go to the trash folder, 0.4 to 0.5 is usual; 0: "
              "they stay.")
          .range(0, 2),
      field("threshold", &O::threshold)
          .says("Threshold", "Faces nearer than this are one person; smaller finds more persons.")
          .range(0.2, 1)
          .advanced(),
      field("dry-run", &O::dry_run).says("Dry run", "Only tell what would be moved."),
      field("threads", &O::threads).says("Threads", "0 takes one per processor.").range(0, 256).advanced(),
      field("sheet", &O::sheet).says("Contact sheet", "Also write a picture of every person's faces to this file."),
      field("input", &O::input).says("Faces", "A folder of faces, in place of the workspace's."),
  };
}
static_assert(all_described<IdentifyOptions>);

}  // namespace understudy
