// SPDX-License-Identifier: Apache-2.0
// Two sides of faces and the network that swaps them, as the loop trains them (lib/loop/learner.hpp).
#pragma once

#include <memory>

#include "lib/loop/learner.hpp"
#include "lib/training/face_trainer.hpp"
#include "lib/training/model_folder.hpp"
#include "lib/training/sample_source.hpp"

namespace understudy {

class FacePair : public Learner {
 public:
  // Throws as LibTorch does (guard_torch).
  FacePair(const ModelDescription&, const ModelSpec&, const Device&, Precision, std::unique_ptr<SampleSource>);

  FaceTrainer& trainer() { return trainer_; }
  SampleSource& source() { return *source_; }
  // These weights in place of the fresh ones (weights_from of lib/training/origin.hpp).
  Result<> start_from(const std::vector<NamedTensor>& weights);

  std::vector<std::string> loss_names() const override { return {"src", "dst"}; }
  Result<std::vector<float>> step(std::int64_t iteration, std::int64_t& batches) override;
  void accepted(std::int64_t iteration, std::int64_t batches) override;
  void set_lr_factor(double factor) override { trainer_.set_lr_factor(factor); }
  bool weights_are_finite() const override { return trainer_.weights_are_finite(); }
  std::vector<std::string> take_warnings() override { return source_->take_warnings(); }
  std::vector<std::string> take_notes() override;

  std::vector<NamedTensor> weights() const override { return trainer_.weights(); }
  std::vector<NamedTensor> optimizer_state() const override { return trainer_.optimizer_state(); }
  Result<> load(const std::map<std::string, Tensor>& weights, const std::map<std::string, Tensor>& optimizer,
                std::vector<std::string>& notes) override {
    dst_loss_.reset();  // it was of weights that are left, which may be why
    return trainer_.load(weights, optimizer, notes);
  }
  Result<> adapt(LoadedGeneration& saved) const override { return grow_to(model_, saved); }
  std::vector<std::uint64_t> sampler_state() const override { return source_->state(); }
  Result<> restore_sampler(std::span<const std::uint64_t> numbers) override { return source_->restore(numbers); }
  // Leaving pretraining: the inters and their averages are renewed (spec networks-and-training.md 4.9).
  bool begins_anew(const nlohmann::json& saved_as, const nlohmann::json& now) const override;
  void begin_anew() override;
  std::string anew_note() const override;

  Result<Look> look(std::int64_t iteration, bool history) override;
  std::vector<std::string> validation_names() const override;
  std::int64_t history_interval() const override;

 private:
  Result<Batch> next_batch(std::int64_t iteration, std::int64_t& batches);

  ModelDescription model_;
  FaceTrainer trainer_;
  std::unique_ptr<SampleSource> source_;
  Result<> make_fixed();

  Batch last_batch_, last_whole_batch_, fixed_;
  Losses last_losses_;
  std::optional<float> dst_loss_;  // of the last batch that had dst
  bool told_of_recorder_ = false;
};

}  // namespace understudy
