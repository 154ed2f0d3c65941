// SPDX-License-Identifier: Apache-2.0
#include "lib/media/frame_source.hpp"

#include <algorithm>

#include "lib/base/frame_files.hpp"
#include "lib/media/picture.hpp"
#include "lib/media/video_decoder.hpp"

namespace understudy::media {

struct FrameSource::Impl {
  fs::path path;
  std::optional<VideoDecoder> video;
  std::vector<fs::path> images;
  std::vector<std::string> not_read;  // pictures of other kinds in the folder
  std::vector<std::string> passed_over;
  std::vector<std::string> names;
  std::int64_t position = 0;
  std::optional<ToneMap> of_images;  // with own_colours, where the pictures say that they are HDR
  ColourTags colours_of_images;
  bool own_colours = false;
};

FrameSource::FrameSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FrameSource::FrameSource(FrameSource&&) noexcept = default;
FrameSource& FrameSource::operator=(FrameSource&&) noexcept = default;
FrameSource::~FrameSource() = default;

Result<FrameSource> FrameSource::open(const fs::path& path, const DecodeOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    TRY(auto files, frame_files(path));
    impl->images = std::move(files.pictures);
    impl->passed_over = take_out_second_names(impl->images);
    impl->not_read = std::move(files.others);
    if (impl->images.empty() && !impl->not_read.empty()) {
      return fail_with_hint(Code::not_found, understudy::not_read(path, impl->not_read) + ", and there are no others",
                            "Convert them to PNG or JPEG first.");
    }
    if (impl->images.empty()) {
      return fail_with_hint(Code::not_found,
                            fmt::format("There are no images (jpg, png, tif, webp, …) in {}", path.string()),
                            "Extract the frames of the video first, or give the video itself.");
    }
  } else if (is_picture_file(path)) {
    impl->images.push_back(path);
  } else {
    TRY(impl->video, VideoDecoder::open(path, options));
    const auto count = impl->video->info().count();
    for (std::int64_t i = 0; i < count; ++i) impl->names.push_back(frame_name(i, count));
  }
  impl->own_colours = options.own_colours;
  if (options.own_colours && !impl->images.empty()) {
    const auto told = picture_colours(impl->images.front());
    if (told && needs_tone_map(told->tags)) {
      impl->colours_of_images = told->tags;
      impl->of_images.emplace(told->tags, told->peak_nits);
    }
  }
  for (const auto& image : impl->images) impl->names.push_back(image.filename().string());
  return FrameSource(std::move(impl));
}

std::int64_t FrameSource::count() const { return static_cast<std::int64_t>(impl_->names.size()); }
bool FrameSource::is_video() const { return impl_->video.has_value(); }
const fs::path& FrameSource::path() const { return impl_->path; }
const VideoInfo* FrameSource::video() const { return impl_->video ? &impl_->video->info() : nullptr; }
const std::string& FrameSource::name(std::int64_t index) const {
  return impl_->names.at(static_cast<std::size_t>(index));
}
void FrameSource::go_to(std::int64_t index) { impl_->position = std::clamp<std::int64_t>(index, 0, count()); }
std::int64_t FrameSource::position() const { return impl_->position; }

Result<std::optional<Frame>> FrameSource::next() {
  if (impl_->position >= count()) return std::optional<Frame>();
  TRY(Frame frame, at(impl_->position));
  return std::optional<Frame>(std::move(frame));
}

Result<Frame> FrameSource::at(std::int64_t index) {
  check(index >= 0 && index < count(), "frame index within the source");
  impl_->position = index + 1;  // also after a failure, so that next() passes over a bad frame
  if (!impl_->video) return read_image_file(index);
  TRY(ImageU8 bgr, impl_->video->read<std::uint8_t>(index));
  return Frame{index, name(index), std::move(bgr)};
}

Result<DeepFrame> FrameSource::deep_at(std::int64_t index) {
  check(index >= 0 && index < count(), "frame index within the source");
  impl_->position = index + 1;
  if (impl_->video) {
    TRY(ImageU16 bgr, impl_->video->read<std::uint16_t>(index));
    return DeepFrame{index, name(index), std::move(bgr)};
  }
  TRY(ImageU16 bgr, impl_->of_images ? read_picture_in(image_file(index), impl_->colours_of_images)
                                     : read_picture<std::uint16_t>(image_file(index)));
  return DeepFrame{index, name(index), std::move(bgr)};
}

const ToneMap* FrameSource::deep_tone_map() const {
  if (!impl_->own_colours) return nullptr;
  if (impl_->video) return impl_->video->tone_map();
  return impl_->of_images ? &*impl_->of_images : nullptr;
}
ColourTags FrameSource::deep_colours() const {
  if (!impl_->video) return impl_->colours_of_images;
  return deep_tone_map() ? impl_->video->info().colour : tags_when_decoded(impl_->video->info().colour);
}

std::optional<PngColour> FrameSource::deep_png_colours() const {
  const auto* map = deep_tone_map();
  if (!map) return {};
  const auto colours = deep_colours();
  return PngColour{colours.primaries, colours.transfer, is_hdr(colours) ? map->peak_nits() : 0};
}

std::vector<std::string> FrameSource::remarks() const {
  if (impl_->video) return impl_->video->remarks();
  if (impl_->not_read.empty()) return {};
  return {understudy::not_read(impl_->path, impl_->not_read) + ": convert them to PNG or JPEG to use them"};
}

std::optional<std::string> FrameSource::passed_over() const {
  return understudy::passed_over(impl_->path, impl_->passed_over);
}

const fs::path& FrameSource::image_file(std::int64_t index) const {
  check(!impl_->video, "single image files exist in folders only");
  return impl_->images.at(static_cast<std::size_t>(index));
}

Result<Frame> FrameSource::read_image_file(std::int64_t index) const {
  TRY(ImageU8 bgr, read_picture<std::uint8_t>(image_file(index)));
  return Frame{index, name(index), std::move(bgr)};
}

std::string frame_name(std::int64_t index, std::int64_t count, std::string_view extension) {
  const auto width = std::max<std::size_t>(5, std::to_string(count).size());
  return fmt::format("{:0{}}.{}", index + 1, width, extension);
}

}  // namespace understudy::media
