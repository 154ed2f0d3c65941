// SPDX-License-Identifier: Apache-2.0
// What this machine could reach at best: the convolutions of a training step, as the library was called for them, each
// by itself.
#pragma once

#include <ATen/record_function.h>

#include <functional>
#include <map>
#include <tuple>

#include "lib/base/stopwatch.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy {

inline double seconds_of(const std::function<void()>& work) {
  const Stopwatch watch;
  work();
  return watch.seconds();
}

class BareConvolutions {
 public:
  // Remembers the convolutions that `step` calls in this thread: those of a forward pass.
  void record(const std::function<void()>& step) {
    recorded().clear();
    const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(note).needsInputs(true));
    step();
    at::removeCallback(handle);
  }

  struct Reach {
    double seconds = 0, flops = 0;  // forward and backward
  };
  Reach measure(Precision precision) const {
    Reach all;
    for (const auto& [shape, count] : recorded()) {
      // No gradient is needed for the picture itself.
      const bool first = shape.input[1] == 3;
      all.seconds += best_seconds(shape, first, precision) * count;
      all.flops += shape.flops() * (first ? 2 : 3) * count;
    }
    return all;
  }

 private:
  struct Shape {
    std::vector<std::int64_t> input, weight, stride, padding;
    bool transposed = false;
    std::int64_t groups = 1;
    bool operator<(const Shape& o) const {
      return std::tie(input, weight, stride, padding, transposed, groups) <
             std::tie(o.input, o.weight, o.stride, o.padding, o.transposed, o.groups);
    }
    double flops() const {  // of the forward pass; the backward pass is two more of it
      const double out = transposed
                             ? static_cast<double>(input[2] * input[3])
                             : static_cast<double>(((input[2] + 2 * padding[0] - weight[2]) / stride[0] + 1) *
                                                   ((input[3] + 2 * padding.back() - weight[3]) / stride.back() + 1));
      return 2.0 * static_cast<double>(input[0] * weight[0] * weight[1] * weight[2] * weight[3]) * out;
    }
  };
  static std::map<Shape, int>& recorded() {
    static std::map<Shape, int> all;  // the callback is a plain function
    return all;
  }
  static std::unique_ptr<at::ObserverContext> note(const at::RecordFunction& f) {
    if (std::string_view(f.name()) != "aten::convolution") return nullptr;
    const auto in = f.inputs();
    if (in.size() < 9) return nullptr;
    ++recorded()[{in[0].toTensor().sizes().vec(), in[1].toTensor().sizes().vec(), in[3].toIntVector(),
                  in[4].toIntVector(), in[6].toBool(), in[8].toInt()}];
    return nullptr;
  }

  static double best_seconds(const Shape& shape, bool first, Precision precision) {
    const auto type = precision == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
    auto like_net = [&](const std::vector<std::int64_t>& size) {
      return torch::randn(size).to(type).contiguous(torch::MemoryFormat::ChannelsLast).set_requires_grad(true);
    };
    const Tensor x = like_net(shape.input), w = like_net(shape.weight);
    const Tensor b = torch::zeros({shape.weight[shape.transposed ? 1 : 0]}, type).set_requires_grad(true);
    if (first) x.set_requires_grad(false);
    const std::vector<std::int64_t> none{0, 0}, one{1, 1};
    double best = 1e9;
    Tensor gradient;
    for (int i = 0; i < 4; ++i) {
      best = std::min(best, seconds_of([&] {
                        const Tensor y = torch::convolution(x, w, b, shape.stride, shape.padding, one, shape.transposed,
                                                            none, shape.groups);
                        if (!gradient.defined()) gradient = torch::ones_like(y);
                        y.backward(gradient);
                      }));
    }
    return best;
  }
};

}  // namespace understudy
