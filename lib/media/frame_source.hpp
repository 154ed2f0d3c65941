// SPDX-License-Identifier: Apache-2.0
// The frames of a clip, wherever they lie: in a video file or as images in a folder, which are read upright
// (lib/media/picture.hpp). A single picture file is a clip of one frame.
#pragma once

#include <memory>
#include <optional>

#include "lib/image/image.hpp"
#include "lib/image/png_colour.hpp"
#include "lib/media/probe.hpp"
#include "lib/media/tone_map.hpp"

namespace understudy::media {

template <class T>
struct FrameOf {
  std::int64_t index = 0;  // 0-based
  std::string name;        // FrameSource::name(index)
  Image<T> bgr;            // BT.709 or the file's own SDR colours; HDR is tone-mapped (lib/media/tone_map.hpp)
};
using Frame = FrameOf<std::uint8_t>;
using DeepFrame = FrameOf<std::uint16_t>;

struct DecodeOptions {
  int threads = 0;           // 0 = one per core
  bool hardware = false;     // on the graphics card where it can; else a remark says that it cannot
  bool deinterlace = false;  // each frame of an interlaced video made of its two fields (FFmpeg's bwdif); others stay
  bool own_colours = false;  // HDR and wide-gamut frames read at 16 bits stay as they are encoded; others as ever
};

class FrameSource {
 public:
  // A folder must hold at least one image (lib/base/frame_files.hpp says which files are).
  static Result<FrameSource> open(const fs::path&, const DecodeOptions& = {});
  FrameSource(FrameSource&&) noexcept;
  FrameSource& operator=(FrameSource&&) noexcept;
  ~FrameSource();

  std::int64_t count() const;
  bool is_video() const;
  const fs::path& path() const;
  const VideoInfo* video() const;  // null for images
  // What a user should know of how the frames are read, in sentences: colours that were assumed, HDR that is
  // tone-mapped, hardware that could not be used, pictures of a folder that are of no kind read here.
  std::vector<std::string> remarks() const;
  // Images of a folder that are no frames, in a sentence for a warning: a frame is known by its name without the
  // ending, so of those that share one the first is the frame.
  std::optional<std::string> passed_over() const;
  // File name of a frame: the image's own, or "00001.png" and on for a video (numbered from 1, at least 5 digits and as
  // many as the count needs, so that names sort as frames follow: spec pipeline.md 10.1, W50).
  const std::string& name(std::int64_t index) const;

  // The next frame in order, empty at the end. A frame that cannot be read is an error that names it; the call after
  // that goes on with the frame behind it.
  Result<std::optional<Frame>> next();
  // Exactly that frame; the following next() gives the one behind it. Near frames ahead are reached by decoding on.
  Result<Frame> at(std::int64_t index);
  // The same at 16 bits a channel, for files that hold more than 8.
  Result<DeepFrame> deep_at(std::int64_t index);
  // What brings frames that deep_at() gives to SDR; null where they are: without `own_colours`, or when dst has no
  // other colours. With it, the colours that they are encoded in.
  const ToneMap* deep_tone_map() const;
  ColourTags deep_colours() const;
  std::optional<PngColour> deep_png_colours() const;  // for PNGs that are made of them; nothing in SDR
  // Where next() goes on. Cheap: nothing is decoded before the next read.
  void go_to(std::int64_t index);
  std::int64_t position() const;
  // One image of a folder; may be called from several threads at once. Not for videos.
  Result<Frame> read_image_file(std::int64_t index) const;
  const fs::path& image_file(std::int64_t index) const;

 private:
  struct Impl;
  explicit FrameSource(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

// "00001.png" for index 0 of up to 99,999 frames.
std::string frame_name(std::int64_t index, std::int64_t count, std::string_view extension = "png");
}  // namespace understudy::media
