// SPDX-License-Identifier: Apache-2.0
// The film by frame number, wherever its frames lie, as pictures in a folder or in a video: both sides, the merged
// frames and their mattes. What a player asks for.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "lib/media/frame_source.hpp"
#include "lib/project/workspace.hpp"
#include "server/pictures.hpp"

namespace understudy::studio {

enum class Clip { src, dst, result, matte };
Result<Clip> parse_clip(std::string_view);
inline Clip clip_of(Side side) { return side == Side::src ? Clip::src : Clip::dst; }

// Of frame times in seconds from the first one's.
std::vector<double> seconds_of(const std::vector<std::int64_t>& ticks, media::Rational time_base);
// Whether each is where a constant rate has it, to what a player can show.
bool evenly(const std::vector<double>& seconds, double fps);

// One clip as it lay on the disk when it was opened.
class OpenClip {
 public:
  std::uint64_t stamp = 0;  // another number when its files changed
  std::optional<media::FrameSource> source;
  // Of the merged frames, which are named as dst's: one a frame, empty where there is none. Else none at all.
  std::vector<fs::path> pictures;
  int width = 0, height = 0;
  double fps = 25;
  std::vector<double> times;  // seconds, of each frame; none where frames follow one another evenly

  std::int64_t count() const;
  bool has(std::int64_t frame) const;
  // Where the frame is a file of its own: that file.
  fs::path file(std::int64_t frame) const;
  // A frame of a video. Pages ask for several at once and in no order: those that were decoded last are kept.
  Result<ImageU8> decoded(std::int64_t frame);

 private:
  std::mutex mutex_;
  std::vector<std::pair<std::int64_t, ImageU8>> recent_;  // the newest last
};

class Clips {
 public:
  explicit Clips(Workspace workspace) : workspace_(std::move(workspace)) {}
  // Opened again when its files changed. Code::not_found where there is none.
  Result<std::shared_ptr<OpenClip>> open(Clip);
  // {src, dst, result, matte: {count, width, height, fps, times, v, there, …} | null, videos, shots, reports}.
  nlohmann::json facts();
  // The picture of a frame: parts {clip}/{frame}, `size` and `v` as with any picture.
  Result<Reply> frame(Pictures&, const Request&);

 private:
  struct Probed {
    std::uint64_t stamp = 0;
    std::shared_ptr<const media::VideoInfo> info;  // null: it cannot be read
  };
  std::shared_ptr<const media::VideoInfo> probed(const fs::path& video);
  Result<std::shared_ptr<OpenClip>> opened_side(Side);
  Result<std::shared_ptr<OpenClip>> opened_merged(const fs::path& folder, const fs::path& video);
  void take_times(OpenClip&, Side);
  nlohmann::json clip_json(Clip);
  nlohmann::json video_json(const fs::path&);
  nlohmann::json shots_json() const;
  nlohmann::json reports_json() const;

  Workspace workspace_;
  std::mutex mutex_;
  std::array<std::shared_ptr<OpenClip>, 4> clips_;
  std::map<std::string, Probed> probed_;
};

}  // namespace understudy::studio
