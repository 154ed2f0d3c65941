// SPDX-License-Identifier: Apache-2.0
// What lies in merged/ and merged_mask/ already: which pictures are current, which are ours and may be replaced, and
// which are somebody else's.
#pragma once

#include "lib/base/made_files.hpp"
#include "lib/media/frame_source.hpp"
#include "steps/6_merge/merge.hpp"
#include "steps/6_merge/models.hpp"
#include "steps/6_merge/recipe.hpp"

namespace understudy {

// What a merged frame is made of, in one text (recipe.hpp): two texts for two
// contents of frame, faces, settings at that frame, models or program, wherever these lie.
class Ingredients {
 public:
  // `look`: what else decides how the pictures come out, the same for all of them; 0 for usual ones.
  static Result<Ingredients> of(const MergePaths&, const media::FrameSource&, const MergeModels&,
                                std::uint64_t look = 0);
  // Reads the frame's image unless `before`, what an earlier picture was made of, shows that it is the same file.
  Result<std::string> of_frame(std::int64_t index, const PlannedFrame&, const std::string& before) const;

 private:
  std::string common_of(std::int64_t index, const PlannedFrame&) const;
  const media::FrameSource* source_ = nullptr;
  const MergeModels* models_ = nullptr;
  std::uint64_t common_ = 0;  // the program and, of a video, its content
};

// Of pictures at 16 bits.
inline constexpr std::uint64_t look_of_deep = 16;

// Whether the file of that name was made of `wanted`. One that is no longer as we wrote it, but where we wrote the
// current one, was retouched: it is current.
bool is_current(const MadeFiles&, const fs::path& name, const std::string& wanted);

// The two folders of results with their lists. Thread-safe but for settle().
class EarlierFrames {
 public:
  static Result<EarlierFrames> open(const MergePaths&, Run&);
  // Finds out which of the wanted frames are current, and puts aside what stands where others are to be written, and
  // what we made of frames that are not of this clip. Everything else stays.
  Result<> settle(const Ingredients&, const media::FrameSource&, const std::vector<PlannedFrame>&,
                  const std::vector<bool>& wanted);
  bool current(std::int64_t index) const { return current_[static_cast<std::size_t>(index)]; }
  // The mask first: the picture being there means that both are.
  Result<> write(std::int64_t index, const Bytes& picture, const Bytes& mask);

  std::size_t set_aside() const { return merged_aside_.count() + mask_aside_.count(); }
  const fs::path& backup() const { return merged_aside_.where().empty() ? mask_aside_.where() : merged_aside_.where(); }
  const std::vector<std::string>& foreign() const { return foreign_; }  // names in merged/ that no frame bears

 private:
  EarlierFrames(MadeFiles merged, MadeFiles mask, Aside merged_aside, Aside mask_aside);
  Result<> note_fallback(const fs::path& name, const std::string& made_of);
  Result<> settle_strangers(const MadeFiles&, Aside&, const std::vector<std::string>& frames);

  MadeFiles merged_, mask_;
  Aside merged_aside_, mask_aside_;
  std::vector<std::string> names_, made_of_;  // by frame
  std::vector<bool> current_;
  std::vector<std::string> foreign_;
};

}  // namespace understudy
