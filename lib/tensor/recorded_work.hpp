// SPDX-License-Identifier: Apache-2.0
// Work on a GPU that is recorded once and from then on launched whole (a CUDA graph): a training step is some thousand
// small kernels, and asking for them one by one takes longer than they run.
#pragma once

#include <functional>
#include <memory>

#include "lib/tensor/tensor.hpp"

namespace understudy {

class RecordedWork {
 public:
  virtual ~RecordedWork() = default;
  // Calls `work` plainly, on the stream that is recorded from. Record and replay inside of this.
  virtual void run(const std::function<void()>& work) = 0;
  // Calls `work` and notes what it asks the GPU for; nothing is carried out. Throws what `work` throws and c10::Error
  // where something in it cannot be recorded; then nothing is recorded.
  virtual void record(const std::function<void()>& work) = 0;
  // Does again what was recorded, on the same tensors at the same places.
  virtual void replay() = 0;
};

// Null on the CPU, and where the part of the program that speaks to CUDA does not load.
std::unique_ptr<RecordedWork> make_recorded_work(const Device&);

}  // namespace understudy
