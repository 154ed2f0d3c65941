// SPDX-License-Identifier: Apache-2.0
#include "steps/7_video/timing.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "lib/media/sequence.hpp"

namespace understudy {
namespace {

// "00012" -> 11; empty for anything that is not a number from 1 on.
std::optional<std::int64_t> index_in_name(const fs::path& file) {
  const auto stem = file.stem().string();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  if (error != std::errc() || end != stem.data() + stem.size() || number < 1) return {};
  return number - 1;
}

// The ticks that each image has by its name, or nothing when some image has none.
std::optional<std::vector<TimedFile>> by_manifest(const std::vector<fs::path>& images,
                                                  const media::Sequence& sequence) {
  std::vector<TimedFile> files;
  for (const auto& image : images) {
    const auto tick = sequence.ticks.find(image.stem().string());
    if (tick == sequence.ticks.end()) return {};
    files.push_back({image, tick->second});
  }
  return files;
}

std::optional<std::vector<TimedFile>> by_number(const std::vector<fs::path>& images,
                                                const media::VideoInfo& reference) {
  std::vector<TimedFile> files;
  for (const auto& image : images) {
    const auto index = index_in_name(image);
    if (!index || *index >= reference.count()) return {};
    files.push_back({image, reference.ticks[static_cast<std::size_t>(*index)]});
  }
  return files;
}

// Images of two formats under one stem, or two names with one number, must not be shown at once: the first counts.
void sort_and_unite(std::vector<TimedFile>& files) {
  std::stable_sort(files.begin(), files.end(), [](auto& a, auto& b) { return a.tick < b.tick; });
  files.erase(std::unique(files.begin(), files.end(), [](auto& a, auto& b) { return a.tick == b.tick; }), files.end());
}

media::Rational rate_of(double fps) {
  const double ntsc = fps * 1001 / 1000;  // 29.97 and its kin
  if (std::abs(ntsc - std::round(ntsc)) < 1e-4 && std::abs(fps - std::round(fps)) > 1e-4)
    return {static_cast<int>(std::lround(ntsc)) * 1000, 1001};
  return {static_cast<int>(std::lround(fps * 1000)), 1000};
}

}  // namespace

Timing time_images(const std::vector<fs::path>& images, const std::optional<media::VideoInfo>& reference,
                   const fs::path& manifest, double fps) {
  Timing timing;
  if (reference) timing.frame_rate = reference->frame_rate;
  if (fps > 0) timing.frame_rate = rate_of(fps);
  if (reference && fps <= 0) {
    const auto sequence = media::read_sequence(manifest);
    std::int64_t frames = reference->count();
    std::optional<std::vector<TimedFile>> found;
    if (sequence && sequence->source == media::video_identity(*reference)) {
      found = by_manifest(images, *sequence);
      timing.time_base = sequence->time_base;
      frames = static_cast<std::int64_t>(sequence->ticks.size());
    }
    if (!found) {
      found = by_number(images, *reference);
      timing.time_base = reference->time_base;
      frames = reference->count();
    }
    if (found) {
      sort_and_unite(*found);
      timing.files = std::move(*found);
      timing.missing = frames - static_cast<std::int64_t>(timing.files.size());
      timing.follows_reference = true;
      if (frames < reference->count()) {  // fewer were taken: the nominal rate falls likewise
        timing.frame_rate = rate_of(reference->frame_rate.value() * static_cast<double>(frames) /
                                    static_cast<double>(reference->count()));
      }
      return timing;
    }
  }
  timing.time_base = {timing.frame_rate.den, timing.frame_rate.num};
  for (std::size_t i = 0; i < images.size(); ++i) timing.files.push_back({images[i], static_cast<std::int64_t>(i)});
  return timing;
}

}  // namespace understudy
