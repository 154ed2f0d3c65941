// SPDX-License-Identifier: Apache-2.0
#include "steps/score/clip.hpp"

#include <algorithm>

#include "lib/face/faceset.hpp"
#include "lib/image/convert.hpp"
#include "lib/score/pictures.hpp"

namespace understudy {
namespace {

constexpr int usual_frames = 250;
constexpr std::size_t few_frames = 120;  // of so many, every one is measured in every way

std::string stem_of(const std::string& name) { return fs::path(name).stem().string(); }

// The largest face of every frame.
Result<std::map<std::string, Landmarks68>> faces_by_stem(const fs::path& aligned) {
  TRY(const Faceset set, Faceset::open(aligned));
  std::map<std::string, Landmarks68> faces;
  for (std::size_t i = 0; i < set.entries().size(); ++i) {
    FaceInfo info = set.entries()[i].info;
    if (set.packed()) {  // a pack's table lacks the frame's landmarks
      TRY(info, set.full_info(i));
    }
    if (info.source_filename.empty() || !info.source_landmarks) continue;
    const auto [place, fresh] = faces.try_emplace(stem_of(info.source_filename), *info.source_landmarks);
    if (!fresh && score::standing_side(*info.source_landmarks) > score::standing_side(place->second))
      place->second = *info.source_landmarks;
  }
  if (faces.empty()) {
    return fail_with_hint(Code::bad_file, fmt::format("No face in {} says which frame it is from", aligned.string()),
                          "Extract the dst faces again: understudy extract dst");
  }
  return faces;
}

Result<std::optional<ClipFrames>> open_if_there(const fs::path& path) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error)) return std::nullopt;
  if (fs::is_directory(path, error) && fs::is_empty(path, error)) return std::nullopt;
  TRY(auto feed, ClipFrames::open(path));
  return feed;
}

// A video has to be frame for frame that of dst.
Result<> check_counts(const ClipFrames& frames, const fs::path& frames_path, const fs::path& path,
                      const ClipFrames& other) {
  if (other.index_of(0, "") < 0 || other.count() == frames.count()) return {};
  return fail(Code::bad_file, "{} holds {} frames and {} holds {}", path.string(), other.count(), frames_path.string(),
              frames.count());
}

void place_frames(Clip& clip, const std::map<std::string, Landmarks68>& faces) {
  const auto stem = [&](std::int64_t i) { return stem_of(clip.frames.name(i)); };
  for (std::int64_t i = 0; i < clip.frames.count(); i += clip.every) {
    const auto face = faces.find(stem(i));
    ClipPlace place;
    place.frame = i;
    place.result = clip.result.index_of(i, stem(i));
    if (face == faces.end()) {
      ++clip.without_face;
      continue;
    }
    if (place.result < 0) {
      ++clip.without_result;
      continue;
    }
    place.landmarks = face->second;
    place.whole = clip.places.size() % 2 == 0;
    if (clip.mask) place.mask = clip.mask->index_of(i, stem(i));
    if (clip.truth) place.truth = clip.truth->index_of(i, stem(i));
    clip.places.push_back(place);
  }
  for (auto& place : clip.places) {
    place.whole = place.whole || clip.places.size() <= few_frames;
    const std::int64_t before = place.frame - 1;
    if (!place.whole || before < 0) continue;
    place.result_before = clip.result.index_of(before, stem(before));
    if (place.result_before >= 0) place.before = before;
  }
}

}  // namespace

ClipFrames::ClipFrames(media::FrameSource source) : source_(std::make_shared<media::FrameSource>(std::move(source))) {
  if (source_->is_video()) return;
  for (std::int64_t i = 0; i < source_->count(); ++i) by_stem_[stem_of(source_->name(i))] = i;
}

Result<ClipFrames> ClipFrames::open(const fs::path& path) {
  TRY(auto source, media::FrameSource::open(path));
  return ClipFrames(std::move(source));
}

std::int64_t ClipFrames::index_of(std::int64_t number, const std::string& stem) const {
  if (source_->is_video()) return number < count() ? number : -1;
  const auto found = by_stem_.find(stem);
  return found == by_stem_.end() ? -1 : found->second;
}

Result<> ClipFrames::take(std::int64_t index, std::map<std::int64_t, Picture>& into) {
  if (!source_->is_video() || index < 0 || into.contains(index)) return {};
  if (index != last_) {
    TRY(auto frame, source_->at(index));
    last_picture_ = std::make_shared<const ImageU8>(normalise_channels(std::move(frame.bgr), 3));
    last_ = index;
  }
  into[index] = last_picture_;
  return {};
}

Result<Picture> ClipFrames::picture(std::int64_t index, const std::map<std::int64_t, Picture>& taken) const {
  if (const auto found = taken.find(index); found != taken.end()) return found->second;
  TRY(auto frame, source_->read_image_file(index));
  return std::make_shared<const ImageU8>(normalise_channels(std::move(frame.bgr), 3));
}

Result<Clip> open_clip(const ScoreOptions& options, const ScorePaths& paths) {
  TRY(const auto faces, faces_by_stem(paths.dst_aligned));
  TRY(auto frames, ClipFrames::open(paths.frames));
  auto result = ClipFrames::open(paths.result);
  if (!result) {
    result.error().hint = "Merge first: understudy merge";
    return Failure(std::move(result).error());
  }
  TRY(auto mask, open_if_there(paths.mask));
  Clip clip{std::move(frames), *std::move(result), std::move(mask), {}, {}, 1, 0, 0};
  if (!paths.truth.empty()) {
    TRY(clip.truth, ClipFrames::open(paths.truth));
    TRY_VOID(check_counts(clip.frames, paths.frames, paths.truth, *clip.truth));
  }
  TRY_VOID(check_counts(clip.frames, paths.frames, paths.result, clip.result));
  if (clip.mask) TRY_VOID(check_counts(clip.frames, paths.frames, paths.mask, *clip.mask));
  clip.every =
      options.every > 0
          ? options.every
          : static_cast<int>(std::max<std::int64_t>(1, (clip.frames.count() + usual_frames / 2) / usual_frames));
  place_frames(clip, faces);
  if (clip.places.empty()) {
    return fail_with_hint(Code::no_faces,
                          fmt::format("None of the faces in {} belongs to a frame that {} and {} both have",
                                      paths.dst_aligned.string(), paths.frames.string(), paths.result.string()),
                          "Merge first: understudy merge");
  }
  return clip;
}

}  // namespace understudy
