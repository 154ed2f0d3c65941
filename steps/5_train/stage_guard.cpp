// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/stage_guard.hpp"

#include <algorithm>

#include "lib/base/lock.hpp"
#include "lib/loop/model_restore.hpp"
#include "lib/training/model_list.hpp"
#include "lib/training/validation.hpp"

namespace understudy {
namespace {

// Two runs that differ in nothing but their seed lie this far apart (docs/decisions/recommended-preset.md).
constexpr double chance = 0.01;

Result<int> resolution_of(const ModelFolder& folder) {
  TRY(const auto spec, spec_of(folder.description()));
  return spec.shape.resolution;
}

std::vector<NamedTensor> listed(const std::map<std::string, Tensor>& tensors) {
  std::vector<NamedTensor> list;
  for (const auto& [name, tensor] : tensors) list.push_back({name, tensor});
  return list;
}

}  // namespace

Result<StageGuard> StageGuard::before(const fs::path& model, Run& run) {
  StageGuard guard;
  guard.iteration_ = trained_iterations(model);
  if (guard.iteration_ == 0) return guard;
  TRY(const auto lock, FileLock::take(model / "lock"));
  TRY(auto folder, ModelFolder::open(model));
  TRY(guard.resolution_, resolution_of(folder));
  if (auto kept = folder.backup(); !kept) {
    run.warn(to_sentence(kept.error()));  // without it the stage cannot be undone, that is all
    return guard;
  }
  if (const auto kept = usable_list(model / "backups" / "01"); kept && !kept->entries.empty())
    guard.weights_ = kept->entries.back().weights.checksum;
  guard.worth_ = last_validation(model / "validation.csv");
  return guard;
}

Result<bool> StageGuard::undo_if_worse(const fs::path& model, Run& run) const {
  const auto now = last_ssim(model / "validation.csv");
  if (!worth_ || !now || *now >= ssim_of(*worth_) - chance) return false;
  TRY(const auto lock, FileLock::take(model / "lock"));
  TRY(auto folder, ModelFolder::open(model));
  TRY(const int resolution, resolution_of(folder));
  if (resolution != resolution_) return false;  // other pictures: the numbers say nothing of each other
  // A backup that somebody asked for during the stage has moved it on.
  TRY(const auto states, kept_states(model));
  const auto kept = std::ranges::find_if(states, [&](const KeptState& s) {
    return s.backup > 0 && s.entry.iteration == iteration_ && s.entry.weights.checksum == weights_;
  });
  if (kept == states.end()) return false;
  TRY(const auto backup, ModelFolder::open(kept->folder));
  std::vector<std::string> warnings;
  TRY(const auto then, backup.load_trained(true, warnings));
  TRY(const auto spent, folder.load_trained(false, warnings));
  for (auto& w : warnings) run.warn(std::move(w));
  // The weights before the options: a kill between them leaves sound weights under the stage's options, and not those
  // of the stage under options that say nothing of it.
  folder.intend(backup.description());
  TRY_VOID(folder.save(
      {spent.iteration, spent.batches, spent.seconds, listed(then.weights), listed(then.optimizer), spent.losses}));
  TRY_VOID(folder.commit_description());
  if (auto told = repeat_validation(model / "validation.csv", *worth_, spent.iteration, spent.seconds); !told)
    run.warn(to_sentence(told.error()));
  run.note(fmt::format("The fixed faces fell from SSIM {:.3f} to {:.3f}: back to the weights of iteration {}",
                       ssim_of(*worth_), *now, iteration_));
  return true;
}

}  // namespace understudy
