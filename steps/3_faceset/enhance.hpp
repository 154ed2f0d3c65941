// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/3_faceset/options.hpp"

namespace understudy {

struct EnhancePaths {
  std::filesystem::path faces;
  std::filesystem::path results;  // <faces>_enhanced
};
// New faces under their old names, with all their metadata (spec pipeline.md 4.4); what an earlier run made with the
// same options is kept.
Result<std::string> enhance_faceset(const EnhancePaths&, const EnhanceOptions&, Run&);

}  // namespace understudy
