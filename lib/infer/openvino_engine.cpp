// SPDX-License-Identifier: Apache-2.0
// libunderstudy_openvino.so. It links no other room: of lib/base it uses what lies in headers.
#include <algorithm>
#include <openvino/openvino.hpp>

#include "lib/infer/engine.hpp"

namespace understudy::infer {
namespace {

TensorInfo describe(const ov::Output<const ov::Node>& port) {
  TensorInfo info;
  if (!port.get_names().empty()) info.name = port.get_any_name();
  const auto& shape = port.get_partial_shape();
  if (shape.rank().is_static())
    for (const auto& side : shape) info.shape.push_back(side.is_static() ? side.get_length() : -1);
  return info;
}

// Callers deal in floats, whatever numbers the file's inputs and outputs are made of.
std::shared_ptr<ov::Model> with_floats(std::shared_ptr<ov::Model> model) {
  const auto is_float = [](const auto& port) { return port.get_element_type() == ov::element::f32; };
  const auto inputs = model->inputs(), outputs = model->outputs();
  if (std::ranges::all_of(inputs, is_float) && std::ranges::all_of(outputs, is_float)) return model;
  ov::preprocess::PrePostProcessor converted(model);
  for (std::size_t i = 0; i < inputs.size(); ++i) converted.input(i).tensor().set_element_type(ov::element::f32);
  for (std::size_t i = 0; i < outputs.size(); ++i) converted.output(i).tensor().set_element_type(ov::element::f32);
  return converted.build();
}

class OpenVinoNetwork : public Network {
 public:
  explicit OpenVinoNetwork(ov::CompiledModel compiled)
      : compiled_(std::move(compiled)), request_(compiled_.create_infer_request()) {
    for (const auto& port : compiled_.inputs()) inputs.push_back(describe(port));
    for (const auto& port : compiled_.outputs()) outputs.push_back(describe(port));
  }
  std::unique_ptr<Network> share() const override { return std::make_unique<OpenVinoNetwork>(compiled_); }
  std::span<float> input(std::size_t i) override {
    auto tensor = request_.get_input_tensor(i);
    return {tensor.data<float>(), tensor.get_size()};
  }
  void run() override { request_.infer(); }
  std::span<const float> output(std::size_t i) override {
    const auto tensor = request_.get_output_tensor(i);
    return {tensor.data<const float>(), tensor.get_size()};
  }

 private:
  ov::CompiledModel compiled_;
  ov::InferRequest request_;
};

class OpenVinoEngine : public Engine {
 public:
  std::string version() const override {
    const auto version = ov::get_openvino_version();
    return fmt::format("{} {}", version.description, version.buildNumber);
  }
  std::vector<TensorInfo> declared_inputs(const NetworkSource& source) override {
    std::vector<TensorInfo> inputs;
    for (const auto& port : read(source)->inputs()) inputs.push_back(describe(port));
    return inputs;
  }
  Result<std::unique_ptr<Network>> load(const NetworkSource& source, const std::string& name,
                                        const SessionOptions& options) override {
    auto model = read(source);
    if (!options.shapes.empty()) {
      std::map<ov::Output<ov::Node>, ov::PartialShape> shapes;
      for (std::size_t i = 0; i < options.shapes.size() && i < model->inputs().size(); ++i) {
        shapes[model->input(i)] =
            ov::PartialShape(std::vector<ov::Dimension>(options.shapes[i].begin(), options.shapes[i].end()));
      }
      model->reshape(shapes);
    }
    model = with_floats(std::move(model));
    // Outputs may stay open: how DeepFaceLab exports AMP, their sizes are known only when it has run.
    const auto open = [](const auto& port) { return port.get_partial_shape().is_dynamic(); };
    if (std::ranges::any_of(model->inputs(), open))
      return fail(Code::bad_file, "The network {} needs its input shapes to be given", name);
    return std::make_unique<OpenVinoNetwork>(compiled(model, options));
  }

 private:
  std::shared_ptr<ov::Model> read(const NetworkSource& source) {
    if (!source.path.empty()) return core_.read_model(source.path);
    if (source.weights.empty()) return core_.read_model(source.text, ov::Tensor());
    auto* weights = const_cast<std::uint8_t*>(source.weights.data());  // only read
    return core_.read_model(source.text, ov::Tensor(ov::element::u8, {source.weights.size()}, weights));
  }
  // The precision is said here because OpenVINO takes bf16 by itself where the CPU has it, and landmarks need fp32.
  // Pinning threads to cores slows several processes down that share a machine.
  ov::CompiledModel compiled(const std::shared_ptr<ov::Model>& model, const SessionOptions& options) {
    if (options.bf16) {
      try {
        return compiled(model, options, ov::element::bf16);
      } catch (const std::exception&) {
        // It asks the processor whether there is bf16; its kernels may be limited to less (ONEDNN_MAX_CPU_ISA, some
        // virtual machines).
      }
    }
    return compiled(model, options, ov::element::f32);
  }
  ov::CompiledModel compiled(const std::shared_ptr<ov::Model>& model, const SessionOptions& options,
                             ov::element::Type precision) {
    const int streams = std::max(1, options.streams);
    return core_.compile_model(model, "CPU", ov::hint::inference_precision(precision),
                               ov::num_streams(ov::streams::Num(streams)),
                               ov::inference_num_threads(options.threads > 0 ? options.threads : streams),
                               ov::hint::performance_mode(streams > 1 ? ov::hint::PerformanceMode::THROUGHPUT
                                                                      : ov::hint::PerformanceMode::LATENCY),
                               ov::hint::enable_cpu_pinning(false));
  }
  ov::Core core_;
};

}  // namespace
}  // namespace understudy::infer

extern "C" understudy::infer::Engine& understudy_engine() {
  static understudy::infer::OpenVinoEngine engine;
  return engine;
}
