// SPDX-License-Identifier: Apache-2.0
// What lies in merged/ and merged_mask/ already: which pictures are current, which are ours and may be replaced, and
// which are somebody else's.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <tuple>

#include "lib/base/made_files.hpp"
#include "lib/media/frame_source.hpp"
#include "steps/6_merge/prepare.hpp"
#include "steps/6_merge/recipe.hpp"

namespace understudy {

// What a merged frame is made of, in one text (recipe.hpp): two texts for two
// contents of frame, faces, settings at that frame, models or program, wherever these lie.
class Ingredients {
 public:
  // `look`: what else decides how the pictures come out, the same for all of them; 0 for usual ones. `before`: what an
  // earlier picture of a frame was made of; images that it shows to be the same files are not read.
  using Before = std::function<std::string(std::int64_t)>;
  static Result<Ingredients> of(const MergePaths&, const PreparedMerge&, std::uint64_t look, Before before);
  // With the frames around that the colours of its faces are measured in. A failure where the frame cannot be read, or
  // is not wanted and needs a network that was not opened.
  Result<std::string> of_frame(std::int64_t index) const;

 private:
  const std::vector<PlannedFrame>& plans(bool plain) const;
  // Nothing where a network was not opened.
  using Hash = std::optional<std::uint64_t>;
  std::optional<std::string> common_of(std::int64_t index, bool plain) const;
  Hash of_faces(std::int64_t index, bool plain) const;
  Hash of_face(std::int64_t index, std::size_t face, bool plain) const;
  Hash of_windows(std::int64_t index, bool plain, std::uint64_t seed) const;
  Result<Print> print_of_image(std::int64_t index) const;

  const PreparedMerge* work_ = nullptr;
  Before before_;
  std::uint64_t common_ = 0;  // the program and, of a video, its content
  mutable std::map<std::int64_t, Print> prints_;
  mutable std::map<std::pair<std::int64_t, bool>, Hash> faces_;               // all of a frame
  mutable std::map<std::tuple<std::int64_t, std::size_t, bool>, Hash> face_;  // each by itself
  mutable std::vector<PlannedFrame> plain_;                                   // made where it is needed
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
  Result<> settle(const Ingredients&, const PreparedMerge&);
  // What the picture that lies there for a frame of that name was made of; empty where there is none.
  std::string before(const std::string& frame_name) const;
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
