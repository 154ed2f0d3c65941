// SPDX-License-Identifier: Apache-2.0
// Saying in a file that its pictures were composed with a trained model: IPTC's digital source type, in an XMP packet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/files.hpp"

namespace understudy::media {

// https://cv.iptc.org/newscodes/digitalsourcetype/: a composite that includes synthetic elements from a trained model.
inline constexpr std::string_view composite_with_trained_media =
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

// The same in words.
inline constexpr const char* video_comment =
    "Made with understudy: faces in this video were replaced by a trained model.";
inline constexpr const char* picture_comment =
    "Made with understudy: faces in this picture were replaced by a trained model.";

// Appends the XMP packet that says so (composite_marking_xmp of lib/image) to an MP4 or MOV file as the top-level box
// that Adobe's XMP specification (part 3) names; other containers are left alone, their tag says it.
Result<> append_xmp_box(const fs::path&);

// The digital source type in the XMP of an mp4, mov, png or jpg file; empty when it carries none.
Result<std::optional<std::string>> read_digital_source_type(const fs::path&);

}  // namespace understudy::media
