// SPDX-License-Identifier: Apache-2.0
// HDR and wide-gamut pictures into what everything after the decoder works in: BT.709 colours, 8 or 16 bit.
#pragma once

#include <optional>
#include <vector>

#include "lib/image/image.hpp"
#include "lib/media/probe.hpp"

namespace understudy::media {

// Whether frames with these tags need a ToneMap: PQ or HLG brightness, or BT.2020 colours.
bool is_hdr(const ColourTags&);
bool needs_tone_map(const ColourTags&);
// The tags of what comes out of the decoder, for files that are made from it.
ColourTags tags_when_decoded(const ColourTags&);

// One fixed curve for the whole clip, so that no frame's brightness depends on another's: ITU-R BT.2390's EETF from the
// clip's peak to SDR white, which is taken for 203 nits (ITU-R BT.2408). Up to some 90 nits nothing changes but the
// encoding; above, highlights are rolled off. It acts on the largest of the three channels, so hues stay. HLG is shown
// as on a display of 1000 nits. SDR with BT.2020 colours has its colours converted only.
class ToneMap {
 public:
  // peak_nits: the brightest that the clip holds; 0 = not told, taken as 1000.
  ToneMap(const ColourTags&, double peak_nits);
  // Blue, green, red in the file's own transfer and primaries, full range; in place.
  void apply(ImageU16& bgr) const;
  double peak_nits() const { return peak_; }

 private:
  void map(const std::uint16_t* in, std::uint16_t* out) const;

  enum class Light { sdr, pq, hlg };
  Light light_;
  bool wide_;                           // BT.2020 primaries
  double peak_;                         // nits
  std::vector<float> linear_;           // 16-bit code value -> light, 1 = SDR white
  std::vector<float> ratio_;            // square root of light / peak -> factor
  std::vector<std::uint16_t> encoded_;  // square root of light -> 16-bit code value
};

}  // namespace understudy::media
