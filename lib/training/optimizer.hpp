// SPDX-License-Identifier: Apache-2.0
// AdaBelief and RMSprop as DeepFaceLab computes them (spec networks-and-training.md 4.7): no bias correction, epsilon
// 1e-6, optional learning-rate dropout, cosine and clipping by the global norm. One fused pass over each tensor's
// numbers also writes the bf16 copy that the network computes with.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/nets/layers.hpp"
#include "lib/tensor/safetensors.hpp"
#include "lib/training/optimizer_kernels.hpp"

namespace understudy {

enum class OptimizerKind { adabelief, rmsprop };

struct OptimizerSettings {
  OptimizerKind kind = OptimizerKind::adabelief;
  double lr = 5e-5;
  double lr_dropout = 1;  // probability that a number is updated at all in a step; 1 = off
  int lr_cos = 0;         // period of the cosine in steps; 0 = off
  int warm_up = 0;        // steps over which lr rises linearly to its full height; 0 = off
  int decay_steps = 0;    // steps of a half cosine down to a twentieth of lr, constant after it; 0 = off
  double clip_norm = 0;   // largest global norm of the gradient (of the batch sum); 0 = off
  double rho = 0.9;       // RMSprop
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-6;
  std::uint64_t seed = 0;  // of the dropout masks
};

class Optimizer {
 public:
  // Steps the given parameters; slots start at 0.
  Optimizer(OptimizerSettings, std::vector<Parameter*>);

  // One step with the gradients that backward() left in the values; clears them. A parameter without a gradient is left
  // alone (a frozen part), as are its slots.
  void step() {
    prepare();
    apply();
  }
  // Its two halves: the numbers that only this step has (counter, learning rate, what is dropped out), then the
  // arithmetic, which a GPU can repeat as it was recorded.
  void prepare();
  void apply();
  std::int64_t steps() const { return steps_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }
  // Multiplies lr in all steps to come.
  void set_lr_factor(double factor) { lr_factor_ = factor; }
  // Those parameters move by this part of the learning rate, in all steps to come.
  void set_share(const std::function<bool(const Parameter&)>& of, double share);

  // "iters", then per parameter "ms/NAME" and "vs/NAME" (AdaBelief) or "acc/NAME" (RMSprop).
  std::vector<NamedTensor> state() const;
  // All of it or, where something is missing or misfits, nothing.
  Result<> load_state(const std::map<std::string, Tensor>&);
  void start_over();  // slots and counter at 0, as new
  // One slot by its name in state(), to fill from an imported file; null when there is none.
  Tensor* slot(std::string_view name);
  std::vector<Tensor> slot_tensors() const;

 private:
  float lr_now() const;
  Tensor clipping(const std::vector<Tensor>& gradients) const;
  struct Slots {
    Parameter* parameter;
    Tensor first, second;  // ms and vs, or acc alone
    float share = 1;       // of the learning rate
  };
  OptimizerSettings settings_;
  std::vector<Slots> slots_;
  std::int64_t steps_ = 0;
  double lr_factor_ = 1;
  UpdateRule rule_;   // of the step that was prepared
  Tensor device_lr_;  // the same learning rate on the device; undefined on the CPU
};

}  // namespace understudy
