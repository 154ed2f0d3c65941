// SPDX-License-Identifier: Apache-2.0
// When each image of a folder is to be shown.
#pragma once

#include <optional>

#include "lib/media/probe.hpp"

namespace understudy {

struct TimedFile {
  std::filesystem::path file;
  std::int64_t tick = 0;
};

struct Timing {
  std::vector<TimedFile> files;  // ascending ticks
  media::Rational time_base{1, 25};
  media::Rational frame_rate{25, 1};  // nominal
  std::int64_t start = 0;             // tick of the reference's first frame: the result's time zero
  std::int64_t missing = 0;           // frames of the reference without an image
  std::vector<std::string> extra;     // names of images that are none of the reference's frames: not shown
  bool follows_reference = false;     // or the manifest, where there is no reference
};

// By the manifest of step 1 when it names the images; else by number ("00012" is the reference's 12th frame). The few
// images that neither knows are left out as extra; when these are more than half, all are shown in order at `fps` (or
// the reference's rate, or 25). Without a reference the manifest alone gives the times.
Timing time_images(const std::vector<std::filesystem::path>& images, const std::optional<media::VideoInfo>& reference,
                   const std::filesystem::path& manifest, double fps);

}  // namespace understudy
