// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/engine_check.hpp"

#include <cmath>

#include "lib/detect/models.hpp"
#include "lib/infer/session.hpp"

namespace understudy {

// The landmark network's first output for the pattern below: mean over its 1404 numbers and one of them. Recorded with
// OpenVINO 2026.4 in fp32; MediaPipe's own runtime gives the same to 1e-2 px.
static constexpr double known_mean = 68.866, known_nose_x = 96.817;

Result<std::string> check_detection_engine() {
  TRY(auto session, infer::Session::load(models::face_landmark(), "face_landmark.tflite"));
  auto input = session.input(0);
  for (std::size_t i = 0; i < input.size(); ++i) {
    const double x = static_cast<double>(i / 3 % 192) / 191, y = static_cast<double>(i / 3 / 192) / 191;
    // A bright oval on grey with two dark spots: enough for the network to lay its mesh.
    const double oval = std::hypot((x - 0.5) / 0.3, (y - 0.5) / 0.4) < 1 ? 0.8 : 0.3;
    const bool eye = std::hypot(x - 0.38, y - 0.42) < 0.05 || std::hypot(x - 0.62, y - 0.42) < 0.05;
    input[i] = static_cast<float>(eye ? 0.1 : oval);
  }
  TRY_VOID(session.run());
  const auto mesh = session.output(0);
  double mean = 0;
  for (float v : mesh) mean += v / static_cast<double>(mesh.size());
  const double nose_x = mesh.size() > 3 ? mesh[3] : 0;
  if (std::abs(mean - known_mean) > 0.5 || std::abs(nose_x - known_nose_x) > 0.5) {
    return fail(Code::device, "The landmark network gives {:.3f} and {:.3f} where {:.3f} and {:.3f} are right", mean,
                nose_x, known_mean, known_nose_x);
  }
  return "face_landmark fp32, " + infer::engine_version();
}

std::vector<std::string> embedded_models() {
  auto row = [](const char* name, std::span<const std::uint8_t> bytes) {
    return fmt::format("{} ({} kB)", name, bytes.size() / 1024);
  };
  return {row("face_detection_full_range_sparse", models::face_detection_full_range_sparse()),
          row("face_detection_short_range", models::face_detection_short_range()),
          row("face_landmark", models::face_landmark()), row("iris_landmark", models::iris_landmark())};
}

}  // namespace understudy
