// SPDX-License-Identifier: Apache-2.0
#include "lib/infer/session.hpp"

#include <algorithm>
#include <openvino/openvino.hpp>

#include "lib/base/platform_check.hpp"

namespace understudy::infer {
namespace {

ov::Core& core() {
  static ov::Core instance;
  return instance;
}

TensorInfo describe(const ov::Output<const ov::Node>& port) {
  TensorInfo info;
  if (!port.get_names().empty()) info.name = port.get_any_name();
  for (const auto side : port.get_shape()) info.shape.push_back(static_cast<std::int64_t>(side));
  return info;
}

// OpenVINO's messages are stack-like; the last line says what happened.
std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto at = text.rfind('\n');
  return at == std::string::npos ? text : text.substr(at + 1);
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

template <class Work>
auto guarded(const std::string& name, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail(Code::out_of_memory, "No memory left for the network {}", name);
  } catch (const std::exception& error) {
    return fail(Code::bad_file, "The network {} cannot be used: {}", name, last_line(error.what()));
  }
}

}  // namespace

std::size_t TensorInfo::size() const {
  std::size_t n = 1;
  for (const auto side : shape) n *= static_cast<std::size_t>(side);
  return n;
}

struct Session::Impl {
  std::string name;
  ov::CompiledModel compiled;
  ov::InferRequest request;
  std::vector<TensorInfo> inputs, outputs;

  static Result<std::unique_ptr<Impl>> compile(std::shared_ptr<ov::Model> model, std::string name,
                                               const SessionOptions& options) {
    auto impl = std::make_unique<Impl>();
    impl->name = std::move(name);
    if (!options.shapes.empty()) {
      std::map<ov::Output<ov::Node>, ov::PartialShape> shapes;
      for (std::size_t i = 0; i < options.shapes.size() && i < model->inputs().size(); ++i) {
        shapes[model->input(i)] =
            ov::PartialShape(std::vector<ov::Dimension>(options.shapes[i].begin(), options.shapes[i].end()));
      }
      model->reshape(shapes);
    }
    model = with_floats(std::move(model));
    if (model->is_dynamic())
      return fail(Code::bad_file, "The network {} needs its input shapes to be given", impl->name);
    // The precision is said here because OpenVINO takes bf16 by itself where the CPU has it, and landmarks need fp32.
    // Pinning threads to cores slows several processes down that share a machine.
    const int streams = std::max(1, options.streams);
    impl->compiled = core().compile_model(
        model, "CPU", ov::hint::inference_precision(options.bf16 ? ov::element::bf16 : ov::element::f32),
        ov::num_streams(ov::streams::Num(streams)),
        ov::inference_num_threads(options.threads > 0 ? options.threads : streams),
        ov::hint::performance_mode(streams > 1 ? ov::hint::PerformanceMode::THROUGHPUT
                                               : ov::hint::PerformanceMode::LATENCY),
        ov::hint::enable_cpu_pinning(false));
    for (const auto& port : impl->compiled.inputs()) impl->inputs.push_back(describe(port));
    for (const auto& port : impl->compiled.outputs()) impl->outputs.push_back(describe(port));
    impl->request = impl->compiled.create_infer_request();
    return impl;
  }
};

namespace {

std::vector<TensorInfo> declared(const ov::Model& model) {
  std::vector<TensorInfo> inputs;
  for (const auto& port : model.inputs()) {
    TensorInfo info;
    if (!port.get_names().empty()) info.name = port.get_any_name();
    const auto& shape = port.get_partial_shape();
    if (shape.rank().is_static())
      for (const auto& side : shape) info.shape.push_back(side.is_static() ? side.get_length() : -1);
    inputs.push_back(std::move(info));
  }
  return inputs;
}

}  // namespace

Result<std::vector<TensorInfo>> declared_inputs(const fs::path& path) {
  TRY_VOID(check_processor_files());
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return fail(Code::not_found, "There is no network file {}", path.string());
  return guarded(path.string(),
                 [&]() -> Result<std::vector<TensorInfo>> { return declared(*core().read_model(path.string())); });
}

Result<std::vector<TensorInfo>> declared_inputs(std::span<const std::uint8_t> onnx, const std::string& name) {
  TRY_VOID(check_processor_files());
  return guarded(name, [&]() -> Result<std::vector<TensorInfo>> {
    const std::string text(reinterpret_cast<const char*>(onnx.data()), onnx.size());
    return declared(*core().read_model(text, ov::Tensor()));
  });
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::load(const fs::path& path, const SessionOptions& options) {
  TRY_VOID(check_processor_files());
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return fail(Code::not_found, "There is no network file {}", path.string());
  return guarded(path.string(), [&]() -> Result<Session> {
    TRY(auto impl, Impl::compile(core().read_model(path.string()), path.string(), options));
    return Session(std::move(impl));
  });
}

Result<Session> Session::load(std::span<const std::uint8_t> bytes, const std::string& name,
                              const SessionOptions& options) {
  TRY_VOID(check_processor_files());
  if (!name.ends_with(".tflite")) {
    return guarded(name, [&]() -> Result<Session> {
      const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      TRY(auto impl, Impl::compile(core().read_model(text, ov::Tensor()), name, options));
      return Session(std::move(impl));
    });
  }
  // OpenVINO's TensorFlow Lite reader takes file names only.
  const auto file = temporary_name(fs::temp_directory_path() / fs::path(name).filename());
  TRY_VOID(write_file(file, bytes));
  auto session = load(file, options);
  std::error_code ignored;
  fs::remove(file, ignored);
  return session;
}

Result<Session> Session::load(std::span<const std::uint8_t> xml, std::span<const std::uint8_t> weights,
                              const std::string& name, const SessionOptions& options) {
  TRY_VOID(check_processor_files());
  return guarded(name, [&]() -> Result<Session> {
    const ov::Tensor bytes(ov::element::u8, {weights.size()}, const_cast<std::uint8_t*>(weights.data()));  // only read
    TRY(auto impl, Impl::compile(core().read_model(std::string(xml.begin(), xml.end()), bytes), name, options));
    return Session(std::move(impl));
  });
}

Session Session::share() const {
  auto impl = std::make_unique<Impl>(*impl_);
  impl->request = impl->compiled.create_infer_request();
  return Session(std::move(impl));
}

const std::vector<TensorInfo>& Session::inputs() const { return impl_->inputs; }
const std::vector<TensorInfo>& Session::outputs() const { return impl_->outputs; }

std::span<float> Session::input(std::size_t i) {
  auto tensor = impl_->request.get_input_tensor(i);
  return {tensor.data<float>(), tensor.get_size()};
}

Result<> Session::run() {
  return guarded(impl_->name, [&]() -> Result<> {
    impl_->request.infer();
    return {};
  });
}

std::span<const float> Session::output(std::size_t i) const {
  const auto tensor = impl_->request.get_output_tensor(i);
  return {tensor.data<const float>(), tensor.get_size()};
}

int Session::output_index(std::string_view name) const {
  for (std::size_t i = 0; i < impl_->outputs.size(); ++i) {
    if (impl_->outputs[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::string engine_version() {
  const auto version = ov::get_openvino_version();
  return fmt::format("{} {}", version.description, version.buildNumber);
}

}  // namespace understudy::infer
