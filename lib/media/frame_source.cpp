// SPDX-License-Identifier: Apache-2.0
#include "lib/media/frame_source.hpp"

#include <algorithm>

#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/media/video_decoder.hpp"

namespace understudy::media {

struct FrameSource::Impl {
  fs::path path;
  std::optional<VideoDecoder> video;
  std::vector<fs::path> images;
  std::vector<std::string> names;
  std::int64_t position = 0;
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
    TRY(impl->images, image_files(path));
    if (impl->images.empty()) {
      return fail_with_hint(Code::not_found, fmt::format("There are no images (jpg, png, tif) in {}", path.string()),
                            "Extract the frames of the video first, or give the video itself.");
    }
    for (const auto& image : impl->images) impl->names.push_back(image.filename().string());
  } else {
    TRY(impl->video, VideoDecoder::open(path, options));
    const auto count = impl->video->info().count();
    for (std::int64_t i = 0; i < count; ++i) impl->names.push_back(frame_name(i, count));
  }
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
  const auto& path = impl_->images.at(static_cast<std::size_t>(index));
  if (auto deep = read_png16(path)) return DeepFrame{index, name(index), normalise_channels(*std::move(deep), 3)};
  TRY(const Frame shallow, read_image_file(index));
  ImageU16 bgr(shallow.bgr.width, shallow.bgr.height, 3);
  std::ranges::transform(shallow.bgr.data, bgr.data.begin(),
                         [](std::uint8_t v) { return static_cast<std::uint16_t>(v * 257); });
  return DeepFrame{index, name(index), std::move(bgr)};
}

std::vector<std::string> FrameSource::remarks() const {
  return impl_->video ? impl_->video->remarks() : std::vector<std::string>{};
}

Result<Frame> FrameSource::read_image_file(std::int64_t index) const {
  check(!impl_->video, "single image files exist in folders only");
  TRY(ImageU8 image, read_image(impl_->images.at(static_cast<std::size_t>(index))));
  return Frame{index, name(index), normalise_channels(std::move(image), 3)};
}

std::string frame_name(std::int64_t index, std::int64_t count, std::string_view extension) {
  const auto width = std::max<std::size_t>(5, std::to_string(count).size());
  return fmt::format("{:0{}}.{}", index + 1, width, extension);
}

template <class T>
Image<T> oriented(const Image<T>& in, Orientation o) {
  if (o == Orientation{}) return in;
  Image<T> out(o.swaps_sides() ? in.height : in.width, o.swaps_sides() ? in.width : in.height, in.channels);
  const int x0 = o.xx + o.xy < 0 ? out.width - 1 : 0;
  const int y0 = o.yx + o.yy < 0 ? out.height - 1 : 0;
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      const auto* from = &in.at(x, y);
      std::copy(from, from + in.channels, &out.at(x0 + o.xx * x + o.xy * y, y0 + o.yx * x + o.yy * y));
    }
  }
  return out;
}
template ImageU8 oriented(const ImageU8&, Orientation);
template ImageU16 oriented(const ImageU16&, Orientation);

}  // namespace understudy::media
