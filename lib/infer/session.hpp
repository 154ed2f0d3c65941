// SPDX-License-Identifier: Apache-2.0
// Running a finished network on the CPU. Nothing outside this room knows which library does it (OpenVINO).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy::infer {

using Shape = std::vector<std::int64_t>;

struct TensorInfo {
  std::string name;          // may be empty
  Shape shape;               // a side that is left open is -1
  std::size_t size() const;  // number of floats, where none is
};

struct Tensor {
  Shape shape;
  std::vector<float> data;
};

struct SessionOptions {
  int streams = 1;            // infer() calls that may run at once (on sessions made by share()), one thread each...
  int threads = 0;            // ...unless more threads are given in all; 0 = streams
  std::vector<Shape> shapes;  // of the inputs, to fix or change them (a batch); empty = as the model says
  bool bf16 = false;          // half precision where the CPU has it; off: always exact fp32
};

// The inputs as the file declares them.
Result<std::vector<TensorInfo>> declared_inputs(const fs::path&);
Result<std::vector<TensorInfo>> declared_inputs(std::span<const std::uint8_t> onnx, const std::string& name);

// One network ready to run; inputs and outputs of other number types than float are converted. Not thread-safe: share()
// gives each thread its own.
class Session {
 public:
  // .tflite, .onnx or .xml (with its .bin beside it).
  static Result<Session> load(const fs::path&, const SessionOptions& = {});
  // The same from memory (.tflite or .onnx); the name is for messages and tells the format by its ending.
  static Result<Session> load(std::span<const std::uint8_t>, const std::string& name, const SessionOptions& = {});
  // OpenVINO's text format and its weights, which must stay.
  static Result<Session> load(std::span<const std::uint8_t> xml, std::span<const std::uint8_t> weights,
                              const std::string& name, const SessionOptions& = {});
  // The same network and weights with buffers of its own.
  Session share() const;
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const std::vector<TensorInfo>& inputs() const;
  const std::vector<TensorInfo>& outputs() const;

  // The memory of an input, to be filled before run(): inputs()[i].size() floats.
  std::span<float> input(std::size_t i);
  Result<> run();
  // The results of the last run, in outputs() order; valid until the next run.
  std::span<const float> output(std::size_t i) const;

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

std::string engine_version();  // "OpenVINO 2026.4.1…", for doctor

}  // namespace understudy::infer
