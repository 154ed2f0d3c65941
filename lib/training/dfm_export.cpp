// SPDX-License-Identifier: Apache-2.0
#include "lib/training/dfm_export.hpp"

#include <algorithm>

#include "lib/training/build_net.hpp"
#include "lib/training/dfm_graph.hpp"

namespace understudy {
namespace {

constexpr double largest_half = 65504;

// What the networks of the spec need, each with its shape.
Result<std::map<std::string, Tensor>> chosen_weights(const ModelSpec& spec, const LoadedGeneration& generation,
                                                     const DfmTarget& target) {
  Parameters wanted(0);
  const auto net = build_net(spec, wanted);
  std::map<std::string, Tensor> chosen;
  for (const auto& parameter : wanted.all()) {
    auto held = generation.weights.find("ema:" + parameter.name);
    if (!target.averaged || held == generation.weights.end()) held = generation.weights.find(parameter.name);
    if (held == generation.weights.end() || held->second.sizes() != parameter.master.sizes())
      return fail(Code::bad_file, "The saved model has no tensor '{}' of the shape that its options ask for",
                  parameter.name);
    if (target.quantised && held->second.abs().max().item<double>() > largest_half) {
      return fail_with_hint(Code::bad_option, fmt::format("Numbers of '{}' are too large for float16", parameter.name),
                            "Export without --quantised.");
    }
    chosen.emplace(parameter.name, held->second);
  }
  return chosen;
}

void add_remarks(onnx::Graph& graph, const ModelDescription& model, std::int64_t iteration) {
  graph.remark("face_type", std::string(face_type_name(face_type_of(model.face_type()))));
  graph.remark("model_class", std::string(class_name(model.model_class)));
  if (model.model_class == ModelClass::saehd) graph.remark("archi", model.saehd.archi);
  graph.remark("iteration", std::to_string(iteration));
}

}  // namespace

std::string dfm_name(const std::string& model, ModelClass model_class) {
  const char* name = model_class == ModelClass::amp ? "AMP" : model_class == ModelClass::quick96 ? "Quick96" : "SAEHD";
  return fmt::format("{}_{}_model.dfm", model, name);
}

Result<DfmWritten> write_dfm(const ModelDescription& model, const LoadedGeneration& generation,
                             const DfmTarget& target) {
  TRY(const auto spec, spec_of(model));
  auto weights = guard_torch("exporting", [&] { return chosen_weights(spec, generation, target); });
  if (!weights) return Failure(std::move(weights).error());
  TRY(const auto chosen, std::move(*weights));
  auto made = guard_torch("exporting", [&] { return dfm_graph(spec, chosen, target.quantised); });
  TRY(auto graph, std::move(made));
  add_remarks(graph, model, generation.iteration);
  const auto bytes = graph.size();
  if (bytes > onnx::largest_file) {
    return fail_with_hint(
        Code::bad_option,
        fmt::format("The file would have {:.1f} GB, and ONNX files end at 2 GB", static_cast<double>(bytes) / 1e9),
        target.quantised ? "Train a smaller network." : "Export with --quantised: half the size.");
  }
  TRY_VOID(write_stream(target.file, [&graph](std::ostream& out) -> Result<> {
    graph.write(bytes_to(out));
    return {};
  }));
  return DfmWritten{bytes, chosen.size()};
}

}  // namespace understudy
