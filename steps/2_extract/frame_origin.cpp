// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/frame_origin.hpp"

#include "lib/base/hash.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/media/sequence.hpp"
#include "lib/project/frame_places.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// Another for frames that were shown at other times: 00005.png at another rate is another picture of the same video.
std::string print_of_times(const media::Sequence& sequence) {
  std::uint64_t hash =
      xxh3(static_cast<std::uint64_t>(sequence.time_base.num), static_cast<std::uint64_t>(sequence.time_base.den));
  for (const auto& [stem, tick] : sequence.ticks) hash = xxh3(static_cast<std::uint64_t>(tick), xxh3(stem, hash));
  return fmt::format("{:016x}", hash);
}

json without_clips(json said) {
  if (said.is_object()) said.erase("clips");
  return said;
}

json clips_in(const json& said) { return said.is_object() ? said.value("clips", json::object()) : json::object(); }

}  // namespace

bool is_original(const media::FrameSource& source, const std::string& name, std::uint64_t content) {
  const auto print = print_of(originals_of(source.path()) / name);
  return print && print->hash == content;
}

json place_of(const media::FrameSource& source) {
  json said{{"name", path_text(source.path().filename())}, {"kind", source.is_video() ? "video" : "folder"}};
  if (source.is_video()) {
    std::error_code ignored;
    said["bytes"] = fs::file_size(source.path(), ignored);
    said["frames"] = source.count();
  }
  return said;
}

FrameOrigin origin_of(const media::FrameSource& source, const std::vector<fs::path>& manifests) {
  FrameOrigin origin{place_of(source), {}};
  if (source.is_video()) return origin;
  for (const auto& path : manifests) {
    const auto sequence = media::read_sequence(path);
    if (!sequence || sequence->options.contains("import")) continue;
    const auto key = path_text(path.filename());
    bool any = false;
    for (std::int64_t i = 0; i < source.count(); ++i) {
      const auto stem = fs::path(source.name(i)).stem().string();
      if (!sequence->ticks.contains(stem)) continue;
      origin.clip_of[stem] = key;
      any = true;
    }
    if (any) origin.said["clips"][key] = {{"source", sequence->source}, {"times", print_of_times(*sequence)}};
  }
  return origin;
}

bool same_clips(const Journal& journal, const FrameOrigin& origin, const media::FrameSource& source,
                FrameContents& contents) {
  if (journal.head().is_null()) return false;
  const auto before = journal.head().value("source", json());
  if (without_clips(before) != without_clips(origin.said)) return false;
  const auto known = clips_in(before), now = clips_in(origin.said);
  for (const auto& [key, clip] : now.items())
    if (known.contains(key) && known[key] != clip) return false;
  if (source.is_video()) return true;
  const auto made = MadeFiles::open(source.path());
  std::size_t asked = 0, others = 0;
  for (std::int64_t i = 0; i < source.count(); ++i) {
    const auto record = journal.records().find(source.name(i));
    if (record == journal.records().end() || record->second.content == 0) continue;
    const auto clip = origin.clip_of.find(fs::path(source.name(i)).stem().string());
    if (clip != origin.clip_of.end() && known.contains(clip->second)) continue;  // its manifest has answered
    const auto& was = record->second;
    contents.expect(i, {was.bytes, was.times, was.content});
    const auto content = contents.of(i).content;
    if (content == 0) continue;  // not to be read just now, which says nothing
    // Denoised once more, or no longer: of the same picture.
    const auto made_of = made ? made->last_made_of(was.name) : std::nullopt;
    if (content != was.content && made_of && is_denoising(*made_of)) continue;
    ++asked;
    if (content != was.content && !is_original(source, was.name, was.content)) ++others;
  }
  return 2 * others <= asked;
}

}  // namespace understudy
