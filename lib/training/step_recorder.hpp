// SPDX-License-Identifier: Apache-2.0
// A training step that is recorded once and launched whole (lib/tensor/recorded_work.hpp), if it then does what the
// plain step does: that is tried out before it is trusted.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/tensor/recorded_work.hpp"
#include "lib/training/batch.hpp"

namespace understudy {

// All that changes from step to step and is not state, on the network's device.
struct StepInputs {
  Batch batch;
  Tensor channels, fresh_channels;  // AMP's masks (N,I,1,1), for the generator and for fresh fakes; else undefined
};
struct StepLosses {
  Tensor src, dst;  // (N)
};

class StepRecorder {
 public:
  struct Subject {
    std::function<StepLosses(const StepInputs&)> step;
    std::function<std::vector<Tensor>()> state;  // what a step changes, in place
    std::function<void()> abandon;               // clears what a step leaves behind that broke off
  };
  StepRecorder(std::unique_ptr<RecordedWork>, Subject);

  // Calls it where steps are recorded; whatever surrounds the step belongs in there.
  void run(const std::function<void()>& work) { work_->run(work); }
  // One step. Inside of run().
  StepLosses step(const StepInputs&);

  enum class State { warming_up, recorded, given_up };
  State state() const { return state_; }
  const std::string& why() const { return why_; }  // it was given up

 private:
  StepLosses try_recording(const StepInputs&);
  void record(const StepInputs&);
  void give_up(std::string why);

  std::unique_ptr<RecordedWork> work_;
  Subject subject_;
  State state_ = State::warming_up;
  int warm_ups_ = 0;
  std::string why_;
  StepInputs inputs_;
  StepLosses losses_;
};

}  // namespace understudy
