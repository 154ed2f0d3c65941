// SPDX-License-Identifier: Apache-2.0
#include "server/clips.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "lib/base/frame_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/warp.hpp"
#include "lib/media/frame_times.hpp"
#include "lib/media/sequence.hpp"

namespace understudy::studio {
namespace {

// A second of film in HD; a scrub through a video decodes each frame once.
constexpr std::size_t most_pictures = 24;
constexpr std::size_t most_bytes = 160 << 20;

}  // namespace

std::vector<double> seconds_of(const std::vector<std::int64_t>& ticks, media::Rational time_base) {
  std::vector<double> times;
  times.reserve(ticks.size());
  for (const auto tick : ticks) times.push_back(static_cast<double>(tick - ticks.front()) * time_base.value());
  return times;
}

bool evenly(const std::vector<double>& seconds, double fps) {
  constexpr double even = 0.002;
  for (std::size_t i = 0; i < seconds.size(); ++i)
    if (!(std::abs(seconds[i] - static_cast<double>(i) / fps) < even)) return false;
  return true;
}

Result<Clip> parse_clip(std::string_view name) {
  constexpr std::array names{"src", "dst", "result", "matte"};
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return fail(Code::not_found, "There is no clip '{}'", name);
  return static_cast<Clip>(found - names.begin());
}

std::int64_t OpenClip::count() const {
  return pictures.empty() ? source ? source->count() : 0 : static_cast<std::int64_t>(pictures.size());
}

bool OpenClip::has(std::int64_t frame) const {
  if (frame < 0 || frame >= count()) return false;
  return pictures.empty() || !pictures[static_cast<std::size_t>(frame)].empty();
}

fs::path OpenClip::file(std::int64_t frame) const {
  if (!has(frame)) return {};
  if (!pictures.empty()) return pictures[static_cast<std::size_t>(frame)];
  return source->is_video() ? fs::path() : source->image_file(frame);
}

Result<ImageU8> OpenClip::decoded(std::int64_t frame) {
  const std::lock_guard lock(mutex_);
  const auto known = [&] { return std::ranges::find(recent_, frame, &std::pair<std::int64_t, ImageU8>::first); };
  if (const auto found = known(); found != recent_.end()) return found->second;
  // From a little behind on all are kept: what was asked for together comes in no order.
  const auto from = source->position() <= frame && frame - source->position() < static_cast<std::int64_t>(most_pictures)
                        ? source->position()
                        : frame;
  for (auto at = from; at <= frame; ++at) {
    auto read = source->at(at);
    if (!read && at == frame) return Failure(std::move(read).error());
    if (!read) continue;
    const std::size_t each = std::max<std::size_t>(1, read->bgr.data.size());
    recent_.emplace_back(at, std::move(read->bgr));
    const auto most = std::clamp<std::size_t>(most_bytes / each, 2, most_pictures);
    if (recent_.size() > most) recent_.erase(recent_.begin());
  }
  return known()->second;
}

std::shared_ptr<const media::VideoInfo> Clips::probed(const fs::path& video) {
  auto& kept = probed_[video.string()];
  const auto stamp = change_stamp(video);
  if (stamp != 0 && kept.stamp == stamp) return kept.info;
  kept = {stamp, nullptr};
  if (stamp == 0) return nullptr;
  if (auto info = media::probe(video)) kept.info = std::make_shared<const media::VideoInfo>(*std::move(info));
  return kept.info;
}

// Of pictures: from what they were taken from, as the manifest or the video itself says.
void Clips::take_times(OpenClip& clip, Side side) {
  std::vector<double> times;
  if (const auto* info = clip.source->video()) {
    const auto of = media::frame_times(*info);
    times = seconds_of(of.ticks, of.time_base);
  } else if (const auto manifest =
                 media::read_sequence(workspace_.state() / fmt::format("frames-{}.json", side_name(side)))) {
    std::vector<std::int64_t> ticks;
    for (std::int64_t i = 0; i < clip.source->count(); ++i) {
      const auto found = manifest->ticks.find(fs::path(clip.source->name(i)).stem().native());
      if (found != manifest->ticks.end()) ticks.push_back(found->second);
    }
    if (static_cast<std::int64_t>(ticks.size()) == clip.source->count() && std::ranges::is_sorted(ticks))
      times = seconds_of(ticks, manifest->time_base);
  } else if (const auto video = workspace_.video(side)) {
    const auto of_video = probed(*video);
    if (of_video && of_video->count() == clip.source->count()) {
      const auto of = media::frame_times(*of_video);
      times = seconds_of(of.ticks, of.time_base);
    }
  }
  if (times.size() < 2 || times.back() <= 0) return;
  clip.fps = static_cast<double>(times.size() - 1) / times.back();
  if (!evenly(times, clip.fps)) clip.times = std::move(times);
}

Result<std::shared_ptr<OpenClip>> Clips::opened_side(Side side) {
  TRY(const auto path, workspace_.frames_or_video(side));
  auto& kept = clips_[static_cast<std::size_t>(clip_of(side))];
  const auto stamp = change_stamp(path);
  if (kept && kept->stamp == stamp && kept->source->path() == path) return kept;
  auto clip = std::make_shared<OpenClip>();
  clip->stamp = stamp;
  TRY(clip->source, media::FrameSource::open(path, {.threads = 2}));
  if (const auto* info = clip->source->video()) {
    clip->width = info->width;
    clip->height = info->height;
  } else if (file_of(workspace_, path_text(clip->source->image_file(0).lexically_relative(workspace_.root)))) {
    if (const auto first = clip->source->read_image_file(0)) {
      clip->width = first->bgr.width;
      clip->height = first->bgr.height;
    }
  }
  take_times(*clip, side);
  kept = clip;
  return clip;
}

// Merged frames have the names of dst's; where there are none, the video that was made of them has as many frames.
Result<std::shared_ptr<OpenClip>> Clips::opened_merged(const fs::path& folder, const fs::path& video) {
  TRY(const auto dst, opened_side(Side::dst));
  auto& kept = clips_[static_cast<std::size_t>(folder == workspace_.merged() ? Clip::result : Clip::matte)];
  const auto stamp = change_stamp(folder) * 31 + change_stamp(video) * 17 + dst->stamp;
  if (kept && kept->stamp == stamp) return kept;
  auto clip = std::make_shared<OpenClip>();
  clip->stamp = stamp;
  clip->width = dst->width;
  clip->height = dst->height;
  clip->fps = dst->fps;
  clip->times = dst->times;
  std::map<std::string, fs::path> merged;  // of pictures that share a name the first is the frame
  for (const auto& file : frame_files(folder).value_or(FrameFiles()).pictures)
    merged.try_emplace(file.stem().native(), file);
  bool any = false;
  clip->pictures.resize(static_cast<std::size_t>(dst->count()));
  for (std::int64_t i = 0; i < dst->count(); ++i) {
    const auto found = merged.find(fs::path(dst->source->name(i)).stem().native());
    if (found == merged.end()) continue;
    clip->pictures[static_cast<std::size_t>(i)] = found->second;
    any = true;
  }
  if (!any) {
    clip->pictures.clear();
    std::error_code error;
    if (!fs::exists(video, error)) return fail(Code::not_found, "There are no merged frames");
    TRY(clip->source, media::FrameSource::open(video, {.threads = 2}));
    if (const auto* info = clip->source->video()) {
      clip->width = info->width;
      clip->height = info->height;
    }
  }
  kept = clip;
  return clip;
}

Result<std::shared_ptr<OpenClip>> Clips::open(Clip clip) {
  const std::lock_guard lock(mutex_);
  switch (clip) {
    case Clip::src:
      return opened_side(Side::src);
    case Clip::dst:
      return opened_side(Side::dst);
    case Clip::result:
      return opened_merged(workspace_.merged(), workspace_.result());
    case Clip::matte:
      return opened_merged(workspace_.merged_mask(), workspace_.result_mask());
  }
  return fail(Code::not_found, "There is no such clip");
}

Result<Reply> Clips::frame(Pictures& pictures, const Request& request) {
  TRY(const auto which, parse_clip(request.parts[0]));
  TRY(const auto clip, open(which));
  const auto& number = request.parts[1];
  const auto frame = std::atoll(number.c_str());
  if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos || !clip->has(frame))
    return fail(Code::not_found, "There is no frame {} of {}", number, request.parts[0]);
  if (const auto file = clip->file(frame); !file.empty()) {
    Request picture = request;
    // A version is that of the folder, which stays when a frame is retouched in place: the browser asks each time, and
    // is told by the file's own stamp that nothing changed.
    picture.query.erase("v");
    picture.query["path"] = path_text(file.lexically_relative(workspace_.root));
    return pictures.give(picture);
  }
  const int size = std::clamp(std::atoi(request.value("size", "0").c_str()), 0, 4096);
  Reply reply;
  const auto tag = fmt::format("\"{:x}-{}-{}\"", clip->stamp, frame, size);
  reply.headers.emplace_back("ETag", tag);
  reply.headers.emplace_back(
      "Cache-Control", request.query.contains("v") ? "private, max-age=31536000, immutable" : "private, no-cache");
  if (request.header("if-none-match") == tag) {
    reply.status = 304;
    return reply;
  }
  TRY(auto image, clip->decoded(frame));
  const double scale = size == 0 ? 1 : std::min(1.0, static_cast<double>(size) / std::max(image.width, image.height));
  if (scale < 1)
    image = resize(image, std::max(1, static_cast<int>(std::lround(image.width * scale))),
                   std::max(1, static_cast<int>(std::lround(image.height * scale))), Interpolation::area);
  JpegOptions options{.quality = size == 0 ? 95 : 88};
  if (which == Clip::result || which == Clip::matte) options.xmp = composite_marking_xmp;
  TRY(const auto jpeg, encode_jpeg(image, options));
  reply.body.assign(jpeg.begin(), jpeg.end());
  reply.type = "image/jpeg";
  return reply;
}

}  // namespace understudy::studio
