// SPDX-License-Identifier: Apache-2.0
#include "steps/7_video/video.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/formats.hpp"
#include "lib/base/frame_files.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/image/depth.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/marking.hpp"
#include "lib/media/picture.hpp"
#include "lib/media/sequence.hpp"
#include "lib/media/take_over.hpp"
#include "lib/media/tone_map.hpp"
#include "lib/options/options.hpp"
#include "steps/7_video/timing.hpp"

namespace understudy {
namespace {

std::uint64_t fingerprint(const std::vector<fs::path>& images, std::uint64_t hash) {  // of names, sizes and times
  for (const auto& image : images) {
    std::error_code ignored;
    hash = xxh3(fs::file_size(image, ignored), xxh3(image.filename().native(), hash));
    hash = xxh3(static_cast<std::uint64_t>(fs::last_write_time(image, ignored).time_since_epoch().count()), hash);
  }
  return hash;
}

// Which picture is shown when: the manifest, too, decides that.
std::uint64_t content_of(const Timing& timing) {
  std::uint64_t hash = 0;
  const auto add = [&hash](std::int64_t number) { hash = xxh3(static_cast<std::uint64_t>(number), hash); };
  for (const auto& file : timing.files) {
    hash = xxh3(file.file.filename().native(), hash);
    add(file.tick);
  }
  for (const auto& ratio : {timing.time_base, timing.frame_rate}) {
    add(ratio.num);
    add(ratio.den);
  }
  add(timing.start);
  return hash;
}

// What the result was made of; when it is the same again there is nothing to do.
nlohmann::json ingredients(VideoEncodeOptions options, const std::vector<fs::path>& images, const fs::path& mattes,
                           const Timing& timing, const std::optional<media::VideoInfo>& reference) {
  auto rows = rows_of(options);
  auto chosen = options_to_json(rows);
  for (const char* key : {"redo", "input", "output", "reference"}) chosen.erase(key);
  std::uint64_t hash = fingerprint(images, 0);
  if (options.alpha) {
    std::vector<fs::path> masks;
    for (const auto& image : images) masks.push_back(mattes / image.filename());
    hash = fingerprint(masks, hash);
  }
  return {{"format", formats::video.name},
          {"version", formats::video.version},
          {"options", chosen},
          {"images", images.size()},
          {"fingerprint", hash},
          {"times", content_of(timing)},
          {"reference", reference ? media::video_identity(*reference) : nlohmann::json()}};
}

// What an earlier run made, if that is what lies there still.
struct Earlier {
  nlohmann::json made_of;
  std::vector<std::string> unreadable;  // names of pictures that were left out
};
Earlier earlier_result(const VideoPaths& paths) {
  const auto text = read_text(paths.state);
  auto state = text ? parse_json(*text) : nlohmann::json();
  if (!state.is_object() || !state.contains("result") || !state["result"].is_object()) return {};
  const auto& kept = state["result"];
  const auto number = [&kept](const char* key) {
    return kept.contains(key) && kept[key].is_number_unsigned() ? kept[key].get<std::uint64_t>() : 0;
  };
  if (!matches(paths.result, {number("bytes"), number("xxh3"), static_cast<std::int64_t>(number("time"))})) return {};
  state.erase("result");
  Earlier earlier;
  if (const auto left_out = state.find("unreadable"); left_out != state.end() && left_out->is_array()) {
    for (const auto& name : *left_out)
      if (name.is_string()) earlier.unreadable.push_back(path_of_text(name.get_ref<const std::string&>()).native());
    state.erase("unreadable");
  }
  earlier.made_of = std::move(state);
  return earlier;
}

Result<> keep_state(const VideoPaths& paths, nlohmann::json made_of, const std::vector<std::string>& unreadable) {
  TRY(const Print print, print_of(paths.result));
  for (const auto& name : unreadable) made_of["unreadable"].push_back(path_text(name));
  made_of["result"] = {{"bytes", print.bytes}, {"xxh3", print.hash}, {"time", static_cast<std::uint64_t>(print.time)}};
  return write_text(paths.state, json_text(made_of) + "\n");
}

// Whether a PNG holds 16 bits a channel: its header says so in the byte behind the sizes (PNG specification 11.2.2).
bool is_deep(const fs::path& file) {
  constexpr std::size_t depth_at = 24;
  std::ifstream in(file, std::ios::binary);
  std::array<char, depth_at + 1> head{};
  return in.read(head.data(), head.size()) && std::string_view(head.data() + 1, 3) == "PNG" && head[depth_at] == 16;
}

// In those colours, or as ever.
Result<ImageU16> read_deep(const fs::path& file, const std::optional<media::ColourTags>& colours) {
  return colours ? media::read_picture_in(file, *colours) : media::read_picture<std::uint16_t>(file);
}

// The picture at 16 bits with its mask as alpha.
Result<ImageU16> read_with_alpha(const fs::path& file, const fs::path& matte,
                                 const std::optional<media::ColourTags>& colours) {
  TRY(const auto bgr, read_deep(file, colours));
  TRY(const auto mask, media::read_picture<std::uint16_t>(matte));
  if (mask.width != bgr.width || mask.height != bgr.height) {
    return fail_with_hint(Code::bad_file, fmt::format("{} is not as large as its picture", matte.string()),
                          "Merge again: understudy merge");
  }
  return with_alpha(bgr, mask);
}

// How a picture is read for the encoder.
struct Reading {
  bool deep = false;
  std::optional<media::ColourTags> colours;  // HDR stays HDR
  fs::path mattes;                           // empty without alpha
  Result<media::TimedImage> operator()(const fs::path& file) const {
    media::TimedImage image;
    if (!mattes.empty()) {
      TRY(image.deep, read_with_alpha(file, mattes / file.filename(), colours));
    } else if (deep) {
      TRY(image.deep, read_deep(file, colours));
    } else {
      TRY(image.bgr, media::read_picture<std::uint8_t>(file));
    }
    return image;
  }
};

std::uint64_t bytes_of(const media::TimedImage& image) {
  return image.bgr.data.size() + image.deep.data.size() * sizeof(std::uint16_t);
}

// Reads images a few ahead of the encoder, in order. How many tells the first.
class ImageQueue {
 public:
  ImageQueue(const std::vector<TimedFile>& files, Reading reading) : files_(files), reading_(std::move(reading)) {}
  std::size_t taken() const { return taken_; }
  bool done() const { return taken_ == files_.size(); }
  const TimedFile& peek() const { return files_[taken_]; }
  Result<media::TimedImage> take() {
    while (started_ < files_.size() && started_ < taken_ + ahead_) {
      pending_.push_back(
          std::async(std::launch::async, [this, file = files_[started_].file] { return reading_(file); }));
      ++started_;
    }
    auto image = pending_.front().get();
    pending_.pop_front();
    ++taken_;
    if (image) ahead_ = pictures_ahead(bytes_of(*image), cpu_threads());
    return image;
  }

 private:
  const std::vector<TimedFile>& files_;
  const Reading reading_;
  std::size_t ahead_ = 1, started_ = 0, taken_ = 0;
  std::deque<std::future<Result<media::TimedImage>>> pending_;
};

// What cannot go together, before anything is read.
Result<> check_options(const VideoEncodeOptions& o, const VideoPaths& paths) {
  if (o.codec == media::VideoCodec::h264 && o.bit_depth == BitDepth::ten) {
    return fail_with_hint(Code::bad_option, "H.264 is written at 8 bits, which players understand",
                          "Take --codec h265 or --codec prores for 10.");
  }
  if (o.codec == media::VideoCodec::prores && o.bit_depth == BitDepth::eight)
    return fail_with_hint(Code::bad_option, "ProRes 4444 has 10 bits", "Leave --bit-depth away.");
  if (o.alpha && o.codec != media::VideoCodec::prores)
    return fail_with_hint(Code::bad_option, "Only ProRes keeps alpha", "Take --codec prores with --alpha.");
  return media::check_container(paths.result, o.codec);
}

int bits_for(const VideoEncodeOptions& options, bool deep_pictures) {
  if (options.codec == media::VideoCodec::prores || options.bit_depth == BitDepth::ten) return 10;
  const bool ten = options.bit_depth == BitDepth::automatic && options.codec == media::VideoCodec::h265;
  return ten && deep_pictures ? 10 : 8;
}

// Of pictures that say that they are HDR, or of BT.2020's colours, and keep them (steps/6_merge): with ten bits the
// video has the same. Nothing where they are SDR or are to be brought to it.
std::optional<media::ColourTags> own_colours(const Timing& timing, const std::optional<media::VideoInfo>& reference,
                                             int bits) {
  const auto told = media::picture_colours(timing.files.front().file);
  if (!told || !media::needs_tone_map(told->tags) || bits <= 8) return {};
  const auto& [matrix, primaries, transfer, full, assumed] = told->tags;
  if (reference && reference->colour.primaries == primaries && reference->colour.transfer == transfer)
    return reference->colour;
  constexpr int matrix_bt2020 = 9;
  return media::ColourTags{matrix_bt2020, primaries, transfer, false, false};
}

Reading reading_for(const VideoEncodeOptions& options, const VideoPaths& paths, const Timing& timing,
                    const std::optional<media::VideoInfo>& reference) {
  const int bits = bits_for(options, is_deep(timing.files.front().file));
  std::optional<media::ColourTags> colours;
  if (own_colours(timing, reference, bits)) colours = media::picture_colours(timing.files.front().file)->tags;
  return {bits > 8, colours, options.alpha ? paths.mattes : fs::path()};
}

// Of pictures that could not be read before: on a disk that is there again they can be.
Result<bool> any_readable(const std::vector<std::string>& names, const Timing& timing, const Reading& reading,
                          const Run& run) {
  const std::set<std::string> before(names.begin(), names.end());
  for (const auto& one : timing.files) {
    if (run.stopping()) return Run::cancelled();
    if (before.contains(one.file.filename().native()) && reading(one.file)) return true;
  }
  return false;
}

// Nothing where there is none.
Result<std::optional<media::VideoInfo>> look_at_reference(const VideoPaths& paths, Run& run) {
  std::optional<media::VideoInfo> reference;
  if (paths.reference.empty()) return reference;
  TRY(reference, media::probe(paths.reference));
  if (media::is_hdr(reference->colour)) {  // H.265 may tell its light in the coded stream alone
    TRY(const auto source, media::FrameSource::open(paths.reference, {.threads = 1}));
    reference->light = source.video()->light;
  }
  for (const auto& remark : reference->remarks) run.note(remark);
  return reference;
}

void tell_of(const Timing& timing, const VideoEncodeOptions& options, const VideoPaths& paths, bool referred,
             Run& run) {
  if (referred && options.fps <= 0 && !timing.follows_reference)
    run.note(fmt::format("The images' names do not follow {}: they are shown in order at {:.6g} frames a second",
                         paths.reference.filename().string(), timing.frame_rate.value()));
  if (timing.missing > 0)
    run.warn(fmt::format("{} frames have no image in {}: the frame before is shown longer", timing.missing,
                         paths.frames.string()));
  if (!timing.extra.empty())
    run.warn(fmt::format("{} images in {} are no frames of the reference and are left out: {}{}", timing.extra.size(),
                         paths.frames.string(), timing.extra.front(), timing.extra.size() > 1 ? ", …" : ""));
}

media::VideoOptions writer_options(const VideoEncodeOptions& options, const Timing& timing,
                                   const std::optional<media::VideoInfo>& reference, Run& run) {
  media::VideoOptions writer;
  choose(writer, options, bits_for(options, is_deep(timing.files.front().file)));
  writer.time_base = timing.time_base;
  writer.frame_rate = timing.frame_rate;
  writer.comment = media::video_comment;
  writer.tell = [&run](const std::string& sentence) { run.note(sentence); };
  if (reference) media::take_look(writer, *reference);  // frames of an HDR reference are SDR
  if (const auto own = own_colours(timing, reference, writer.bits))
    media::take_own_colours(writer, *own, reference ? &*reference : nullptr);
  if (reference) {
    media::take_sound_and_timecode(writer, *reference, options.sound);
  }
  return writer;
}

Result<media::VideoWritten> write_result(const VideoEncodeOptions& options, const VideoPaths& paths,
                                         const Timing& timing, const std::optional<media::VideoInfo>& reference,
                                         const std::function<Result<>()>& before_rename, VideoReport& report,
                                         Run& run) {
  auto writer = writer_options(options, timing, reference, run);
  writer.before_rename = before_rename;
  ImageQueue queue(timing.files, reading_for(options, paths, timing, reference));
  auto next = [&]() -> Result<std::optional<media::TimedImage>> {
    while (!queue.done()) {
      if (run.stopping()) return Run::cancelled();
      run.progress(queue.taken(), timing.files.size(), "frames");
      const TimedFile& file = queue.peek();
      auto image = queue.take();
      if (image) {
        image->tick = file.tick - timing.start;
        return std::optional(*std::move(image));
      }
      run.warn(to_sentence(image.error()));
      report.unreadable.push_back(file.file.filename().string());
    }
    run.progress(timing.files.size(), timing.files.size(), "frames");
    return std::optional<media::TimedImage>();
  };
  return media::write_video(paths.result, writer, next);
}

}  // namespace

std::size_t pictures_ahead(std::uint64_t bytes_of_one, unsigned threads) {
  constexpr std::uint64_t most_bytes = std::uint64_t{1} << 30, least = 4;
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(threads + 1, std::max(least, most_bytes / std::max<std::uint64_t>(bytes_of_one, 1))));
}

std::string to_json_text(const VideoReport& r) {
  return json_text(nlohmann::json{{"frames", r.frames},
                                  {"missing", r.missing},
                                  {"extra", r.extra},
                                  {"unreadable", r.unreadable},
                                  {"sound_copied", r.sound_copied},
                                  {"sound_encoded", r.sound_encoded},
                                  {"frames_per_second", r.frames_per_second},
                                  {"duration", r.duration},
                                  {"up_to_date", r.up_to_date},
                                  {"seconds", r.seconds}});
}

// The pictures of the folder, and what has to be told of the others.
static Result<std::vector<fs::path>> pictures_of(const VideoPaths& paths, Run& run) {
  TRY(auto found, frame_files(paths.frames));
  if (!found.others.empty()) run.warn(not_read(paths.frames, found.others));
  if (const auto others = passed_over(paths.frames, take_out_second_names(found.pictures))) run.warn(*others);
  if (found.pictures.empty())
    return fail_with_hint(Code::not_found, fmt::format("There are no frames in {}", paths.frames.string()),
                          "Merge first: understudy merge");
  return std::move(found.pictures);
}

Result<VideoReport> encode_video(const VideoEncodeOptions& options, const VideoPaths& paths, Run& run) {
  const Stopwatch watch;
  TRY_VOID(check_options(options, paths));
  TRY(const auto images, pictures_of(paths, run));
  TRY(const auto reference, look_at_reference(paths, run));
  VideoReport report;
  const Timing timing = time_images(images, reference, paths.manifest, options.fps);
  const auto made_of = ingredients(options, images, paths.mattes, timing, reference);
  TRY(const auto lock, lock_file(paths.result));
  const auto before = earlier_result(paths);
  if (!options.redo && before.made_of == made_of) {
    TRY(const bool readable,
        any_readable(before.unreadable, timing, reading_for(options, paths, timing, reference), run));
    report.up_to_date = !readable;
  }
  if (report.up_to_date && !before.unreadable.empty()) {
    report.unreadable = before.unreadable;
    run.warn(fmt::format("{} pictures still cannot be read and are not in the video, {} the first of them",
                         before.unreadable.size(), valid_text(before.unreadable.front())));
  }
  tell_of(timing, options, paths, reference.has_value(), run);
  if (!report.up_to_date) {
    run.stage("encode");
    remove_temporaries(paths.result.parent_path());
    // What was not made here stays in its place until the new one is whole.
    const auto put_aside = [&]() {
      return before.made_of.is_null()
                 ? put_file_aside(paths.result, [&run](std::string text) { run.note(std::move(text)); })
                 : Result<>();
    };
    TRY(const auto written, write_result(options, paths, timing, reference, put_aside, report, run));
    report.sound_copied = written.sound_copied;
    report.sound_encoded = written.sound_encoded;
    TRY_VOID(keep_state(paths, made_of, report.unreadable));
    run.saved(paths.result.string(), "video");
  }
  report.frames = static_cast<std::int64_t>(timing.files.size() - report.unreadable.size());
  report.missing = timing.missing;
  report.extra = timing.extra;
  report.frames_per_second = timing.frame_rate.value();
  report.duration =
      static_cast<double>(timing.files.back().tick - timing.files.front().tick) * timing.time_base.value() +
      1 / timing.frame_rate.value();
  report.seconds = watch.seconds();
  return report;
}

}  // namespace understudy
