// SPDX-License-Identifier: Apache-2.0
// What an HDR film says of the display it was graded on and of its brightest places: players map their tones by it.
#pragma once

#include <array>

namespace understudy::media {

// SMPTE ST 2086 and CTA-861.3.
struct HdrLight {
  std::array<std::array<double, 2>, 3> primaries{};  // red, green, blue of the display: x and y of CIE 1931
  std::array<double, 2> white{};                     // all 0: the colours of the display are not told
  double darkest = 0, brightest = 0;                 // of the display, nits; brightest 0: not told
  int max_content = 0, max_average = 0;  // nits of the brightest pixel and of the brightest frame's mean; 0: not told

  bool tells_display() const { return brightest > 0 && white[0] > 0; }
  bool tells_content() const { return max_content > 0; }
  // The brightest that the film holds, nits; 0: not told.
  double peak() const { return max_content > 0 ? max_content : brightest; }
  bool operator==(const HdrLight&) const = default;
};

}  // namespace understudy::media
