// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/denoise.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/frame_files.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/depth.hpp"
#include "lib/jobs/each.hpp"
#include "lib/media/filter_graph.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/picture.hpp"
#include "lib/media/sequence.hpp"
#include "lib/project/frame_places.hpp"
#include "lib/project/output.hpp"
#include "steps/1_frames/names.hpp"

namespace understudy {
namespace {

// The filter slowly forgets how it began: after that many frames one sample in a hundred differs from a run over all,
// by one of 255 levels (after 24 it is one in ten), where a sample changes by about one from frame to frame.
constexpr std::int64_t part_length = 192, lead_in = 48;

fs::path journal_of(const DenoisePaths& paths) { return moves_of_denoising(paths.results); }
// Written when the results are in their places: frames that changed later are not ours.
fs::path seal_of(const DenoisePaths& paths) { return seal_of_originals(paths.originals); }

std::vector<fs::path> images_in(const fs::path& folder) {
  auto files = frame_files(folder);
  return files ? std::move(files->pictures) : std::vector<fs::path>{};
}

// One of ours, or what was put there in place of it, makes way; the latter is kept.
Result<> move_over(const fs::path& from, MadeFiles& made, Aside& aside, const std::string& made_of) {
  TRY_VOID(aside.make_way(made, from.filename()));
  return made.take_in(from, from.filename(), made_of);
}

// An original is nobody's work of ours, so the list does not take it in. It takes the place of its denoised frame only.
Result<> put_back(const fs::path& original, const fs::path& frames, const MadeFiles& made, Aside& aside) {
  const auto target = frames / original.filename();
  const auto made_of = made.made_of(original.filename());
  if (!made_of || !is_denoising(*made_of)) TRY_VOID(aside.take(original.filename()));
  if (::rename(original.c_str(), target.c_str()) == 0) return {};
  std::error_code error;
  fs::remove(target, error);  // ours, and on another disk than the original
  return rename_without_replacing(original, target);
}

std::function<void(std::string)> teller(Run& run) {
  return [&run](std::string text) { run.note(std::move(text)); };
}

bool is_jpeg_name(const std::string& name) {
  const auto suffix = lower_case(fs::path(name).extension().string());
  return suffix == ".jpg" || suffix == ".jpeg" || suffix == ".jpe" || suffix == ".jfif";
}

bool is_hdr_file(const fs::path& file) {
  const auto told = media::picture_colours(file);
  return told && media::needs_tone_map(told->tags);
}

ImageU16 in_sdr(const ImageU16& codes, const media::ColourTags& tags) {
  ImageF image = to_float(codes);
  media::SdrInPlate(tags).to_sdr(image);
  return to_u16_rounded(image);
}

class Denoising {
 public:
  Denoising(const DenoiseOptions& options, const DenoisePaths& paths, Run& run)
      : options_(options), paths_(paths), run_(run), results_aside_(paths.results, teller(run)) {}
  Result<std::string> work();

 private:
  bool in_place() const { return !paths_.frames.empty(); }
  Result<> find_source();
  Result<> check_unchanged() const;
  std::string key_of_part(std::int64_t first) const;
  bool done(const std::string& name, const std::string& key) const;
  Result<> one_part(std::int64_t first, unsigned thread);
  Result<> filter_part(media::FrameSource&, std::int64_t first, std::int64_t missing, std::int64_t last,
                       const std::string& key);
  Result<media::FrameSource*> source_of(unsigned thread);
  // In the colours that `source` gives it.
  Result<> write(const ImageU16& image, const media::FrameSource& source, const std::string& name,
                 const std::string& key);
  Result<> put(const std::string& name, const Bytes& file, const std::string& key);
  Result<> keep_as_it_is(const Error& error, const std::string& name, const std::string& key);
  Result<> put_in_place();
  Result<> write_manifest(bool complete) const;

  const DenoiseOptions& options_;
  const DenoisePaths& paths_;
  Run& run_;
  fs::path source_;  // the originals, wherever they are
  std::optional<media::VideoInfo> video_;
  std::vector<std::optional<media::FrameSource>> sources_;  // of the threads: to open one reads a whole video's index
  std::vector<std::string> names_;
  std::optional<MadeFiles> results_made_, frames_made_;  // the latter when frames are to be replaced
  Aside results_aside_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;
  std::vector<std::string> unreadable_;
};

// The frames of the folder; their originals when they have been denoised before; the video when there are no frames.
Result<> Denoising::find_source() {
  source_ = paths_.source;
  if (in_place() && !images_in(paths_.originals).empty()) {
    source_ = paths_.originals;
    TRY_VOID(check_unchanged());
  }
  TRY(const auto source, media::FrameSource::open(source_));
  for (const auto& remark : source.remarks()) run_.note(remark);
  if (const auto others = source.passed_over()) run_.warn(*others);
  for (std::int64_t i = 0; i < source.count(); ++i) names_.push_back(source.name(i));
  if (source.is_video()) video_ = *source.video();
  for (const auto& name : names_) {
    if (is_jpeg_name(name) || lower_case(fs::path(name).extension().string()) == ".png") continue;
    return fail_with_hint(Code::bad_option, fmt::format("{} is neither PNG nor JPEG: it cannot be written anew", name),
                          "Make PNGs of such images with: understudy frames import");
  }
  return {};
}

// The denoised frames are still those that we put there; what is new or edited would be lost under the originals'
// names.
Result<> Denoising::check_unchanged() const {
  std::error_code unsealed;
  const auto sealed = fs::last_write_time(seal_of(paths_), unsealed);
  for (const auto& image : images_in(paths_.frames)) {
    std::error_code ignored;
    const auto made_of = frames_made_->made_of(image.filename());
    if (made_of && is_denoising(*made_of)) continue;
    // Of a denoising that a kill ended, frames that were extracted again: they are what their originals are.
    const auto now = print_of(image), before = print_of(paths_.originals / image.filename());
    if (now && before && now->bytes == before->bytes && now->hash == before->hash) continue;
    const bool edited = frames_made_->last_made_of(image.filename()).has_value();
    if (!edited && (unsealed || fs::last_write_time(image, ignored) <= sealed)) continue;
    return fail_with_hint(
        Code::bad_option, fmt::format("{} was changed after it was denoised", image.string()),
        fmt::format(
            "Was 'frames denoise SIDE --undo' interrupted, run that again first. Else the originals of then are "
            "in {}: move that folder away to denoise the new frames.",
            paths_.originals.string()));
  }
  return {};
}

// What a part's frames depend on: the options, and the frames from its lead-in on.
std::string Denoising::key_of_part(std::int64_t first) const {
  nlohmann::json key{{"factor", options_.factor},
                     {"jpeg_quality", options_.jpeg_quality},
                     {"frames", names_.size()},
                     {"first", names_.front()},
                     {"video", video_ ? media::video_identity(*video_) : nlohmann::json()}};
  const auto last = std::min<std::int64_t>(first + part_length, static_cast<std::int64_t>(names_.size()));
  for (std::int64_t i = std::max<std::int64_t>(0, first - lead_in); !video_ && i < last; ++i) {
    const auto& name = names_[static_cast<std::size_t>(i)];
    std::error_code ignored;
    key["sources"].push_back({fs::file_size(source_ / name, ignored),
                              fs::last_write_time(source_ / name, ignored).time_since_epoch().count()});
  }
  const auto text = json_text(key);
  return fmt::format("{:016x}", print_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}).hash);
}

// Made of the same; perhaps in its final place already, when a kill hit that moment.
bool Denoising::done(const std::string& name, const std::string& key) const {
  return results_made_->made_of(name) == key ||
         (in_place() && source_ != paths_.frames && frames_made_->made_of(name) == key);
}

Result<> Denoising::put(const std::string& name, const Bytes& file, const std::string& key) {
  TRY_VOID(results_aside_.make_way(*results_made_, name));
  return results_made_->write(name, file, key);
}

Result<> Denoising::write(const ImageU16& image, const media::FrameSource& source, const std::string& name,
                          const std::string& key) {
  const bool jpg = is_jpeg_name(name);
  const auto colours = source.deep_png_colours();  // nothing in SDR
  bool deep = false;
  if (!jpg && !video_) {
    TRY(const Bytes head, read_range(source_ / name, 0, 32));
    deep = head.size() > 24 && head[24] == 16;  // the bit depth in a PNG's head
  }
  const JpegOptions jpeg{.quality = options_.jpeg_quality, .chroma = Chroma::full};
  // An SDR frame among HDR ones was brought into their colours, and stays one.
  const bool hdr = colours && !jpg && is_hdr_file(source_ / name);
  const ImageU16 clean = colours && !hdr ? in_sdr(image, source.deep_colours()) : image;
  TRY(Bytes file, jpg    ? encode_jpeg(to_eight_bits(clean), jpeg)
                  : deep ? encode_png(clean)
                         : encode_png(to_eight_bits(clean)));
  if (hdr) file = with_colours(file, *colours);
  return put(name, file, key);
}

// A frame that cannot be read is no gap in the folder: the file stays what it was.
Result<> Denoising::keep_as_it_is(const Error& error, const std::string& name, const std::string& key) {
  run_.warn(to_sentence(error));
  std::unique_lock lock(mutex_);
  unreadable_.push_back(name);
  lock.unlock();
  if (video_) return {};
  TRY(const Bytes file, read_file(source_ / name));
  return put(name, file, key);
}

// From the part's own lead-in, not from the first missing frame: each frame comes out the same however often killed.
Result<> Denoising::filter_part(media::FrameSource& source, std::int64_t first, std::int64_t missing, std::int64_t last,
                                const std::string& key) {
  std::optional<media::FilterGraph> filter;
  std::pair<int, int> size;
  for (std::int64_t i = std::max<std::int64_t>(0, first - lead_in); i < last; ++i) {
    if (run_.stopping()) return Run::cancelled();
    const auto& name = names_[static_cast<std::size_t>(i)];
    const auto frame = source.deep_at(i);
    if (!frame) {
      if (i >= missing) TRY_VOID(keep_as_it_is(frame.error(), name, key));
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
    if (i >= missing) TRY_VOID(write(clean, source, name, key));
  }
  return {};
}

Result<media::FrameSource*> Denoising::source_of(unsigned thread) {
  auto& source = sources_.at(thread);
  // HDR pictures stay HDR; of a video, whose frames are written at 8 bits here, they are SDR.
  if (!source) {
    TRY(source, media::FrameSource::open(source_, {.threads = 1, .own_colours = !video_}));
  }
  return &*source;
}

Result<> Denoising::one_part(std::int64_t first, unsigned thread) {
  const auto last = std::min<std::int64_t>(first + part_length, static_cast<std::int64_t>(names_.size()));
  std::int64_t missing = first;
  const auto key = key_of_part(first);
  while (missing < last && done(names_[static_cast<std::size_t>(missing)], key)) ++missing;
  if (missing < last) {
    TRY(auto* source, source_of(thread));
    TRY_VOID(filter_part(*source, first, missing, last, key));
  }
  std::lock_guard lock(mutex_);
  run_.progress(done_ += static_cast<std::uint64_t>(last - first), names_.size(), "frames");
  return {};
}

// Of frames that come straight from a video; it tells the next run so.
Result<> Denoising::write_manifest(bool complete) const {
  media::Sequence sequence;
  sequence.source = media::video_identity(*video_);
  sequence.options = {{"denoise", options_.factor}};
  sequence.time_base = video_->time_base;
  for (std::size_t i = 0; i < names_.size(); ++i)
    sequence.ticks[fs::path(names_[i]).stem().string()] = video_->ticks[i];
  sequence.complete = complete;
  return media::write_sequence(paths_.manifest, sequence);
}

Result<> Denoising::put_in_place() {
  TRY_VOID(make_folders(paths_.frames));
  // First of all: without it the run after a kill would take the frames that are in place already for originals.
  if (video_) TRY_VOID(write_manifest(false));
  if (source_ == paths_.frames) {
    std::vector<Move> moves;
    for (const auto& name : names_) moves.push_back({paths_.frames / name, paths_.originals / name});
    TRY_VOID(move_files(journal_of(paths_), moves, {paths_.frames, paths_.originals}));
  }
  Aside aside(paths_.frames, teller(run_));
  for (const auto& name : names_) {
    if (const auto key = results_made_->made_of(name))
      TRY_VOID(move_over(paths_.results / name, *frames_made_, aside, *key));
  }
  TRY_VOID(sync_folder(paths_.frames));
  if (!video_) return write_text(seal_of(paths_), "{\"format\":\"understudy.denoised\",\"version\":1}\n");
  return write_manifest(true);
}

Result<std::string> Denoising::work() {
  TRY_VOID(check_output(paths_.results, {paths_.source}));
  TRY(const FileLock lock, lock_folder(paths_.results));
  std::optional<FileLock> frames_lock;
  if (in_place()) {
    TRY(frames_lock, lock_folder(paths_.frames));
    TRY(frames_made_, MadeFiles::open(paths_.frames));
  }
  if (in_place()) TRY_VOID(finish_moves(journal_of(paths_), {paths_.frames, paths_.originals}));
  TRY_VOID(find_source());
  remove_temporaries(paths_.results);
  TRY(results_made_, MadeFiles::open(paths_.results));
  run_.stage("denoise");
  const auto parts = (static_cast<std::int64_t>(names_.size()) + part_length - 1) / part_length;
  run_.progress(0, names_.size(), "frames");
  const int threads = thread_count(options_.threads);
  sources_.resize(static_cast<std::size_t>(threads));
  TRY_VOID(for_each_index(static_cast<std::size_t>(parts), threads, run_, "", [this](std::size_t i, unsigned thread) {
    return one_part(static_cast<std::int64_t>(i) * part_length, thread);
  }));
  sources_.clear();
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
  TRY(const FileLock lock, lock_folder(paths.results));
  TRY(const FileLock frames_lock, lock_folder(paths.frames));
  TRY_VOID(finish_moves(journal_of(paths), {paths.frames, paths.originals}));
  TRY(auto made, MadeFiles::open(paths.frames));
  Aside aside(paths.frames, teller(run));
  std::uint64_t done = 0;
  for (const auto& original : images_in(paths.originals)) {
    TRY_VOID(put_back(original, paths.frames, made, aside));
    run.progress(++done, originals.size(), "frames");
  }
  std::error_code ignored;
  fs::remove_all(paths.originals / ".understudy", ignored);
  fs::remove(paths.originals, ignored);
  return json_text(nlohmann::json{{"frames", done}, {"folder", paths.frames.string()}});
}

}  // namespace understudy
