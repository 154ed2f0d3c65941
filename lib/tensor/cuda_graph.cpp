// SPDX-License-Identifier: Apache-2.0
// libunderstudy_cuda.so: loaded by make_recorded_work() behind libtorch_cuda.so, whose symbols it names.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>

#include "lib/tensor/recorded_work.hpp"

namespace understudy {
namespace {

class CudaGraph : public RecordedWork {
 public:
  CudaGraph() : stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/true)) {}

  void run(const std::function<void()>& work) override {
    const auto outer = c10::cuda::getCurrentCUDAStream();
    stream_.synchronize();
    outer.synchronize();  // what was asked for before, on the other stream, is there
    {
      const c10::cuda::CUDAStreamGuard here(stream_);
      work();
    }
    stream_.synchronize();
  }

  void record(const std::function<void()>& work) override {
    graph_.reset();
    graph_ = std::make_unique<at::cuda::CUDAGraph>();
    // Of this thread only: the sample threads go on uploading.
    graph_->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      work();
      graph_->capture_end();
    } catch (...) {
      end_failed();
      throw;
    }
  }

  void replay() override { graph_->replay(); }

 private:
  void end_failed() {
    try {
      graph_->capture_end();
    } catch (const c10::Error&) {  // of course: the capture is invalid
    }
    graph_.reset();
  }

  c10::cuda::CUDAStream stream_;
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
};

}  // namespace
}  // namespace understudy

extern "C" __attribute__((visibility("default"))) understudy::RecordedWork* understudy_make_cuda_graph() {
  return new understudy::CudaGraph;
}
