// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/cut.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/media/cut.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/frame_times.hpp"
#include "lib/media/take_over.hpp"
#include "lib/media/timecode.hpp"
#include "lib/project/output.hpp"
#include "steps/1_frames/names.hpp"

namespace understudy {
namespace {

using Ready = std::function<Result<>()>;  // what write_through() calls at last

struct Times {
  double from = 0, to = std::numeric_limits<double>::infinity();  // seconds from the first frame
};

Result<Times> times_of(const CutOptions& options) {
  Times times;
  if (!options.from.empty()) {
    TRY(times.from, parse_time(options.from));
  }
  if (!options.to.empty()) {
    TRY(times.to, parse_time(options.to));
  }
  if (times.to <= times.from)
    return fail(Code::bad_option, "The part would end ({}) before it begins ({})", options.to, options.from);
  return times;
}

media::VideoOptions encoding(const CutOptions& options, const media::VideoInfo& video, const media::FrameTimes& times,
                             const Ready& before_rename, Run& run) {
  media::VideoOptions encode;
  encode.time_base = times.time_base;
  encode.frame_rate = times.frame_rate;
  media::take_look(encode, video);
  encode.quality = options.bitrate > 0 ? media::VideoQuality::bitrate : media::VideoQuality::crf;
  encode.crf = options.crf;
  encode.megabits = options.bitrate;
  encode.preset = options.preset;
  encode.synthetic = false;
  encode.tell = [&run](const std::string& sentence) { run.note(sentence); };
  encode.before_rename = before_rename;
  return encode;
}

Result<std::string> cut_exactly(const CutOptions& options, const CutPaths& paths, const Times& times,
                                const Ready& before_rename, Run& run) {
  TRY(auto source, media::FrameSource::open(paths.input, {.deinterlace = options.deinterlace}));
  if (!source.is_video())
    return fail(Code::bad_option, "{} is {}, not a video", paths.input.string(), picture_or_folder(paths.input));
  for (const auto& remark : source.remarks()) run.note(remark);
  const auto& video = *source.video();
  const double tick = video.time_base.value(), start = static_cast<double>(video.ticks.front()) * tick;
  // Times typed with three digits are meant to hit a frame.
  const auto at = [&](double seconds) {
    const double wanted = (seconds + start - 0.0005) / tick - 0.5;
    return std::ranges::lower_bound(video.ticks, wanted, {}, [](std::int64_t t) { return static_cast<double>(t); }) -
           video.ticks.begin();
  };
  const std::int64_t first = at(times.from), last = at(times.to);
  if (first == video.count()) return fail(Code::bad_option, "{} ends before {}", paths.input.string(), options.from);
  if (first == last) return fail(Code::bad_option, "There is no frame between {} and {}", options.from, options.to);
  const std::int64_t zero = video.ticks[static_cast<std::size_t>(first)];
  const auto shown = media::frame_times(video);
  auto encode = encoding(options, video, shown, before_rename, run);
  encode.timecode = media::timecode_of(video, first);
  const double begin = static_cast<double>(zero) * tick;
  const double end = last < video.count() ? static_cast<double>(video.ticks[static_cast<std::size_t>(last)]) * tick
                                          : std::numeric_limits<double>::infinity();
  if (options.sound && video.sound_tracks > 0) {
    encode.sound_from = paths.input;
    encode.sound_shift = -begin;
    encode.sound_part = {options.sound_track, begin, end};
  }
  run.stage("cut");
  source.go_to(first);
  TRY(const auto written, media::write_video(paths.output, encode, [&]() -> Result<std::optional<media::TimedImage>> {
        if (run.stopping()) return Run::cancelled();
        const auto index = source.position();
        if (index >= last) return std::optional<media::TimedImage>();
        TRY(auto frame, source.at(index));
        run.progress(static_cast<std::uint64_t>(index - first + 1), static_cast<std::uint64_t>(last - first), "frames");
        const auto& t = shown.ticks;
        return std::optional(media::TimedImage{
            std::move(frame.bgr), t[static_cast<std::size_t>(index)] - t[static_cast<std::size_t>(first)]});
      }));
  return json_text(nlohmann::json{{"frames", written.frames},
                                  {"from", begin - start},
                                  {"to", std::min(end - start, video.duration)},
                                  {"sound_copied", written.sound_copied},
                                  {"sound_encoded", written.sound_encoded}});
}

Result<std::string> cut_fast(const CutOptions& options, const CutPaths& paths, const Times& times,
                             const Ready& before_rename, Run& run) {
  TRY(const auto video, media::probe(paths.input));
  const double start = static_cast<double>(video.ticks.front()) * video.time_base.value();
  run.stage("cut");
  TRY(const auto cut, media::copy_part(paths.input, paths.output, times.from + start, times.to + start, options.sound,
                                       options.sound_track, before_rename));
  const double early = times.from - (cut.from - start);
  if (early > 0.5 * video.time_base.value())
    run.note(fmt::format("The part begins {:.3f} s early, at the key frame before", early));
  return json_text(nlohmann::json{
      {"frames", cut.frames}, {"from", cut.from - start}, {"to", cut.to - start}, {"sound_copied", cut.sound_tracks}});
}

}  // namespace

Result<double> parse_time(std::string_view text) {
  const auto bad = [text] {
    return fail_with_hint(Code::bad_option, fmt::format("'{}' is no time", text), "Write 12.5, 1:02.5 or 0:01:02.500.");
  };
  double seconds = 0;
  const auto parts = split(text, ':');
  if (parts.empty() || parts.size() > 3) return bad();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    double value = 0;
    const char *begin = parts[i].data(), *end = begin + parts[i].size();
    const auto [stop, error] = std::from_chars(begin, end, value, std::chars_format::fixed);
    const bool last = i + 1 == parts.size();
    if (error != std::errc() || stop != end || value < 0 || (i > 0 && value >= 60)) return bad();
    if (!last && parts[i].find('.') != std::string::npos) return bad();
    seconds = seconds * 60 + value;
  }
  return seconds;
}

Result<std::string> cut_video(const CutOptions& options, const CutPaths& paths, Run& run) {
  TRY(const Times times, times_of(options));
  TRY_VOID(check_output(paths.output, {paths.input}));
  if (!options.fast) TRY_VOID(media::check_container(paths.output));
  if (is_there(paths.output) && !options.redo)
    return fail_with_hint(Code::bad_option, fmt::format("{} exists already", paths.output.string()),
                          "Give another --output, or --redo to write it anew.");
  TRY(const auto lock, lock_file(paths.output));
  if (paths.output.has_parent_path()) remove_temporaries(paths.output.parent_path());
  // There is no telling whose it is, and it stays in its place until the new one is whole.
  const Ready before_rename = [&]() {
    return put_file_aside(paths.output, [&run](std::string text) { run.note(std::move(text)); });
  };
  auto report = options.fast ? cut_fast(options, paths, times, before_rename, run)
                             : cut_exactly(options, paths, times, before_rename, run);
  if (report) run.saved(paths.output.string(), "video");
  return report;
}

}  // namespace understudy
