// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/frames.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

#include "lib/base/io_failure.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/image/codec.hpp"
#include "lib/jobs/each.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/sequence.hpp"
#include "lib/options/options.hpp"
#include "lib/project/frame_places.hpp"
#include "lib/project/output.hpp"
#include "steps/1_frames/names.hpp"

namespace understudy {
namespace {

class FrameExtraction {
 public:
  FrameExtraction(const FramesOptions& options, const FramesPaths& paths, Run& run)
      : options_(options), paths_(paths), run_(run) {}
  Result<FramesReport> work();

 private:
  void plan();
  Result<bool> settle_earlier_work();
  Result<> clear_originals();
  Result<> clear_old(const media::Sequence* earlier);
  Result<> write_frames();
  template <class T>
  Result<> one(Result<media::FrameOf<T>> (media::FrameSource::*read)(std::int64_t));
  template <class T>
  Result<> write_one(const Image<T>& bgr, const std::string& name);
  Result<> left_out(const Error&, const std::string& name);

  const FramesOptions& options_;
  const FramesPaths& paths_;
  Run& run_;
  std::optional<media::FrameSource> source_;
  media::Sequence sequence_;
  std::vector<std::int64_t> picked_;  // source index of each output frame
  std::vector<std::string> names_;    // of the output frames
  std::vector<std::size_t> todo_;     // output frames to make
  std::vector<fs::path> present_;     // images in the folder that bear our prefix
  std::optional<MadeFiles> made_;
  bool imported_ = false;  // what is there, by its manifest
  FramesReport report_;
  std::mutex reading_, recording_;
  std::size_t next_ = 0;
  std::uint64_t done_ = 0;
};

Result<FramesReport> FrameExtraction::work() {
  const Stopwatch watch;
  TRY_VOID(check_prefix(options_.prefix));
  TRY_VOID(check_output(paths_.folder, {paths_.video}));
  TRY(source_, media::FrameSource::open(paths_.video, {.threads = 0,
                                                       .hardware = options_.hardware,
                                                       .deinterlace = options_.deinterlace,
                                                       .own_colours = options_.format == FrameFormat::png16}));
  if (!source_->is_video())
    return fail_with_hint(Code::bad_option,
                          fmt::format("{} is {}, not a video", paths_.video.string(), picture_or_folder(paths_.video)),
                          "Its images can be used as frames as they are.");
  for (const auto& remark : source_->remarks()) run_.note(remark);
  const int bits = source_->video()->bit_depth;
  if (bits > 8 && options_.format != FrameFormat::png16)
    run_.note(fmt::format("{} holds {} bits a channel, the frames 8; --format png16 keeps them",
                          paths_.video.filename().string(), bits));
  plan();
  TRY(const auto folder_lock, lock_folder(paths_.folder));
  TRY(made_, MadeFiles::open(paths_.folder));
  TRY(const bool ours, settle_earlier_work());
  if (ours) {
    TRY_VOID(write_frames());
    sequence_.complete = true;
    TRY_VOID(media::write_sequence(paths_.manifest, sequence_));
  }
  report_.seconds = watch.seconds();
  return report_;
}

void FrameExtraction::plan() {
  const auto& video = *source_->video();
  picked_ = pick_frames(video.ticks, video.time_base.value(), options_.fps);
  const auto count = static_cast<std::int64_t>(picked_.size());
  const char* extension = options_.format == FrameFormat::jpg ? "jpg" : "png";
  for (std::int64_t i = 0; i < count; ++i) names_.push_back(options_.prefix + media::frame_name(i, count, extension));
  FramesOptions copy = options_;
  auto rows = rows_of(copy);
  sequence_.options = options_to_json(rows);
  for (const char* key : {"redo", "threads", "input", "output", "hardware"}) sequence_.options.erase(key);
  if (!options_.deinterlace) sequence_.options.erase("deinterlace");
  if (options_.prefix.empty()) sequence_.options.erase("prefix");  // as before there were prefixes
  sequence_.source = media::video_identity(video);
  sequence_.time_base = video.time_base;
  for (std::size_t i = 0; i < names_.size(); ++i)
    sequence_.ticks[fs::path(names_[i]).stem().string()] = video.ticks[static_cast<std::size_t>(picked_[i])];
  report_.frames = count;
}

// False when the images in the folder were not made here and are to be kept.
Result<bool> FrameExtraction::settle_earlier_work() {
  const auto earlier = media::read_sequence(paths_.manifest);
  if (!earlier && earlier.error().code == Code::newer_version) return Failure(earlier.error());
  present_ = images_of_prefix(paths_.folder, paths_.manifest, options_.prefix);
  const bool any = !present_.empty();
  // What was imported cannot be made again once the folder that it came from is gone.
  imported_ = earlier && earlier->options.contains("import");
  if ((!earlier || imported_) && any && !options_.redo) {
    run_.note(
        fmt::format("{} already holds {} images that were not extracted here: they are kept; --redo replaces them",
                    paths_.folder.string(), present_.size()));
    report_.frames = static_cast<std::int64_t>(present_.size());
    report_.kept_foreign = true;
    return false;
  }
  const bool same = earlier && earlier->source == sequence_.source && earlier->options == sequence_.options &&
                    earlier->ticks == sequence_.ticks;
  TRY_VOID(make_folders(paths_.folder));
  remove_temporaries(paths_.folder);
  if (!same || options_.redo) {
    TRY_VOID(clear_originals());
    if (any) TRY_VOID(clear_old(earlier ? &*earlier : nullptr));
  }
  TRY_VOID(media::write_sequence(paths_.manifest, sequence_));
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!is_there(paths_.folder / names_[i])) todo_.push_back(i);
  }
  report_.done_before = static_cast<std::int64_t>(names_.size() - todo_.size());
  return true;
}

// Of a denoising of the frames that go now.
Result<> FrameExtraction::clear_originals() {
  std::set<fs::path> old;
  for (const auto& file : images_of_prefix(originals_of(paths_.folder), paths_.manifest, options_.prefix))
    old.insert(file.filename());
  return put_originals_aside(
      paths_.folder, [&old](const fs::path& name) { return old.contains(name); },
      [this](std::string text) { run_.note(std::move(text)); });
}

// Frames of another video or format would mix with the new ones (spec pipeline.md W55). Those that we made and that are
// still so can be made again from the video, so they are not kept; what was edited since, imported, or is somebody
// else's, is put aside: with --redo all of it, else what has the name of a frame.
Result<> FrameExtraction::clear_old(const media::Sequence* earlier) {
  Aside aside(paths_.folder, [this](std::string text) { run_.note(std::move(text)); });
  std::int64_t removed = 0;
  for (const auto& file : present_) {
    const auto name = file.filename();
    const auto stem = file.stem().string();
    const bool in_the_way = sequence_.ticks.contains(stem) || (earlier && earlier->ticks.contains(stem));
    if (made_->ours(name) && !imported_) {
      std::error_code error;
      fs::remove(file, error);
      if (error) return io_failure("remove", file, error.value());
      ++removed;
    } else if (options_.redo || in_the_way || made_->last_made_of(name)) {
      TRY_VOID(aside.take(name));
    }
  }
  run_.note(fmt::format("The {} images that were made before in {} are replaced", removed, paths_.folder.string()));
  report_.set_aside = static_cast<std::int64_t>(aside.count());
  report_.backup = aside.where();
  return {};
}

Result<> FrameExtraction::write_frames() {
  run_.stage("frames");
  done_ = static_cast<std::uint64_t>(report_.done_before);
  run_.progress(done_, names_.size(), "frames");
  const bool deep = options_.format == FrameFormat::png16;
  return for_each_index(todo_.size(), options_.threads, run_, "", [this, deep](std::size_t, unsigned) {
    return deep ? one(&media::FrameSource::deep_at) : one(&media::FrameSource::at);
  });
}

// The next frame: they are decoded in their order, whichever thread asks.
template <class T>
Result<> FrameExtraction::one(Result<media::FrameOf<T>> (media::FrameSource::*read)(std::int64_t)) {
  std::unique_lock reading(reading_);
  const auto at = todo_[next_++];
  const auto frame = ((*source_).*read)(picked_[at]);
  reading.unlock();
  TRY_VOID(frame ? write_one(frame->bgr, names_[at]) : left_out(frame.error(), names_[at]));
  std::lock_guard lock(recording_);
  run_.progress(++done_, names_.size(), "frames");
  return {};
}

Result<> FrameExtraction::left_out(const Error& error, const std::string& name) {
  run_.warn(to_sentence(error));
  std::lock_guard lock(recording_);
  report_.unreadable.push_back(name);
  return {};
}

template <class T>
Result<> FrameExtraction::write_one(const Image<T>& bgr, const std::string& name) {
  Result<Bytes> file;
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    // Frames are a source, not a product: no colour is thrown away (spec pipeline.md W19).
    const JpegOptions jpeg{.quality = options_.jpeg_quality, .chroma = Chroma::full};
    file = options_.format == FrameFormat::jpg ? encode_jpeg(bgr, jpeg) : encode_png(bgr);
  } else {
    file = encode_png(bgr);
    if (const auto colours = source_->deep_png_colours(); file && colours) file = with_colours(*file, *colours);
  }
  if (!file) return Failure(file.error());
  return made_->write(name, *file);
}

}  // namespace

std::vector<std::int64_t> pick_frames(const std::vector<std::int64_t>& ticks, double seconds_per_tick, double fps) {
  std::vector<std::int64_t> picked;
  if (fps <= 0) {
    for (std::size_t i = 0; i < ticks.size(); ++i) picked.push_back(static_cast<std::int64_t>(i));
    return picked;
  }
  // A frame is taken when it is the first in its interval of 1 / fps; half a tick of tolerance for rounded time stamps.
  std::int64_t last = -1;
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    const double time = (static_cast<double>(ticks[i] - ticks.front()) + 0.5) * seconds_per_tick;
    const auto interval = static_cast<std::int64_t>(std::floor(time * fps));
    if (interval > last) picked.push_back(static_cast<std::int64_t>(i));
    last = std::max(last, interval);
  }
  return picked;
}

std::string to_json_text(const FramesReport& r) {
  return json_text(nlohmann::json{{"frames", r.frames},
                                  {"done_before", r.done_before},
                                  {"unreadable", r.unreadable},
                                  {"kept_foreign", r.kept_foreign},
                                  {"set_aside", r.set_aside},
                                  {"backup", path_text(r.backup)},
                                  {"seconds", r.seconds}});
}

Result<FramesReport> extract_frames(const FramesOptions& options, const FramesPaths& paths, Run& run) {
  return FrameExtraction(options, paths, run).work();
}

}  // namespace understudy
