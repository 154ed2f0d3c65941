// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/files.hpp"
#include "lib/jobs/run.hpp"
#include "steps/4_xseg/options.hpp"

namespace understudy {

// DeepFaceLab's XSeg files as a model of ours; bad_option where there is one already. Return the reports.
Result<std::string> import_xseg(const fs::path& from, const fs::path& model, Run&);
Result<std::string> export_xseg(const fs::path& model, const fs::path& to, const MaskModelExportOptions&, Run&);

}  // namespace understudy
