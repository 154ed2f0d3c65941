// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/course_size.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/loop/loop.hpp"
#include "lib/training/course.hpp"
#include "lib/training/face_trainer.hpp"
#include "steps/5_train/course.hpp"
#include "steps/5_train/setup.hpp"

namespace understudy {
namespace {

// A step on noise costs what a step on faces does.
double timed_step(FaceTrainer& trainer, const Batch& batch) {
  const auto start = std::chrono::steady_clock::now();
  trainer.step(batch);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Result<double> seconds_at_smallest(TrainRequest request) {
  request.wanted.saehd.resolution = smallest_course_resolution;
  return seconds_per_iteration(request.wanted, request);
}

Result<double> seconds_per_iteration(const ModelDescription& model, const TrainRequest& request) {
  TRY(const auto spec, spec_of(model));
  const Device device = open_device(request.options.threads, request.options.gpu);
  const auto precision = precision_of(precision_choice(request, model), device, spec.rules.winograd);
  return guard_torch("timing an iteration", [&] {
    FaceTrainer trainer(spec, device, precision);
    const std::int64_t n = spec.rules.batch_size, side = spec.shape.resolution;
    const auto half = [&] {
      return BatchSide{torch::rand({n, 3, side, side}), torch::rand({n, 3, side, side}),
                       torch::rand({n, 1, side, side}), torch::rand({n, 1, side, side})};
    };
    const Batch batch{half(), half()};
    trainer.step(batch);  // the first one also finds its memory
    std::array<double, 3> times{};
    for (double& t : times) t = timed_step(trainer, batch);
    std::ranges::sort(times);
    return times[1];
  });
}

ChosenSize read_chosen_size(const fs::path& file) {
  const auto text = read_text(file, 1 << 16);
  if (!text) return {};
  const auto said = parse_json(*text);
  if (!said.is_object()) return {};
  const auto seconds = said.find("seconds"), resolution = said.find("resolution");
  if (seconds == said.end() || !seconds->is_number() || resolution == said.end() || !resolution->is_number_integer())
    return {};
  const auto side = resolution->get<std::int64_t>();
  if (side < smallest_course_resolution || side > 640 || side % 32 != 0) return {};
  return {seconds->get<double>(), static_cast<int>(side)};
}

Result<> write_chosen_size(const fs::path& file, const ChosenSize& chosen) {
  const nlohmann::json said{{"seconds", chosen.seconds}, {"resolution", chosen.resolution}};
  return write_text(file, json_text(said, 1) + "\n");
}

Result<int> course_size(const TrainRequest& request, const fs::path& kept, Run& run) {
  if (request.loop.time.empty()) return smallest_course_resolution;
  TRY(const double seconds, parse_duration(request.loop.time));
  const ChosenSize before = read_chosen_size(kept);
  TRY(const auto model, model_path(request));
  const int least = ModelFolder::exists(model) ? before.resolution : 0;
  if (least > 0 && seconds <= before.seconds) return least;
  TRY(const double each, seconds_at_smallest(request));
  const int side = std::max(course_resolution(seconds, each, knows_faces(request, model)), least);
  run.note(fmt::format("{:.2f} s an iteration at {} pixels here: in {} the model is brought to {} pixels", each,
                       smallest_course_resolution, request.loop.time, side));
  TRY_VOID(write_chosen_size(kept, {seconds, side}));
  return side;
}

}  // namespace understudy
