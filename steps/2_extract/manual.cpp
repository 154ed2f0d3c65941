// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/manual.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

using nlohmann::json;

template <std::size_t count>
std::optional<std::array<double, count>> numbers(const json& list) {
  if (!list.is_array() || list.size() != count) return {};
  std::array<double, count> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (!list[i].is_number() || !std::isfinite(list[i].get<double>())) return {};
    out[i] = list[i];
  }
  return out;
}

std::optional<Landmarks68> landmarks(const json& list) {
  if (!list.is_array() || list.size() != 68) return {};
  Landmarks68 out;
  for (std::size_t i = 0; i < 68; ++i) {
    const auto point = numbers<2>(list[i]);
    if (!point) return {};
    out[i] = {(*point)[0], (*point)[1]};
  }
  return out;
}

// Nose tip and a second point: the mean face hung on the nose, as wide as they are apart and turned as they are (spec
// pipeline.md 2.6, forced mode).
Landmarks68 forced(const std::array<double, 4>& at) {
  const Point nose{at[0], at[1]}, v{at[2] - at[0], at[3] - at[1]};
  const Affine place{{v.x, -v.y, nose.x, v.y, v.x, nose.y}};
  Landmarks68 out;
  for (std::size_t i = 0; i < 68; ++i) out[i] = place(canonical_landmarks[i] - canonical_landmarks[30]);
  return out;
}

bool take_face(const json& face, HandFrame& frame) {
  if (!face.is_object()) return false;
  if (face.contains("landmarks")) {
    const auto points = landmarks(face["landmarks"]);
    if (points) frame.landmarks.push_back(*points);
    return points.has_value();
  }
  if (face.contains("forced")) {
    const auto points = numbers<4>(face["forced"]);
    if (points) frame.landmarks.push_back(forced(*points));
    return points.has_value();
  }
  const auto box = numbers<4>(face.value("rect", json()));
  const auto angle = face.value("angle", json(0.0));
  if (!box || !angle.is_number() || (*box)[2] <= (*box)[0] || (*box)[3] <= (*box)[1]) return false;
  frame.boxes.push_back({{(*box)[0], (*box)[1], (*box)[2], (*box)[3]}, angle.get<double>() * std::numbers::pi / 180});
  return true;
}

}  // namespace

Result<std::map<std::string, HandFrame>> read_manual(const fs::path& path) {
  TRY(const auto text, read_text(path));
  const auto file = parse_json(text);
  const std::string hint =
      "docs/2-extract.md shows the format: {\"frames\": {\"00012.png\": {\"faces\": [{\"rect\": "
      "[left, top, right, bottom]}]}}}.";
  if (!file.is_object() || !file.contains("frames") || !file["frames"].is_object())
    return fail_with_hint(Code::bad_file, fmt::format("{} is no list of faces by hand", path.string()), hint);
  std::map<std::string, HandFrame> frames;
  for (const auto& [name, entry] : file["frames"].items()) {
    HandFrame frame;
    frame.text = json_text(entry);
    const auto& faces = entry.is_object() ? entry.value("faces", json::array()) : entry;
    bool good = faces.is_array();
    if (entry.is_object() && entry.contains("replace")) {
      good = good && entry["replace"].is_boolean();
      if (good) frame.replace = entry["replace"];
    }
    for (std::size_t i = 0; good && i < faces.size(); ++i) good = take_face(faces[i], frame);
    if (!good) {
      return fail_with_hint(Code::bad_file, fmt::format("{} has an odd entry for {}", path.string(), name), hint);
    }
    frames.emplace(path_of_text(name).native(), std::move(frame));
  }
  return frames;
}

const HandFrame* hand_frame(const std::map<std::string, HandFrame>& frames, const std::string& frame_name) {
  auto found = frames.find(frame_name);
  if (found == frames.end()) found = frames.find(fs::path(frame_name).stem().string());
  return found == frames.end() ? nullptr : &found->second;
}

Result<std::vector<FoundFace>> faces_by_hand(FaceFinder& finder, const ImageU8& frame_bgr, const HandFrame& frame) {
  std::vector<FoundFace> faces;
  for (const auto& box : frame.boxes) {
    TRY(auto face, finder.place_in(frame_bgr, box.rect, box.angle));
    faces.push_back(std::move(face));
  }
  for (const auto& points : frame.landmarks) {
    FoundFace face;
    face.landmarks = points;
    face.rect = rect_from_landmarks(points);
    face.score = face.detector_score = 1;
    face.has_mesh = false;
    faces.push_back(face);
  }
  return faces;
}

}  // namespace understudy
