// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/present_faces.hpp"

#include <algorithm>

#include "lib/base/frame_files.hpp"
#include "lib/detect/box_detector.hpp"
#include "lib/face/faceset.hpp"

namespace understudy {
namespace {

constexpr double same = 0.3;  // of two boxes: a face that was found again is off by a few pixels

// The folder itself and the persons' in it.
std::vector<fs::path> folders_of_faces(const fs::path& folder) {
  auto folders = sub_folders(folder);
  folders.insert(folders.begin(), folder);
  return folders;
}

}  // namespace

Rect face_box(const Landmarks68& in_frame) {
  constexpr std::size_t first_inside = 17;
  Rect box{in_frame[first_inside].x, in_frame[first_inside].y, in_frame[first_inside].x, in_frame[first_inside].y};
  for (std::size_t i = first_inside; i < in_frame.size(); ++i) {
    box.left = std::min(box.left, in_frame[i].x);
    box.top = std::min(box.top, in_frame[i].y);
    box.right = std::max(box.right, in_frame[i].x);
    box.bottom = std::max(box.bottom, in_frame[i].y);
  }
  return box;
}

int same_face(const Rect& face, std::span<const Rect> boxes, const std::vector<bool>& taken) {
  int best = -1;
  double most = same;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const double shared = taken[i] ? 0 : overlap(face, boxes[i]);
    if (shared <= most) continue;
    most = shared;
    best = static_cast<int>(i);
  }
  return best;
}

void PresentFaces::add(const std::string& name, const FaceInfo& info) {
  if (info.source_filename.empty() || !info.source_landmarks) return;
  by_stem_[fs::path(info.source_filename).stem().string()].push_back({name, face_box(*info.source_landmarks)});
}

Result<PresentFaces> PresentFaces::read(const fs::path& folder) {
  PresentFaces present;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return present;
  if (fs::exists(folder / "faceset.pak", error)) {
    present.packed_ = true;
    TRY(const auto set, Faceset::open(folder));
    for (std::size_t i = 0; i < set.entries().size(); ++i) {
      if (const auto info = set.full_info(i)) present.add("", *info);
    }
  }
  for (const auto& place : folders_of_faces(folder)) {
    TRY(const auto images, image_files(place));
    for (const auto& image : images) {
      if (image.extension() != ".jpg") continue;
      if (const auto info = read_face_info(image)) present.add(image.lexically_relative(folder).string(), *info);
    }
  }
  return present;
}

const std::vector<PresentFace>& PresentFaces::of_frame(const std::string& frame_name) const {
  static const std::vector<PresentFace> none;
  const auto found = by_stem_.find(fs::path(frame_name).stem().string());
  return found == by_stem_.end() ? none : found->second;
}

bool PresentFaces::all_there(const FrameRecord& record) const {
  const auto& there = of_frame(record.name);
  if (!record.out.empty() || there.size() < record.files.size()) return false;
  std::vector<Rect> boxes;
  for (const auto& face : there) boxes.push_back(face.box);
  std::vector<bool> taken(boxes.size());
  for (const auto& mark : record.marks) {
    const int i = same_face(mark.box, boxes, taken);
    if (i < 0) return false;
    taken[static_cast<std::size_t>(i)] = true;
  }
  return true;
}

std::int64_t count_faces(const fs::path& folder) {
  std::int64_t count = 0;
  for (const auto& place : folders_of_faces(folder)) {
    if (const auto files = image_files(place)) count += static_cast<std::int64_t>(files->size());
  }
  return count;
}

}  // namespace understudy
