// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/piece.hpp"

namespace understudy {

Result<bool> write_piece(const fs::path& file, const media::VideoOptions& options,
                         const std::function<Result<std::optional<media::TimedImage>>()>& next) {
  bool any = false, ended = false;
  const auto written = media::write_video(file, options, [&]() -> Result<std::optional<media::TimedImage>> {
    TRY(auto image, next());
    (image ? any : ended) = true;
    return image;
  });
  if (!written && ended && !any) return false;
  return written ? Result<bool>(true) : Result<bool>(Failure(written.error()));
}

}  // namespace understudy
