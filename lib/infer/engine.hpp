// SPDX-License-Identifier: Apache-2.0
// Internal to lib/infer: what libunderstudy_openvino.so does for it. That module alone links OpenVINO and is opened
// with the first network, so that what needs none starts without it (docs/decisions/start-up.md). What OpenVINO throws
// goes through these calls and is caught in session.cpp.
#pragma once

#include "lib/infer/session.hpp"

namespace understudy::infer {

// A file's path, or where that is empty the content: ONNX, or OpenVINO's text and its weights, which must stay.
struct NetworkSource {
  std::string path, text;
  std::span<const std::uint8_t> weights = {};
};

class Network {
 public:
  virtual ~Network() = default;
  virtual std::unique_ptr<Network> share() const = 0;  // with buffers of its own
  virtual std::span<float> input(std::size_t) = 0;
  virtual void run() = 0;
  virtual std::span<const float> output(std::size_t) = 0;

  std::vector<TensorInfo> inputs, outputs;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string version() const = 0;
  virtual std::vector<TensorInfo> declared_inputs(const NetworkSource&) = 0;
  virtual Result<std::unique_ptr<Network>> load(const NetworkSource&, const std::string& name,
                                                const SessionOptions&) = 0;
};

constexpr const char* engine_module = "libunderstudy_openvino.so";
constexpr const char* engine_function = "understudy_engine";  // Engine& (), for the whole process

}  // namespace understudy::infer
