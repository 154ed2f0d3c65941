// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/labelled_faces.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/nets/xseg.hpp"

namespace understudy {
namespace {

constexpr int side = xseg_resolution;
constexpr std::size_t most_kept_bytes = std::size_t{2} << 30;
constexpr std::size_t most_tries = 16;  // this many unreadable faces in a row: the disk is gone, not a file damaged

template <class T>
Image<T> brought(const Image<T>& image, const FaceInfo& info, FaceType wanted) {
  if (info.face_type != wanted) {
    return warp(image, face_matrix(info.landmarks, side, wanted), side, side, Interpolation::lanczos4,
                Border::constant);
  }
  if (image.width == side && image.height == side) return image;
  return resize(image, side, side, Interpolation::lanczos4);
}

Result<ImageF> drawn_mask(const Face& face) {
  const int width = face.image_bgr.width, height = face.image_bgr.height;
  if (!face.info.polygons.empty()) return polygon_mask(width, height, face.info.polygons);
  TRY(auto mask, stored_mask(face.info, width, height));
  if (!mask) return fail(Code::not_found, "The face has neither polygons nor a mask");
  for (float& v : mask->data) v = v >= 0.5f ? 1.0f : 0.0f;
  return *std::move(mask);
}

enum class Label : std::uint8_t { none, mask, polygons };

// What each face of the folder has.
Result<std::vector<Label>> labels_of(const FaceList& faces) {
  std::vector<Label> labels(faces.count(), Label::none);
  std::atomic<std::size_t> next{0};
  TRY_VOID(on_threads(cpu_threads(), [&](unsigned) -> Result<> {
    for (std::size_t i; (i = next++) < faces.count();) {
      const auto info = faces.info(i);
      if (!info) continue;  // it has no label that could be read
      labels[i] = !info->polygons.empty() ? Label::polygons : info->xseg_mask ? Label::mask : Label::none;
    }
    return {};
  }));
  return labels;
}

}  // namespace

ImageU8 face_for_xseg(const ImageU8& bgr, const FaceInfo& info, FaceType wanted) { return brought(bgr, info, wanted); }

Result<LabelledFace> labelled_face(const Face& face, FaceType wanted) {
  TRY(const ImageF drawn, drawn_mask(face));
  const ImageF mask = brought(drawn, face.info, wanted);
  LabelledFace made{brought(face.image_bgr, face.info, wanted), ImageU8(side, side, 1)};
  for (std::size_t i = 0; i < mask.data.size(); ++i) made.mask.data[i] = mask.data[i] >= 0.5f ? 255 : 0;
  made.landmarks = face.info.face_type == wanted
                       ? resized(face.info.landmarks, static_cast<double>(side) / face.image_bgr.width)
                       : transformed(face.info.landmarks, face_matrix(face.info.landmarks, side, wanted));
  return made;
}

Result<LabelledFaces> LabelledFaces::open(const std::vector<fs::path>& folders, FaceType wanted) {
  LabelledFaces all;
  all.wanted_ = wanted;
  std::vector<std::vector<Label>> labels;
  for (const auto& folder : folders) {
    TRY(auto faces, FaceList::open(folder));
    TRY(labels.emplace_back(), labels_of(faces));
    all.folders_.push_back(std::move(faces));
  }
  const auto has = [&](Label wanted_label) {
    return std::ranges::any_of(labels, [&](const auto& one) { return std::ranges::count(one, wanted_label) > 0; });
  };
  all.by_polygons_ = has(Label::polygons);
  const Label taken = all.by_polygons_ ? Label::polygons : Label::mask;
  for (std::size_t f = 0; f < labels.size(); ++f) {
    for (std::size_t i = 0; i < labels[f].size(); ++i) {
      if (labels[f][i] == taken) all.places_.push_back({f, i});
    }
  }
  if (all.places_.empty()) {
    std::string names;
    for (const auto& folder : folders) names += (names.empty() ? "" : " and in ") + folder.string();
    return fail_with_hint(Code::no_faces, fmt::format("No face in {} has a label", names),
                          "Draw polygons on some faces, or import them: understudy mask import.");
  }
  all.kept_.resize(all.count());
  all.told_.resize(all.count());
  return all;
}

std::string LabelledFaces::name(std::size_t index) const {
  const Place& place = places_[index];
  return folders_[place.folder].name(place.face);
}

Result<std::shared_ptr<const LabelledFace>> LabelledFaces::face(std::size_t index) {
  Result<std::shared_ptr<const LabelledFace>> last = fail(Code::no_faces, "No labelled face can be read");
  for (std::size_t tries = 0; tries < std::min(count(), most_tries); ++tries) {
    const std::size_t i = (index + tries) % count();
    {
      std::lock_guard lock(*mutex_);
      if (kept_[i]) return kept_[i];
    }
    auto read = [&]() -> Result<LabelledFace> {
      TRY(const Face face, folders_[places_[i].folder].face(places_[i].face));
      return labelled_face(face, wanted_);
    }();
    std::lock_guard lock(*mutex_);
    if (!read) {
      last = during(read.error(), "reading " + name(i));
      if (!told_[i]) warnings_.push_back(to_sentence(last.error()));
      told_[i] = true;
      continue;
    }
    auto shared = std::make_shared<const LabelledFace>(*std::move(read));
    const std::size_t bytes = shared->bgr.data.size() + shared->mask.data.size();
    if (!kept_[i] && kept_bytes_ + bytes <= most_kept_bytes) {
      kept_bytes_ += bytes;
      kept_[i] = shared;
    }
    return shared;
  }
  return last;
}

std::vector<std::string> LabelledFaces::take_warnings() {
  std::lock_guard lock(*mutex_);
  return std::exchange(warnings_, {});
}

}  // namespace understudy
