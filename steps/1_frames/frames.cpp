// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/frames.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <thread>

#include "lib/base/system.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/sequence.hpp"
#include "lib/options/options.hpp"

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
  Result<> remove_old(const media::Sequence* earlier);
  Result<> write_frames();
  void worker();
  Result<> write_one(const media::Frame&, const std::string& name);
  void stop_with(Error);

  const FramesOptions& options_;
  const FramesPaths& paths_;
  Run& run_;
  std::optional<media::FrameSource> source_;
  media::Sequence sequence_;
  std::vector<std::int64_t> picked_;  // source index of each output frame
  std::vector<std::string> names_;    // of the output frames
  std::vector<std::size_t> todo_;     // output frames to make
  FramesReport report_;
  std::mutex reading_, recording_;
  std::size_t next_ = 0;
  std::uint64_t done_ = 0;
  std::optional<Error> error_;
};

Result<FramesReport> FrameExtraction::work() {
  const auto start = std::chrono::steady_clock::now();
  TRY(source_, media::FrameSource::open(paths_.video));
  if (!source_->is_video())
    return fail_with_hint(Code::bad_option, fmt::format("{} is a folder, not a video", paths_.video.string()),
                          "Its images can be used as frames as they are.");
  if (source_->video()->colour.matrix_assumed)
    run_.note(fmt::format("{}: {}", paths_.video.filename().string(), media::to_text(source_->video()->colour)));
  plan();
  TRY(const bool ours, settle_earlier_work());
  if (ours) {
    TRY_VOID(write_frames());
    sequence_.complete = true;
    TRY_VOID(media::write_sequence(paths_.manifest, sequence_));
  }
  report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report_;
}

void FrameExtraction::plan() {
  const auto& video = *source_->video();
  picked_ = pick_frames(video.ticks, video.time_base.value(), options_.fps);
  const auto count = static_cast<std::int64_t>(picked_.size());
  const std::string extension(Names<FrameFormat>::all[static_cast<std::size_t>(options_.format)]);
  for (std::int64_t i = 0; i < count; ++i) names_.push_back(media::frame_name(i, count, extension));
  FramesOptions copy = options_;
  auto rows = rows_of(copy);
  sequence_.options = options_to_json(rows);
  for (const char* key : {"redo", "threads", "input", "output"}) sequence_.options.erase(key);
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
  const auto present = image_files(paths_.folder);
  const bool any = present && !present->empty();
  if (!earlier && any && !options_.redo) {
    run_.note(
        fmt::format("{} already holds {} images that were not extracted here: they are kept; --redo replaces them",
                    paths_.folder.string(), present->size()));
    report_.frames = static_cast<std::int64_t>(present->size());
    report_.kept_foreign = true;
    return false;
  }
  const bool same = earlier && earlier->source == sequence_.source && earlier->options == sequence_.options &&
                    earlier->ticks == sequence_.ticks;
  if (any && (!same || options_.redo)) TRY_VOID(remove_old(options_.redo ? nullptr : &*earlier));
  TRY_VOID(make_folders(paths_.folder));
  remove_temporaries(paths_.folder);
  TRY_VOID(media::write_sequence(paths_.manifest, sequence_));
  std::error_code ignored;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!fs::exists(paths_.folder / names_[i], ignored)) todo_.push_back(i);
  }
  report_.done_before = static_cast<std::int64_t>(names_.size() - todo_.size());
  return true;
}

// Frames of another video or format would mix with the new ones (spec pipeline.md W55). Those that an earlier run made
// can be made again from the video, so they are not kept; with null all images go (--redo).
Result<> FrameExtraction::remove_old(const media::Sequence* earlier) {
  TRY(const auto files, image_files(paths_.folder));
  run_.note(fmt::format("The images in {} are replaced", paths_.folder.string()));
  for (const auto& file : files) {
    if (earlier && !earlier->ticks.contains(file.stem().string())) continue;
    std::error_code error;
    fs::remove(file, error);
    if (error) return fail(Code::io, "Cannot remove {}: {}", file.string(), error.message());
  }
  return {};
}

Result<> FrameExtraction::write_frames() {
  run_.stage("frames");
  done_ = static_cast<std::uint64_t>(report_.done_before);
  run_.progress(done_, names_.size(), "frames");
  {
    const int threads = options_.threads > 0 ? options_.threads : static_cast<int>(cpu_threads());
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads && !todo_.empty(); ++i) workers.emplace_back([this] { worker(); });
  }
  if (error_) return Failure(*error_);
  if (next_ < todo_.size()) return Run::cancelled();
  return {};
}

void FrameExtraction::worker() {
  while (true) {
    std::unique_lock reading(reading_);
    if (run_.stopping() || error_ || next_ == todo_.size()) return;
    const auto at = todo_[next_++];
    const auto frame = source_->at(picked_[at]);
    reading.unlock();
    if (!frame) {
      run_.warn(to_sentence(frame.error()));
      std::lock_guard lock(recording_);
      report_.unreadable.push_back(names_[at]);
    } else if (auto written = write_one(*frame, names_[at]); !written) {
      return stop_with(std::move(written).error());
    }
    std::lock_guard lock(recording_);
    run_.progress(++done_, names_.size(), "frames");
  }
}

Result<> FrameExtraction::write_one(const media::Frame& frame, const std::string& name) {
  Result<Bytes> file;
  if (options_.format == FrameFormat::png) {
    file = encode_png(frame.bgr);
  } else {
    JpegOptions jpeg;
    jpeg.quality = options_.jpeg_quality;
    jpeg.chroma = Chroma::full;  // frames are a source, not a product: no colour is thrown away (spec pipeline.md W19)
    file = encode_jpeg(frame.bgr, jpeg);
  }
  if (!file) return Failure(file.error());
  return write_file(paths_.folder / name, *file);
}

void FrameExtraction::stop_with(Error error) {
  std::scoped_lock lock(reading_, recording_);
  if (!error_) error_ = std::move(error);
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
  return nlohmann::json{{"frames", r.frames},
                        {"done_before", r.done_before},
                        {"unreadable", r.unreadable},
                        {"kept_foreign", r.kept_foreign},
                        {"seconds", r.seconds}}
      .dump();
}

Result<FramesReport> extract_frames(const FramesOptions& options, const FramesPaths& paths, Run& run) {
  return FrameExtraction(options, paths, run).work();
}

}  // namespace understudy
