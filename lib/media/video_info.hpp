// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: what probe() says, from a file that is already open and indexed.
#pragma once

#include "lib/media/packet_index.hpp"

namespace understudy::media {

Result<VideoInfo> describe_video(AVFormatContext&, const AVStream&, PacketIndex&, const fs::path&);

}  // namespace understudy::media
