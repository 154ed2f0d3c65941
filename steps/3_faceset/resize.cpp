// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/resize.hpp"

#include <algorithm>
#include <map>

#include "lib/face/faceset.hpp"
#include "lib/jobs/each.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/options/options.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/3_faceset/recrop.hpp"
#include "steps/3_faceset/tally.hpp"

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

class Resizing {
 public:
  Resizing(const ResizePaths& paths, const ResizeOptions& options, Run& run)
      : paths_(paths), options_(options), run_(run), tally_(run) {}
  Result<std::string> work();

 private:
  nlohmann::json state() const;
  Result<> one(const std::string& name);
  Result<Face> made(const Face& face);
  void by_frame();
  Result<> put_in_place();

  const ResizePaths& paths_;
  const ResizeOptions& options_;
  Run& run_;
  Tally tally_;
  std::optional<ResultFolder> results_;
  std::unique_ptr<Frames> frames_;
  std::vector<std::string> names_;
  std::optional<FaceType> type_;
};

// What a result depends on.
nlohmann::json Resizing::state() const {
  ResizeOptions copy = options_;
  auto json = options_to_json(rows_of(copy));
  for (const char* key : {"replace", "threads", "input", "output"}) json.erase(key);
  json["frames"] = paths_.frames.string();
  json["tool"] = "resize";
  return json;
}

// Faces in the order of their frames, so that a video is read once through.
void Resizing::by_frame() {
  std::vector<std::pair<std::int64_t, std::string>> order;
  for (const auto& name : names_) {
    const auto info = read_face_info(paths_.faces / name);
    order.emplace_back(info ? frames_->find(info->source_filename) : -1, name);
  }
  std::ranges::stable_sort(order, {}, &std::pair<std::int64_t, std::string>::first);
  for (std::size_t i = 0; i < names_.size(); ++i) names_[i] = order[i].second;
}

Result<Face> Resizing::made(const Face& face) {
  const auto index = frames_ && face.info.source_landmarks ? frames_->find(face.info.source_filename) : -1;
  if (index < 0) return recropped(face, options_.image_size, type_);
  const auto frame = frames_->read(index);
  if (!frame) {
    run_.warn(to_sentence(frame.error()));
    return recropped(face, options_.image_size, type_);
  }
  TRY(Face out, recropped_from_frame(face, *frame, options_.image_size, type_));
  tally_.count("from_frames");
  return out;
}

Result<> Resizing::one(const std::string& name) {
  const fs::path source = paths_.faces / name, target = results_->path() / name;
  if (results_->has(target, source)) {
    tally_.count("done_before");
    return {};
  }
  const auto face = read_face(source);
  const auto result = face ? made(*face) : Result<Face>(Failure(face.error()));
  if (!result) {
    tally_.skip(name, result.error());
    return {};
  }
  TRY_VOID(write_face_jpeg(target, result->image_bgr, options_.jpeg_quality, result->info));
  tally_.count("faces");
  return {};
}

Result<> Resizing::put_in_place() {
  std::vector<std::string> done;
  for (const auto& name : names_) {
    if (results_->has(results_->path() / name, paths_.faces / name)) done.push_back(name);
  }
  TRY(const FileLock lock, take_faceset(paths_.faces));
  TRY_VOID(results_->take_places_in(paths_.faces, done));
  tally_.count("replaced", static_cast<std::int64_t>(done.size()));
  return {};
}

Result<std::string> Resizing::work() {
  TRY_VOID(look_at_faceset(paths_.faces));
  TRY(names_, loose_names(paths_.faces));
  if (options_.face_type != ResizeType::same)
    type_ = face_type_from_key(Names<ResizeType>::all[static_cast<std::size_t>(options_.face_type)]);
  if (options_.from_frames) {
    TRY(frames_, Frames::open(paths_.frames));
    by_frame();
  }
  TRY(results_, ResultFolder::open(paths_.results, state()));
  run_.stage("resize");
  tally_.count("faces", 0);
  TRY_VOID(for_each_index(names_.size(), options_.threads, run_, "faces",
                          [this](std::size_t i, unsigned) { return one(names_[i]); }));
  if (options_.replace) TRY_VOID(put_in_place());
  tally_.set("folder", (options_.replace ? paths_.faces : paths_.results).string());
  return tally_.report();
}

}  // namespace

Result<std::string> resize_faceset(const ResizePaths& paths, const ResizeOptions& options, Run& run) {
  return Resizing(paths, options, run).work();
}

}  // namespace understudy
