// SPDX-License-Identifier: Apache-2.0
#include "lib/infer/session.hpp"

#include <map>
#include <mutex>
#include <new>

#include "lib/base/hash.hpp"
#include "lib/base/platform_check.hpp"
#include "lib/base/system.hpp"
#include "lib/infer/engine.hpp"

namespace understudy::infer {
namespace {

// OpenVINO's messages are stack-like; the last line says what happened.
std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto at = text.rfind('\n');
  return at == std::string::npos ? text : text.substr(at + 1);
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

// The one of this process. Loaded when it is first asked for.
Result<Engine*> engine() {
  TRY_VOID(check_processor_files());
  static const auto make = reinterpret_cast<Engine& (*)()>(library_function(engine_module, engine_function));
  if (make == nullptr)
    return fail_with_hint(Code::external, fmt::format("OpenVINO cannot be loaded: there is no whole {}", engine_module),
                          "Run scripts/bootstrap again and rebuild.");
  return &make();
}

Result<NetworkSource> file_source(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return fail(Code::not_found, "There is no network file {}", path.string());
  return NetworkSource{path.string(), {}, {}};
}

NetworkSource memory_source(std::span<const std::uint8_t> text, std::span<const std::uint8_t> weights = {}) {
  return {{}, std::string(text.begin(), text.end()), weights};
}

// To compile a small network takes longer than to run it on some dozens of frames. Those that come with the program
// stay compiled for whoever loads them next: an extraction of dst after that of src, say.
class CompiledNetworks {
 public:
  static CompiledNetworks& of_this_process() {
    static auto& all = *new CompiledNetworks;  // outlives whatever uses it while the process ends
    return all;
  }
  static bool keeps(std::span<const std::uint8_t> content, const SessionOptions& options) {
    // Each stream has memory of its own.
    return content.size() <= 8 << 20 && options.shapes.empty() && options.streams <= 8;
  }
  static std::uint64_t key(std::span<const std::uint8_t> content, const std::string& name, const SessionOptions& how) {
    const auto numbers = {how.streams, how.threads, static_cast<int>(how.bf16)};
    std::uint64_t key = xxh3(content, xxh3(std::string_view(name)));
    for (const auto number : numbers) key = xxh3(static_cast<std::uint64_t>(number), key);
    return key;
  }
  std::unique_ptr<Network> find(std::uint64_t key) {
    const std::lock_guard lock(mutex_);
    const auto found = compiled_.find(key);
    return found == compiled_.end() ? nullptr : found->second->share();
  }
  void keep(std::uint64_t key, std::unique_ptr<Network> network) {
    const std::lock_guard lock(mutex_);
    compiled_.emplace(key, std::move(network));
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, std::unique_ptr<Network>> compiled_;
};

Result<std::vector<TensorInfo>> declared(const NetworkSource& source, const std::string& name) {
  return guarded(name, [&]() -> Result<std::vector<TensorInfo>> {
    TRY(auto* const with, engine());
    return with->declared_inputs(source);
  });
}

}  // namespace

std::size_t TensorInfo::size() const {
  std::size_t n = 1;
  for (const auto side : shape) n *= static_cast<std::size_t>(side);
  return n;
}

struct Session::Impl {
  std::string name;
  std::unique_ptr<Network> network;

  static Result<Session> load(const NetworkSource& source, const std::string& name, const SessionOptions& options) {
    return guarded(name, [&]() -> Result<Session> {
      TRY(auto* const with, engine());
      TRY(auto network, with->load(source, name, options));
      return Session(std::make_unique<Impl>(name, std::move(network)));
    });
  }
  static Result<Session> compile(std::span<const std::uint8_t> bytes, const std::string& name,
                                 const SessionOptions& options) {
    if (!name.ends_with(".tflite")) return load(memory_source(bytes), name, options);
    // OpenVINO's TensorFlow Lite reader takes file names only.
    const auto file = temporary_name(fs::temp_directory_path() / fs::path(name).filename());
    TRY_VOID(write_file(file, bytes));
    auto session = Session::load(file, options);
    std::error_code ignored;
    fs::remove(file, ignored);
    return session;
  }
  Impl(std::string n, std::unique_ptr<Network> of) : name(std::move(n)), network(std::move(of)) {}
};

Result<std::vector<TensorInfo>> declared_inputs(const fs::path& path) {
  TRY(const auto source, file_source(path));
  return declared(source, path.string());
}

Result<std::vector<TensorInfo>> declared_inputs(std::span<const std::uint8_t> onnx, const std::string& name) {
  return declared(memory_source(onnx), name);
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::load(const fs::path& path, const SessionOptions& options) {
  TRY(const auto source, file_source(path));
  return Impl::load(source, path.string(), options);
}

Result<Session> Session::load(std::span<const std::uint8_t> bytes, const std::string& name,
                              const SessionOptions& options) {
  if (!CompiledNetworks::keeps(bytes, options)) return Impl::compile(bytes, name, options);
  auto& all = CompiledNetworks::of_this_process();
  const auto key = CompiledNetworks::key(bytes, name, options);
  return guarded(name, [&]() -> Result<Session> {
    if (auto known = all.find(key)) return Session(std::make_unique<Impl>(name, std::move(known)));
    TRY(Session session, Impl::compile(bytes, name, options));
    all.keep(key, session.impl_->network->share());
    return session;
  });
}

Result<Session> Session::load(std::span<const std::uint8_t> xml, std::span<const std::uint8_t> weights,
                              const std::string& name, const SessionOptions& options) {
  return Impl::load(memory_source(xml, weights), name, options);
}

Session Session::share() const { return Session(std::make_unique<Impl>(impl_->name, impl_->network->share())); }

const std::vector<TensorInfo>& Session::inputs() const { return impl_->network->inputs; }
const std::vector<TensorInfo>& Session::outputs() const { return impl_->network->outputs; }
std::span<float> Session::input(std::size_t i) { return impl_->network->input(i); }

Result<> Session::run() {
  return guarded(impl_->name, [&]() -> Result<> {
    impl_->network->run();
    return {};
  });
}

std::span<const float> Session::output(std::size_t i) const { return impl_->network->output(i); }

std::string engine_version() {
  const auto with = engine();
  return with ? (*with)->version() : to_sentence(with.error());
}

}  // namespace understudy::infer
