// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: decoding on the graphics card.
#pragma once

#include "lib/media/ffmpeg.hpp"

namespace understudy::media {

struct UnrefBuffer {
  void operator()(AVBufferRef* p) const { av_buffer_unref(&p); }
};
using BufferPtr = std::unique_ptr<AVBufferRef, UnrefBuffer>;

struct Hardware {
  BufferPtr device;
  AVPixelFormat format = AV_PIX_FMT_NONE;  // of frames that lie in its memory
  std::string name;                        // "cuda", "vaapi", …
};
// The first device of this machine that decodes this codec; empty when there is none.
std::optional<Hardware> find_hardware(AVCodecID);
// Tells a decoder that is not yet open to use it where the stream allows.
void use_hardware(AVCodecContext&, const Hardware&);
// Brings a frame from the card into ordinary memory; other frames stay as they are. False when that failed.
bool bring_home(FramePtr&, const Hardware&);

}  // namespace understudy::media
