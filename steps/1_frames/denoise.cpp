// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/denoise.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/frame_files.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/image/codec.hpp"
#include "lib/jobs/each.hpp"
#include "lib/media/filter_graph.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/sequence.hpp"

namespace understudy {
namespace {

// The filter slowly forgets how it began: after that many frames one sample in a hundred differs from a run over all,
// by one of 255 levels (after 24 it is one in ten), where a sample changes by about one from frame to frame.
constexpr std::int64_t part_length = 192, lead_in = 48;

fs::path state_of(const DenoisePaths& paths) { return paths.results / ".understudy" / "denoise.json"; }
fs::path journal_of(const DenoisePaths& paths) { return paths.results / ".understudy" / "moves.json"; }
// Written when the results are in their places: frames that changed later are not ours.
fs::path seal_of(const DenoisePaths& paths) { return paths.originals / ".understudy" / "denoised.json"; }

std::vector<fs::path> images_in(const fs::path& folder) {
  auto files = frame_files(folder);
  return files ? std::move(files->pictures) : std::vector<fs::path>{};
}

Result<> move_over(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return fail(Code::io, "Cannot move {} to {}: {}", from.string(), to.string(), error.message());
  return {};
}

ImageU8 to_eight_bits(const ImageU16& deep) {
  ImageU8 image(deep.width, deep.height, deep.channels);
  std::ranges::transform(deep.data, image.data.begin(),
                         [](std::uint32_t v) { return static_cast<std::uint8_t>((v + 128) / 257); });
  return image;
}

bool is_jpeg_name(const std::string& name) {
  const auto suffix = lower_case(fs::path(name).extension().string());
  return suffix == ".jpg" || suffix == ".jpeg" || suffix == ".jpe" || suffix == ".jfif";
}

class Denoising {
 public:
  Denoising(const DenoiseOptions& options, const DenoisePaths& paths, Run& run)
      : options_(options), paths_(paths), run_(run) {}
  Result<std::string> work();

 private:
  bool in_place() const { return !paths_.frames.empty(); }
  Result<> find_source();
  Result<> settle_earlier_work();
  bool done(const std::string& name) const;
  Result<> one_part(std::int64_t first);
  Result<> filter_part(std::int64_t first, std::int64_t missing, std::int64_t last);
  Result<> write(const ImageU16& image, const std::string& name);
  Result<> keep_as_it_is(const Error& error, const std::string& name);
  Result<> put_in_place();

  const DenoiseOptions& options_;
  const DenoisePaths& paths_;
  Run& run_;
  fs::path source_;  // the originals, wherever they are
  std::optional<media::VideoInfo> video_;
  std::vector<std::string> names_;
  fs::file_time_type since_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;
  std::vector<std::string> unreadable_;
};

// The frames of the folder; their originals when they have been denoised before; the video when there are no frames.
Result<> Denoising::find_source() {
  source_ = paths_.source;
  if (in_place() && !images_in(paths_.originals).empty()) {
    source_ = paths_.originals;
    std::error_code unsealed;
    const auto sealed = fs::last_write_time(seal_of(paths_), unsealed);
    for (const auto& image : images_in(paths_.frames)) {
      std::error_code ignored;
      if (!unsealed && fs::last_write_time(image, ignored) > sealed) {
        return fail_with_hint(
            Code::bad_option, fmt::format("{} was changed after it was denoised", image.string()),
            fmt::format("The originals of then are in {}: move that folder away to denoise the new frames.",
                        paths_.originals.string()));
      }
    }
  }
  TRY(const auto source, media::FrameSource::open(source_));
  for (const auto& remark : source.remarks()) run_.note(remark);
  for (std::int64_t i = 0; i < source.count(); ++i) names_.push_back(source.name(i));
  if (source.is_video()) video_ = *source.video();
  for (const auto& name : names_) {
    if (is_jpeg_name(name) || lower_case(fs::path(name).extension().string()) == ".png") continue;
    return fail_with_hint(Code::bad_option, fmt::format("{} is neither PNG nor JPEG: it cannot be written anew", name),
                          "Make PNGs of such images with: understudy frames import");
  }
  return {};
}

Result<> Denoising::settle_earlier_work() {
  remove_temporaries(paths_.results);
  const nlohmann::json state{{"factor", options_.factor},
                             {"jpeg_quality", options_.jpeg_quality},
                             {"frames", names_.size()},
                             {"first", path_text(names_.front())},
                             {"video", video_ ? media::video_identity(*video_) : nlohmann::json()}};
  const auto wanted = json_text(state) + "\n";
  const auto had = read_text(state_of(paths_));
  if (!had || *had != wanted) TRY_VOID(write_text(state_of(paths_), wanted));
  std::error_code error;
  since_ = fs::last_write_time(state_of(paths_), error);
  if (error) return fail(Code::io, "Cannot read {}: {}", state_of(paths_).string(), error.message());
  return {};
}

// Made with these options; perhaps in its final place already, when a kill hit that moment.
bool Denoising::done(const std::string& name) const {
  const auto fresh = [this](const fs::path& path) {
    std::error_code missing;
    const auto time = fs::last_write_time(path, missing);
    return !missing && time >= since_;
  };
  return fresh(paths_.results / name) || (in_place() && source_ != paths_.frames && fresh(paths_.frames / name));
}

Result<> Denoising::write(const ImageU16& image, const std::string& name) {
  const bool jpg = is_jpeg_name(name);
  bool deep = false;
  if (!jpg && !video_) {
    TRY(const Bytes head, read_range(source_ / name, 0, 32));
    deep = head.size() > 24 && head[24] == 16;  // the bit depth in a PNG's head
  }
  const JpegOptions jpeg{.quality = options_.jpeg_quality, .chroma = Chroma::full};
  TRY(const Bytes file, jpg    ? encode_jpeg(to_eight_bits(image), jpeg)
                        : deep ? encode_png(image)
                               : encode_png(to_eight_bits(image)));
  return write_file(paths_.results / name, file);
}

// A frame that cannot be read is no gap in the folder: the file stays what it was.
Result<> Denoising::keep_as_it_is(const Error& error, const std::string& name) {
  run_.warn(to_sentence(error));
  std::unique_lock lock(mutex_);
  unreadable_.push_back(name);
  lock.unlock();
  if (video_) return {};
  TRY(const Bytes file, read_file(source_ / name));
  return write_file(paths_.results / name, file);
}

// From the part's own lead-in, not from the first missing frame: each frame comes out the same however often killed.
Result<> Denoising::filter_part(std::int64_t first, std::int64_t missing, std::int64_t last) {
  TRY(auto source, media::FrameSource::open(source_, {.threads = 1}));
  std::optional<media::FilterGraph> filter;
  std::pair<int, int> size;
  for (std::int64_t i = std::max<std::int64_t>(0, first - lead_in); i < last; ++i) {
    if (run_.stopping()) return Run::cancelled();
    const auto& name = names_[static_cast<std::size_t>(i)];
    const auto frame = source.deep_at(i);
    if (!frame) {
      if (i >= missing) TRY_VOID(keep_as_it_is(frame.error(), name));
      continue;
    }
    const auto& bgr = frame->bgr;
    if (!filter) {
      const auto hqdn3d = fmt::format("hqdn3d={0}:{0}:5:5", options_.factor);
      TRY(filter, media::FilterGraph::open(bgr.width, bgr.height, hqdn3d, "yuv444p16le"));
      size = {bgr.width, bgr.height};
    }
    if (size != std::pair(bgr.width, bgr.height))
      return fail(Code::bad_file, "{} has another size than the frames before it: they cannot be denoised together",
                  name);
    TRY(const ImageU16 clean, filter->filter(bgr));
    if (i >= missing) TRY_VOID(write(clean, name));
  }
  return {};
}

Result<> Denoising::one_part(std::int64_t first) {
  const auto last = std::min<std::int64_t>(first + part_length, static_cast<std::int64_t>(names_.size()));
  std::int64_t missing = first;
  while (missing < last && done(names_[static_cast<std::size_t>(missing)])) ++missing;
  if (missing < last) TRY_VOID(filter_part(first, missing, last));
  std::lock_guard lock(mutex_);
  run_.progress(done_ += static_cast<std::uint64_t>(last - first), names_.size(), "frames");
  return {};
}

Result<> Denoising::put_in_place() {
  TRY_VOID(make_folders(paths_.frames));
  if (source_ == paths_.frames) {
    std::vector<Move> moves;
    for (const auto& name : names_) moves.push_back({paths_.frames / name, paths_.originals / name});
    TRY_VOID(move_files(journal_of(paths_), moves));
  }
  for (const auto& result : images_in(paths_.results)) TRY_VOID(move_over(result, paths_.frames / result.filename()));
  TRY_VOID(sync_folder(paths_.frames));
  if (!video_) return write_text(seal_of(paths_), "{\"format\":\"understudy.denoised\",\"version\":1}\n");
  media::Sequence sequence;
  sequence.source = media::video_identity(*video_);
  sequence.options = {{"denoise", options_.factor}};
  sequence.time_base = video_->time_base;
  for (std::size_t i = 0; i < names_.size(); ++i)
    sequence.ticks[fs::path(names_[i]).stem().string()] = video_->ticks[i];
  sequence.complete = true;
  return media::write_sequence(paths_.manifest, sequence);
}

Result<std::string> Denoising::work() {
  TRY(const FileLock lock, FileLock::take(paths_.results / ".understudy" / "lock"));
  TRY_VOID(finish_moves(journal_of(paths_)));
  TRY_VOID(find_source());
  TRY_VOID(settle_earlier_work());
  run_.stage("denoise");
  const auto parts = (static_cast<std::int64_t>(names_.size()) + part_length - 1) / part_length;
  run_.progress(0, names_.size(), "frames");
  TRY_VOID(for_each_index(static_cast<std::size_t>(parts), options_.threads, run_, "", [this](std::size_t i, unsigned) {
    return one_part(static_cast<std::int64_t>(i) * part_length);
  }));
  if (in_place()) TRY_VOID(put_in_place());
  return json_text(nlohmann::json{{"frames", names_.size()},
                                  {"unreadable", unreadable_},
                                  {"folder", (in_place() ? paths_.frames : paths_.results).string()},
                                  {"originals", in_place() && !video_ ? paths_.originals.string() : ""}});
}

}  // namespace

Result<std::string> denoise_frames(const DenoiseOptions& options, const DenoisePaths& paths, Run& run) {
  return Denoising(options, paths, run).work();
}

Result<std::string> undo_denoising(const DenoisePaths& paths, Run& run) {
  const auto originals = images_in(paths.originals);
  if (originals.empty())
    return fail(Code::not_found, "There are no frames of before a denoising in {}", paths.originals.string());
  TRY(const FileLock lock, FileLock::take(paths.results / ".understudy" / "lock"));
  TRY_VOID(finish_moves(journal_of(paths)));
  std::uint64_t done = 0;
  for (const auto& original : images_in(paths.originals)) {
    TRY_VOID(move_over(original, paths.frames / original.filename()));
    run.progress(++done, originals.size(), "frames");
  }
  std::error_code ignored;
  fs::remove_all(paths.originals / ".understudy", ignored);
  fs::remove(paths.originals, ignored);
  return json_text(nlohmann::json{{"frames", done}, {"folder", paths.frames.string()}});
}

}  // namespace understudy
