// SPDX-License-Identifier: Apache-2.0
// A stage of a course that made the model worse is undone. Inner part of the step.
#pragma once

#include <optional>

#include "lib/jobs/run.hpp"
#include "lib/loop/validation_log.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {

// The model as it is before a stage: kept as a backup, with what its fixed faces are worth.
class StageGuard {
 public:
  // Nothing to guard when the model has not been trained or looked at yet.
  static Result<StageGuard> before(const fs::path& model, Run&);
  // When the fixed faces are redrawn worse by more than chance explains (mean SSIM, at the same size), the weights,
  // the optimiser's memory and the options of before come back, and validation.csv says of the iteration that is
  // reached what those weights are worth, for the guard of the next stage; iterations and time stay spent. True when it
  // did.
  Result<bool> undo_if_worse(const fs::path& model, Run&) const;

 private:
  std::optional<ValidationRow> worth_;  // the row of validation.csv
  std::int64_t iteration_ = 0;
  std::uint64_t weights_ = 0;  // the checksum of what was kept
  int resolution_ = 0;
};

}  // namespace understudy
