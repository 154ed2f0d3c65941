// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: a container being written.
#pragma once

#include "lib/media/ffmpeg.hpp"
#include "lib/media/write_video.hpp"

namespace understudy::media {

struct CloseOutput {
  void operator()(AVFormatContext* p) const {
    if (p->pb) avio_closep(&p->pb);
    avformat_free_context(p);
  }
};
using OutputPtr = std::unique_ptr<AVFormatContext, CloseOutput>;

// `temporary` is the file that is written, `target` the one that messages name. The container follows the extension.
Result<OutputPtr> open_output(const fs::path& target, const fs::path& temporary);
// What the file says of itself: the mark of synthetic pictures and the comment, where the options ask for them.
void add_marks(AVFormatContext&, const VideoOptions&);
// Once all streams are there.
Result<> write_header(AVFormatContext&, const fs::path& target);
// Whether the container takes a stream as it is: tried on an empty file, for what the format says of itself is not
// always so.
bool takes(const AVOutputFormat&, const AVStream&);
// What is left of it, the end, and the file closed.
Result<> finish_output(AVFormatContext&, const fs::path& target);
Failure write_failure(const fs::path& target, int code);
// What the container says of a stream: rotation, HDR's limits.
void copy_side_data(const AVStream& from, AVStream& to);

}  // namespace understudy::media
