// SPDX-License-Identifier: Apache-2.0
// A piece of the video that a merge goes into.
#pragma once

#include "lib/media/write_video.hpp"

namespace understudy {

// Writes the frames that `next` gives, as media::write_video() does. False when there is not one, which writes nothing;
// a failure of the first is a failure.
Result<bool> write_piece(const fs::path&, const media::VideoOptions&,
                         const std::function<Result<std::optional<media::TimedImage>>()>& next);

}  // namespace understudy
