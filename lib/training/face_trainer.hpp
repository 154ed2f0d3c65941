// SPDX-License-Identifier: Apache-2.0
// One training iteration of SAEHD, AMP and Quick96 on a batch that is already made (spec networks-and-training.md
// 4.3-4.8): the generator's step, then those of the discriminators that are on.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "lib/nets/discriminators.hpp"
#include "lib/nets/face_net.hpp"
#include "lib/training/average.hpp"
#include "lib/training/batch.hpp"
#include "lib/training/model_spec.hpp"
#include "lib/training/optimizer.hpp"
#include "lib/training/step_recorder.hpp"

namespace understudy {

// The displayed losses, per sample of the batch; dst's empty for a batch of src alone.
struct Losses {
  std::vector<double> src, dst;
  double mean_src() const;
  double mean_dst() const;
};

class FaceTrainer {
 public:
  FaceTrainer(const ModelSpec&, const Device&, Precision);

  Losses step(const Batch&);      // forward, backward, update; the losses are those before the update
  Losses evaluate(const Batch&);  // no gradient, no update

  FaceNet& net() { return *net_; }
  const FaceNet& net() const { return *net_; }
  Parameters& parameters() { return parameters_; }
  Optimizer& optimizer() { return optimizer_; }
  const ModelSpec& spec() const { return spec_; }
  WeightAverage* average() { return average_ ? &*average_ : nullptr; }  // null without --ema

  // Everything that is saved: the networks' weights, the discriminators' under their scopes ("D_src/…", "GAN/…",
  // "dis/…"), averages ("ema:…"); the optimisers' states, the discriminators' behind "GAN_opt:" and "D_code_opt:".
  std::vector<NamedTensor> weights() const;
  std::vector<NamedTensor> optimizer_state() const;
  // Takes a saved state over. A generator's tensor that is missing or misfits is an error, and then nothing is taken; a
  // discriminator or optimiser that does not fit starts anew, as it was when it was made, which `notes` then say.
  Result<> load(const std::map<std::string, Tensor>& weights, const std::map<std::string, Tensor>& optimizer,
                std::vector<std::string>& notes);

  // Called between a step's forward and backward pass, and after the backward pass. For tests: the reference data's
  // steps were taken by a program that changed some weights before its backward pass had read them.
  struct BackwardWatch {
    std::function<void()> before, after;
  };
  void watch_backward(BackwardWatch watch) { watch_ = std::move(watch); }

  // Records a step after some plain ones and launches it whole from then on, where that does the same; see
  // lib/training/step_recorder.hpp. Only where tensors stay where they are: nothing may replace a parameter's.
  void record_steps(std::unique_ptr<RecordedWork>);
  const StepRecorder* recorder() const { return recorder_.get(); }  // null without

  // Multiplies every learning rate from now on (after a rollback).
  void set_lr_factor(double);
  // The generator's weights whose part's name begins so as they were before the first step of a trainer with that seed,
  // and so their averages; what the optimiser remembers of them stays.
  void renew(std::string_view part, std::uint64_t seed);
  // Whether every weight is a finite number.
  bool weights_are_finite() const;

 private:
  // A discriminator with its weights and optimiser; the network of either kind.
  struct Judge {
    std::unique_ptr<Parameters> parameters;
    std::unique_ptr<Optimizer> optimizer;
    std::unique_ptr<PatchDiscriminator> patch;
    std::unique_ptr<CodeDiscriminator> code;
    std::string optimizer_name;  // "GAN_opt", "D_code_opt"
  };
  struct Fakes {  // of the whole batch, without gradient
    std::vector<Tensor> images, codes;
  };

  Judge made_judge(bool patch, const Device&, Precision) const;
  void renew(Judge&) const;
  void load_average(const std::map<std::string, Tensor>& weights, const std::map<std::string, Tensor>& optimizer,
                    bool optimizer_loaded, std::vector<std::string>& notes);
  std::vector<const Judge*> judges() const;
  StepInputs inputs_of(const Batch&) const;
  void prepare_optimizers();
  StepLosses step_on(const StepInputs&);
  Reconstruction reconstruct(const Batch&, const Tensor& channels) const;
  StepLosses accumulate(const Batch&, const Tensor& channels, double scale, Fakes*);
  StepLosses accumulate_all(const StepInputs&, Fakes*);
  void step_judges(const Batch&, Fakes);
  std::vector<Tensor> stepped_tensors() const;
  void clear_gradients();
  Fakes fakes_of(const Reconstruction&, const Batch&) const;
  Tensor judged(const Reconstruction&, const Batch&) const;

  ModelSpec spec_;
  Parameters parameters_;
  std::unique_ptr<FaceNet> net_;
  Optimizer optimizer_;
  std::optional<Judge> gan_, true_face_;
  std::optional<WeightAverage> average_;
  std::int64_t average_updates_ = 0;  // the optimiser's steps, unless that began anew under an average that was there
  BackwardWatch watch_;
  std::unique_ptr<StepRecorder> recorder_;
};

}  // namespace understudy
