// SPDX-License-Identifier: Apache-2.0
#include "lib/media/hardware.hpp"

#include <algorithm>

namespace understudy::media {
namespace {

// The card's own format where the decoder offers it, else the first that needs no card (FFmpeg offers the latter
// always).
AVPixelFormat choose_format(AVCodecContext* context, const AVPixelFormat* offered) {
  const auto wanted = static_cast<AVPixelFormat>(reinterpret_cast<std::intptr_t>(context->opaque));
  for (const auto* f = offered; *f != AV_PIX_FMT_NONE; ++f) {
    if (*f == wanted) return *f;
  }
  for (const auto* f = offered; *f != AV_PIX_FMT_NONE; ++f) {
    if (!(av_pix_fmt_desc_get(*f)->flags & AV_PIX_FMT_FLAG_HWACCEL)) return *f;
  }
  return AV_PIX_FMT_NONE;
}

}  // namespace

std::optional<Hardware> find_hardware(AVCodecID id) {
  const AVCodec* codec = avcodec_find_decoder(id);
  for (int i = 0; codec; ++i) {
    const AVCodecHWConfig* config = avcodec_get_hw_config(codec, i);
    if (!config) break;
    if (!(config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX)) continue;
    AVBufferRef* device = nullptr;
    if (av_hwdevice_ctx_create(&device, config->device_type, nullptr, nullptr, 0) < 0) continue;
    return Hardware{BufferPtr(device), config->pix_fmt, av_hwdevice_get_type_name(config->device_type)};
  }
  return {};
}

void use_hardware(AVCodecContext& context, const Hardware& hardware) {
  context.hw_device_ctx = av_buffer_ref(hardware.device.get());
  context.opaque = reinterpret_cast<void*>(static_cast<std::intptr_t>(hardware.format));
  context.get_format = choose_format;
}

bool bring_home(FramePtr& frame, const Hardware& hardware) {
  if (frame->format != hardware.format) return true;
  FramePtr home(av_frame_alloc());
  if (av_hwframe_transfer_data(home.get(), frame.get(), 0) < 0) return false;
  if (av_frame_copy_props(home.get(), frame.get()) < 0) return false;
  frame = std::move(home);
  return true;
}

}  // namespace understudy::media
