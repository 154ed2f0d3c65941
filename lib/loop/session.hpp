// SPDX-License-Identifier: Apache-2.0
// A running training: what learns, its model on disk, and what goes wrong between them.
#pragma once

#include <fstream>
#include <memory>
#include <span>

#include "lib/jobs/run.hpp"
#include "lib/loop/learner.hpp"
#include "lib/loop/preview_worker.hpp"

namespace understudy {

class Session {
 public:
  // The learner must outlive it.
  Session(ModelStore, Learner&);

  // Takes the newest good generation over. One that begins anew (Learner::begins_anew) is kept as a backup, and its
  // iteration count and losses start from nothing; that it cannot be kept is an error. Changes nothing on disk but
  // that.
  Result<> load(Run&);
  // Nothing was saved yet: the weights are the fresh ones.
  bool is_new() const { return !loaded_; }

  // Opens what the training is looked at by: previews in the background, validation.csv, TensorBoard's files. After
  // load.
  Result<> open_views(Run&);

  // One iteration. A loss that is no number, or far above those before under the same options, is not kept: the run
  // goes back to the newest good generation with half the learning rate, and says so. Code::device when that happens
  // again and again.
  Result<> iterate(Run&);
  Result<> save(Run&);
  // Where an error ends the training: what was learned before it is saved, unless that is what went wrong. A failure is
  // a warning.
  void save_what_is_sound(Run&);
  Result<> backup(Run&);
  // Hands the previews of now to the worker, and notes the validation numbers. `history`: only keeps the picture there.
  Result<> show_preview(bool history, Run&);
  void next_preview(Run&);
  void next_loss_range(Run&);
  void note_losses();  // for TensorBoard
  void finish_views(Run&);

  // "src_loss" and so on: means of the last 50 iterations.
  NamedValues recent_losses() const;
  double mean_of_last(std::size_t loss) const;  // of 50 iterations, by its place among Learner::loss_names
  fs::path preview_path() const { return store_.path() / "preview.png"; }
  const fs::path& path() const { return store_.path(); }
  ModelStore& store() { return store_; }
  Learner& learner() { return learner_; }
  std::int64_t iteration() const { return iteration_; }
  void add_seconds(double s) { seconds_ += s; }

 private:
  bool healthy(std::span<const float> losses) const;
  Result<> roll_back(std::span<const float> losses, Run&);
  void take_over(const LoadedGeneration&);
  Result<std::optional<LoadedGeneration>> load_newest(std::vector<std::string>& warnings);
  Result<> restore_sampler(const LoadedGeneration&, Run&);
  const nlohmann::json& description_of(const LoadedGeneration&) const;
  bool begins_anew(const LoadedGeneration&) const;
  Result<> keep_what_was(Run&);
  void start_count_anew();
  std::int64_t comparable_since(const LoadedGeneration&) const;
  Result<ValidationLog> open_validation() const;
  Result<> start_log();

  ModelStore store_;
  Learner& learner_;
  std::unique_ptr<EventWriter> events_;
  std::unique_ptr<PreviewWorker> worker_;
  std::optional<ValidationLog> validation_;
  LossHistory losses_;
  LossMarks marks_;
  std::ofstream log_;
  std::int64_t iteration_ = 0, batches_ = 0, saved_iteration_ = -1;
  std::int64_t comparable_since_ = 0;  // the iteration from which on the losses are of one kind
  bool loaded_ = false;
  bool spoiled_ = false;  // the last step was not sound, and going back to a save has not helped
  double seconds_ = 0;
  // After a rollback the learning rate is lowered, and raised again when all goes well for a while.
  double lr_factor_ = 1;
  int rollbacks_ = 0;
  std::int64_t good_since_ = 0;
};

}  // namespace understudy
