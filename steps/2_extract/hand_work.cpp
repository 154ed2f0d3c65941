// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/hand_work.hpp"

#include <algorithm>

#include "steps/2_extract/frame_origin.hpp"

namespace understudy {

Result<std::map<std::string, HandFrame>> read_hand_work(const fs::path& manual, const media::FrameSource& source,
                                                        const std::vector<std::int64_t>& frames, Run& run) {
  TRY(auto hand, read_manual(manual));
  for (const auto& [wanted, entry] : hand) {
    const auto is_it = [&](std::int64_t index) {
      return source.name(index) == wanted || fs::path(source.name(index)).stem() == wanted;
    };
    if (std::ranges::none_of(frames, is_it))
      run.warn(fmt::format("{} names {}, which is no frame here", manual.string(), wanted));
  }
  return hand;
}

Result<> store_hand_work(const std::map<std::string, HandFrame>& hand, media::FrameSource& source,
                         const std::vector<std::int64_t>& frames, FrameContents& contents, RawFaces& raw, Run& run) {
  std::optional<FaceFinder> finder;
  for (const auto index : frames) {
    const auto* entry = hand_frame(hand, source.name(index));
    if (!entry) continue;
    if (run.stopping()) return Run::cancelled();
    if (!finder) {
      TRY(finder, FaceFinder::load(1));
    }
    const auto frame = source.at(index);
    if (!frame) {  // the frame is told as unreadable where it is cut, and tried again the next time
      run.warn(fmt::format("Nothing is placed by hand there: {}", to_sentence(frame.error())));
      continue;
    }
    TRY(const auto faces, faces_by_hand(*finder, frame->bgr, *entry));
    TRY_VOID(raw.add_by_hand(index, contents.of(index).content, faces, entry->replace));
  }
  return {};
}

void tell_of_changed_pictures(const RawFaces& raw, const media::FrameSource& source, FrameContents& contents,
                              Run& run) {
  auto changed = raw.changed_under_hand(contents);
  std::erase_if(changed, [&](const auto& one) { return is_original(source, one.first, one.second); });
  if (changed.empty()) return;
  run.warn(fmt::format(
      "{}{}: the picture is another one than when faces were placed in it by hand. They are kept; "
      "where they do not fit any more, place them anew",
      changed.begin()->first, changed.size() > 1 ? fmt::format(" and {} further frames", changed.size() - 1) : ""));
}

}  // namespace understudy
