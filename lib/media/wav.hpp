// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "lib/base/files.hpp"

namespace understudy::media {

// A whole WAV file of one channel, 16 bit; `rate` samples a second.
Bytes wav_file(std::span<const std::int16_t> samples, int rate);

}  // namespace understudy::media
