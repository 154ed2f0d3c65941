// SPDX-License-Identifier: Apache-2.0
// HDR and wide-gamut pictures into what everything after the decoder works in: BT.709 colours, 8 or 16 bit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/image/image.hpp"
#include "lib/media/probe.hpp"

namespace understudy::media {

// Whether frames with these tags need a ToneMap: PQ or HLG brightness, or BT.2020 colours.
bool is_hdr(const ColourTags&);
bool needs_tone_map(const ColourTags&);
// The primaries that the codes of such frames mean, as ITU-T H.273 numbers them: HDR that does not say is BT.2020
// (BT.2100).
int told_primaries(const ColourTags&);
// "BT.2020 primaries, PQ (SMPTE ST 2084), RGB of full range": of the frames that deep_at() gives of such a file in its
// own colours.
std::string codes_in_words(const ColourTags&);
// The tags of what comes out of the decoder, for files that are made from it.
ColourTags tags_when_decoded(const ColourTags&);

enum class Light { sdr, pq, hlg };

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
  void apply(ImageF& bgr) const;  // 0..1, as precise as at 16 bits
  double peak_nits() const { return peak_; }

 private:
  void map(const std::uint16_t* in, std::uint16_t* out) const;

  Light light_;
  bool wide_;                           // BT.2020 primaries
  double peak_;                         // nits
  std::vector<float> linear_;           // 16-bit code value -> light, 1 = SDR white
  std::vector<float> ratio_;            // square root of light / peak -> factor
  std::vector<std::uint16_t> encoded_;  // square root of light -> 16-bit code value
};

// The way back for what was made in SDR and is to be laid into such a picture: BT.709 colours at BT.1886's gamma
// of 2.4, as ToneMap gives them, into the file's own codes. SDR white becomes the 203 nits that ITU-R BT.2408 has for
// it: PQ code 58 %, HLG signal 75 %. The roll-off of highlights is not undone.
class SdrInPlate {
 public:
  explicit SdrInPlate(const ColourTags&);
  // Blue, green, red, in place. SDR is 0..1; what is above 1 is brighter than SDR's white.
  void to_codes(ImageF& bgr) const;
  // Back, without any roll-off: codes brighter than SDR's white become more than 1; colours beyond BT.709 are cut off.
  void to_sdr(ImageF& bgr) const;

 private:
  Light light_;
  bool wide_;
};

}  // namespace understudy::media
