// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/doctor.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/detect/engine_check.hpp"
#include "lib/infer/session.hpp"
#include "lib/media/probe.hpp"
#include "lib/project/workspace.hpp"
#include "lib/tensor/precision.hpp"
#include "lib/training/engine_check.hpp"

namespace understudy {

struct DoctorOptions {
  bool gpu = true;
};
template <>
constexpr auto describe<DoctorOptions>() {
  return std::tuple{field("gpu", &DoctorOptions::gpu).says("GPU", "Look for a CUDA GPU too.")};
}

namespace {

using nlohmann::json;

double gib(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 30); }

// Runs one engine's known answer; a wrong one fails the whole check-up.
bool check_engine(const char* name, const Result<std::string>& outcome, json& report, Run& run) {
  report["engines"][name] = outcome ? *outcome : to_sentence(outcome.error());
  run.note(fmt::format("  {:<10} {}", name, outcome ? "ok: " + *outcome : "FAILED: " + to_sentence(outcome.error())));
  return outcome.has_value();
}

Result<std::string> examine(const DoctorOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  json report;
  const auto features = cpu_features();
  report["cpu"] = {{"name", cpu_name()}, {"threads", cpu_threads()}, {"features", features}};
  run.note(fmt::format("understudy  {}", UNDERSTUDY_VERSION));
  run.note(fmt::format("processor   {}, {} threads ({})", cpu_name(), cpu_threads(), fmt::join(features, " ")));
  report["memory"] = {{"total", memory_total()}, {"available", memory_available()}};
  run.note(fmt::format("memory      {:.1f} GiB, {:.1f} free", gib(memory_total()), gib(memory_available())));
  std::error_code error;
  const auto where = fs::is_directory(call.workspace, error) ? call.workspace : fs::path(".");
  report["disk_free"] = disk_free(where);
  run.note(fmt::format("disk        {:.1f} GiB free at {}", gib(disk_free(where)), where.string()));
  const auto gpu = gpu_description(options.gpu);
  report["gpu"] = gpu;
  run.note(fmt::format("GPU         {}", gpu));
  const auto precision = chosen_precision(bf16_support(options.gpu));
  report["precision"] = {
      {"plain", precision.plain}, {"winograd", precision.winograd}, {"why", precision.why}, {"cost", precision.cost}};
  run.note(fmt::format("precision   {}", to_sentence(precision)));
  for (const auto& [name, version] : library_versions()) report["libraries"][name] = version;
  report["libraries"]["FFmpeg"] = media::library_version();
  report["libraries"]["OpenVINO"] = infer::engine_version();
  run.note(fmt::format("libraries   {}", json_text(report["libraries"])));
  report["models"] = embedded_models();
  run.note(fmt::format("models      {}", fmt::join(embedded_models(), ", ")));
  run.note("engines");
  bool ok = check_engine("OpenVINO", check_detection_engine(), report, run);
  ok &= check_engine("LibTorch", check_training_engine(options.gpu), report, run);
  if (!ok)
    return fail_with_hint(Code::device, "An engine of this machine does not compute what it should",
                          "See the lines above; run scripts/bootstrap again and rebuild.");
  return json_text(report);
}

}  // namespace

Verb doctor_verb() {
  auto verb = make_verb<DoctorOptions>(
      "doctor", "Check this machine: processor, memory, disk, GPU, libraries, and each engine on a tiny known network",
      "  understudy doctor\n  understudy doctor --json", {}, examine);
  verb.keeps_log = false;
  return verb;
}

}  // namespace understudy
