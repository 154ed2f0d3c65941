// SPDX-License-Identifier: Apache-2.0
// A running training: the trainer, its samples, its model folder, and what goes wrong between them.
#pragma once

#include <array>
#include <fstream>
#include <memory>

#include "lib/jobs/run.hpp"
#include "lib/training/face_trainer.hpp"
#include "lib/training/model_folder.hpp"
#include "lib/training/preview_history.hpp"
#include "lib/training/preview_worker.hpp"
#include "lib/training/sample_source.hpp"
#include "lib/training/validation.hpp"

namespace understudy {

class Session {
 public:
  Session(ModelFolder, const ModelSpec&, const Device&, Precision, std::unique_ptr<SampleSource>);

  // Takes the newest good generation over. One that was saved while pretraining, where the model does that no more,
  // starts anew with its inters, their averages, the iteration count and the losses; it is kept as a backup. Changes
  // nothing on disk but that.
  Result<> load(Run&);
  // Nothing was saved yet: the weights are the fresh ones.
  bool is_new() const { return !loaded_; }
  // These weights in place of the fresh ones (weights_from of lib/training/origin.hpp).
  Result<> start_from(const std::vector<NamedTensor>& weights);

  // Opens what the training is looked at by: previews in the background, validation.csv, TensorBoard's files. After
  // load.
  Result<> open_views(Run&);

  // One iteration. A loss that is no number, or far above those before under the same options, is not kept: the run
  // goes back to the newest good generation with half the learning rate, and says so. Code::device when that happens
  // again and again.
  Result<> iterate(Run&);
  Result<> save(Run&);
  Result<> backup(Run&);
  // Hands the previews of now to the worker, and notes the validation numbers. `history`: only keeps the picture there.
  Result<> show_preview(bool history, Run&);
  void next_preview(Run&);
  void next_loss_range(Run&);
  void note_losses();  // for TensorBoard
  void finish_views(Run&);

  double mean_of_last(int side) const;  // of 50 iterations; 0 src, 1 dst
  fs::path preview_path() const { return folder_.path() / "preview.png"; }
  const fs::path& path() const { return folder_.path(); }
  ModelFolder& folder() { return folder_; }
  std::int64_t iteration() const { return iteration_; }
  void add_seconds(double s) { seconds_ += s; }
  SampleSource& source() { return *source_; }
  FaceTrainer& trainer() { return trainer_; }

 private:
  Result<Batch> next_batch();
  void repeat_worst(const Losses&);
  bool healthy(const std::array<float, 2>& losses) const;
  void tell_of_recorder(Run&);
  Result<> roll_back(const std::array<float, 2>& losses, Run&);
  void take_over(const LoadedGeneration&);
  Result<> restore_sampler(const LoadedGeneration&, Run&);
  const ModelDescription& description_of(const LoadedGeneration&) const;
  bool is_pretraining_over(const LoadedGeneration&) const;
  void keep_pretrained(Run&);
  void start_count_anew();
  std::int64_t comparable_since(const LoadedGeneration&) const;
  Result<> start_log();

  ModelFolder folder_;
  FaceTrainer trainer_;
  std::unique_ptr<SampleSource> source_;
  Batch last_batch_, fixed_;
  std::unique_ptr<EventWriter> events_;
  std::unique_ptr<PreviewWorker> worker_;
  std::optional<ValidationLog> validation_;
  LossHistory losses_;
  LossMarks marks_;
  std::ofstream log_;
  std::int64_t iteration_ = 0, batches_ = 0, saved_iteration_ = -1;
  std::int64_t comparable_since_ = 0;  // the iteration from which on the losses are of one kind
  bool loaded_ = false;
  double seconds_ = 0;
  // After a rollback the learning rate is lowered, and raised again when all goes well for a while.
  double lr_factor_ = 1;
  int rollbacks_ = 0;
  std::int64_t good_since_ = 0;
  bool told_of_recorder_ = false;
};

}  // namespace understudy
