// SPDX-License-Identifier: Apache-2.0
// A voice for the demo's dst clip: a buzz through two resonances that follow the mouth of demo_performance_dst().
#pragma once

#include "lib/base/files.hpp"

namespace understudy::demo {

// A whole WAV file: 16 bit, mono, 44.1 kHz.
Bytes voice_wav(double seconds);

}  // namespace understudy::demo
