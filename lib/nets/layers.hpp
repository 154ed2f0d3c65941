// SPDX-License-Identifier: Apache-2.0
// Parameters and the few layers that all networks are made of (spec networks-and-training.md 0.1, 1.1).
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "lib/winograd/conv3x3.hpp"

namespace understudy {

// A trained tensor. Names are DeepFaceLab's, with the sub-network in front: "encoder/down1/downs_0/conv1/weight".
// Layouts are LibTorch's: convolution OIHW (channels_last), dense (out,in).
struct Parameter {
  std::string name;
  Tensor master;      // float32: what the optimiser changes and what is saved
  Tensor value;       // what the network computes with; a leaf with gradient. Is the master in fp32, else its bf16 copy
  bool wide = false;  // stays float32 whatever the network's precision
  std::string part() const { return name.substr(0, name.find('/')); }
};

// All parameters of a model, in order of creation. Addresses stay valid.
class Parameters {
 public:
  explicit Parameters(std::uint64_t seed, torch::Device device = torch::kCPU) : seed_(seed), device_(device) {}

  // Glorot-uniform in ±sqrt(6 / (fan_in + fan_out)) (spec 0.1), from a generator seeded by (seed, name): the start
  // value of a tensor does not depend on the order in which networks are built.
  Parameter& add_weight(std::string name, std::vector<std::int64_t> shape, std::int64_t fan_in, std::int64_t fan_out);
  Parameter& add_zeros(std::string name, std::vector<std::int64_t> shape);
  Parameter& add_constant(std::string name, std::vector<std::int64_t> shape, double value);

  // Makes `value` of every parameter anew from its master.
  void set_precision(Precision);
  void refresh_values();  // master -> value after the masters were loaded
  void set_requires_grad(bool);
  Precision precision() const { return precision_; }
  torch::Device device() const { return device_; }

  // 3x3 convolutions by Winograd's algorithm where that is quicker (lib/winograd): other roundings, so only when asked.
  void set_winograd(bool on) { winograd_ = on; }
  bool winograd() const { return winograd_; }

  std::deque<Parameter>& all() { return all_; }
  const std::deque<Parameter>& all() const { return all_; }
  Parameter* find(std::string_view name);
  std::int64_t count() const;  // numbers in all masters

 private:
  Parameter& add(std::string name, Tensor master);
  std::deque<Parameter> all_;
  std::uint64_t seed_;
  torch::Device device_;
  Precision precision_ = Precision::fp32;
  bool winograd_ = false;
};

// Leaky ReLU in place, or x cos(x) where the architecture has the flag `c`.
struct Activation {
  bool cosine = false;
  Tensor operator()(Tensor x, double slope) const;
};

// conv2d with stride 1 and padding 1, by the quicker way that is allowed.
Tensor conv3x3(const Parameters&, const Tensor& x, const Tensor& weight, const Tensor& bias);

class Conv {
 public:
  Conv(Parameters&, const std::string& name, int in, int out, int kernel, int stride = 1);
  Tensor operator()(const Tensor& x) const;
  bool by_winograd(const Tensor& x) const;         // whether it would take x that way
  bool halves_by_winograd(const Tensor& x) const;  // the same for stride 2
  const Parameter& weight() const { return *weight_; }
  const Parameter& bias() const { return *bias_; }

 private:
  const Parameters* parameters_;
  Parameter* weight_;
  Parameter* bias_;
  int stride_, padding_;
};

// Convolution 3x3 that enlarges by its stride of 1 or 2, with the far row and column that TensorFlow's "SAME" leaves
// out (spec 0.2). Its weight is (in,out,3,3).
class ConvTransposed {
 public:
  ConvTransposed(Parameters&, const std::string& name, int in, int out, int stride);
  Tensor operator()(const Tensor& x) const;
  // One that enlarges by 2 as a convolution 3x3 with depth_to_space() behind it.
  ConvWeights before_depth_to_space() const;

 private:
  Parameter* weight_;
  Parameter* bias_;
  int stride_;
};

class Dense {
 public:
  Dense(Parameters&, const std::string& name, std::int64_t in, std::int64_t out);
  Tensor operator()(const Tensor& x) const;

 private:
  Parameter* weight_;
  Parameter* bias_;
};

// (N,4C,H,W) -> (N,C,2H,2W); input channel (dy*2+dx)*C + c, DeepFaceLab's order.
Tensor depth_to_space(const Tensor& x);
// x * rsqrt(mean of x² over all features + 1e-6), on (N,features).
Tensor pixel_norm(const Tensor& x);

// Conv 5x5 stride 2, activation 0.1.
class Down {
 public:
  Down(Parameters&, const std::string& name, int in, int out, Activation);
  Tensor operator()(const Tensor& x) const;

 private:
  Conv conv_;
  Activation act_;
};

// Conv 3x3 to 4*out, activation 0.1, depth_to_space: doubles the size.
class Up {
 public:
  Up(Parameters&, const std::string& name, int in, int out, Activation);
  Tensor operator()(const Tensor& x) const;

 private:
  Conv conv_;
  Activation act_;
};

// act(x + conv(act(conv(x)))), slope 0.2.
class Residual {
 public:
  Residual(Parameters&, const std::string& name, int channels, Activation);
  Tensor operator()(const Tensor& x) const;

 private:
  Conv conv1_, conv2_;
  Activation act_;
};

}  // namespace understudy
