// SPDX-License-Identifier: Apache-2.0
// How one call of `train` runs; what the model is stands in lib/training/model_options.hpp.
#pragma once

#include <string>

#include "lib/loop/loop_options.hpp"
#include "lib/training/course.hpp"
#include "lib/training/presets.hpp"

namespace understudy {

// What a new model begins with.
enum class StartChoice { automatic, pretrained, none };
template <>
struct Names<StartChoice> {
  static constexpr std::array all{"auto", "pretrained", "none"};
};

struct TrainOptions {
  std::string model;
  Preset preset = Preset::recommended;
  Schedule schedule = Schedule::none;
  PrecisionChoice precision = PrecisionChoice::automatic;
  bool gpu = true;
  bool gpu_graph = true;
  int threads = 0;
  std::uint64_t seed = 1;
  std::filesystem::path src;
  std::filesystem::path dst;
  double cache_gb = 2;
  bool plan = false;
  bool plan_only = false;
  std::filesystem::path pretrain_set;
  StartChoice start = StartChoice::automatic;
  std::string start_from;
  std::string start_parts;
};

// What a new model begins with.
template <class O>
constexpr auto start_rows() {
  return std::tuple{
      field("start", &O::start)
          .says("Start",
                "Of a new model: pretrained: weights that already know faces, told src and dst from their faces; none: "
                "random ones; auto: pretrained with the recommended preset where the network's sizes fit it.")
          .may_change(When::creation)
          .in("Run"),
      field("start-from", &O::start_from)
          .says("Start from", "Name of a model whose weights a new model begins with.")
          .in("Run"),
      field("start-parts", &O::start_parts)
          .says("Start parts", "Which parts of it, with commas: encoder,decoder_src; empty: all.")
          .in("Run"),
  };
}

template <>
constexpr auto describe<TrainOptions>() {
  using O = TrainOptions;
  return std::tuple_cat(
      std::tuple{
          field("model", &O::model)
              .says("Model name",
                    "Folder of the model in WORKSPACE/model; empty: the newest of this class, or a new one named after "
                    "the class.")
              .in("Run"),
          field("preset", &O::preset)
              .says("Preset",
                    "Of a new model, for all that is not given: recommended (what was measured to help), or "
                    "compatible: as DeepFaceLab trains, in fp32.")
              .may_change(When::creation)
              .in("Run"),
          field("schedule", &O::schedule)
              .says("Schedule",
                    "Follows the stages of a whole training by itself (small, large, without random warp, …): look, "
                    "evening or film; auto: by the time. --time and --target-iter are then those of the whole, over "
                    "every call.")
              .in("Run"),
          precision_row<O>(),
          field("gpu", &O::gpu).says("GPU", "Use a CUDA GPU when there is one.").in("Device"),
          field("gpu-graph", &O::gpu_graph)
              .says("GPU graph",
                    "On a GPU: records an iteration and launches it whole from then on, if that does the same as a "
                    "plain one.")
              .in("Device")
              .advanced(),
          field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 1024).in("Device"),
          seed_row<O>(),
          field("src", &O::src)
              .says("src faceset", "Folder of aligned src faces or with their faceset.pak; empty: the workspace's.")
              .in("Run"),
          field("dst", &O::dst).says("dst faceset", "The same of dst.").in("Run"),
          field("cache-gb", &O::cache_gb)
              .says("Cache", "Memory for prepared faces, in GB.")
              .range(0, 1024)
              .in("Device")
              .advanced(),
          field("plan", &O::plan)
              .says("Plan",
                    "Says before the first iteration how much memory and time it will take, by two trial steps.")
              .in("Device"),
          field("plan-only", &O::plan_only)
              .says("Plan only",
                    "Says what the training would need and how far it would come, and ends; nothing is made. With a "
                    "schedule and no --resolution, also the size that this machine can bring to an end.")
              .in("Device"),
          field("pretrain-set", &O::pretrain_set)
              .says("Pretraining faceset",
                    "Folder of aligned faces, or with their faceset.pak, that --pretrain learns from.")
              .in("Run"),
      },
      start_rows<O>());
}
static_assert(all_described<TrainOptions>);

}  // namespace understudy
