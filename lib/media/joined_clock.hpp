// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: the times of files that were joined end to end.
#pragma once

#include <vector>

#include "lib/media/ffmpeg.hpp"

namespace understudy::media {

// Transport streams may be put together by writing one behind the other; their times then begin anew in the middle.
// Here each part follows on the one before, in all streams alike. It has to see every packet of the file, of all
// streams, in their order from the start.
class JoinedClock {
 public:
  static bool may_jump(const AVFormatContext&);  // whether the format's files can be such
  void mend(AVPacket&, const AVFormatContext&);
  void restart() { *this = JoinedClock(); }
  bool jumped() const { return offsets_.size() > 1; }

 private:
  // All in AV_TIME_BASE.
  struct Track {
    std::size_t part = 0;  // how often it has begun anew
    std::int64_t last = AV_NOPTS_VALUE;
  };
  std::vector<Track> tracks_;
  std::vector<std::int64_t> offsets_{0};  // of each part: set by the stream that begins anew first
  std::int64_t end_ = 0;                  // of what has been seen
};

}  // namespace understudy::media
