// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/resize.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "lib/media/frame_source.hpp"
#include "steps/3_faceset/recrop.hpp"
#include "steps/3_faceset/rewriting.hpp"

namespace understudy {
namespace {

// The frames by the names that faces carry; any thread may ask.
class Frames {
 public:
  static Result<std::unique_ptr<Frames>> open(const fs::path& path) {
    TRY(auto source, media::FrameSource::open(path));
    return std::make_unique<Frames>(std::move(source));
  }
  explicit Frames(media::FrameSource source) : source_(std::move(source)) {
    for (std::int64_t i = 0; i < source_.count(); ++i) index_.emplace(fs::path(source_.name(i)).stem().string(), i);
  }
  // Where the frame stands, or -1.
  std::int64_t find(const std::string& file_name) const {
    const auto at = index_.find(fs::path(file_name).stem().string());
    return at == index_.end() ? -1 : at->second;
  }
  Result<ImageU8> read(std::int64_t index) {
    if (!source_.is_video()) {
      TRY(auto frame, source_.read_image_file(index));
      return std::move(frame.bgr);
    }
    std::lock_guard lock(mutex_);
    TRY(auto frame, source_.at(index));
    return std::move(frame.bgr);
  }

 private:
  media::FrameSource source_;
  std::map<std::string, std::int64_t> index_;
  std::mutex mutex_;
};

// Faces in the order of their frames, so that a video is read once through.
void sort_by_frame(std::vector<std::string>& names, const fs::path& folder, const Frames& frames) {
  std::vector<std::pair<std::int64_t, std::string>> order;
  for (const auto& name : names) {
    const auto info = read_face_info(folder / name);
    order.emplace_back(info ? frames.find(info->source_filename) : -1, name);
  }
  std::ranges::stable_sort(order, {}, &std::pair<std::int64_t, std::string>::first);
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = order[i].second;
}

}  // namespace

Result<std::string> resize_faceset(const ResizePaths& paths, const ResizeOptions& options, Run& run) {
  std::optional<FaceType> type;
  if (options.face_type != ResizeType::same)
    type = face_type_from_key(Names<ResizeType>::all[static_cast<std::size_t>(options.face_type)]);
  std::unique_ptr<Frames> frames;
  OrderNames order;
  if (options.from_frames) {
    TRY(frames, Frames::open(paths.frames));
    order = [&](std::vector<std::string>& names) { sort_by_frame(names, paths.faces, *frames); };
  }
  const auto make = [&](const Face& face, unsigned, Tally& tally) -> Result<Face> {
    const auto index = frames && face.info.source_landmarks ? frames->find(face.info.source_filename) : -1;
    if (index < 0) return recropped(face, options.image_size, type);
    const auto frame = frames->read(index);
    if (!frame) {
      run.warn(to_sentence(frame.error()));
      return recropped(face, options.image_size, type);
    }
    TRY(Face out, recropped_from_frame(face, *frame, options.image_size, type));
    tally.count("from_frames");
    return out;
  };
  ResizeOptions copy = options;
  const Rewriting work{paths.faces, paths.results, "resize", options.jpeg_quality, options.replace, options.threads};
  return rewrite_faces(work, rows_of(copy), order, run, make);
}

}  // namespace understudy
