// SPDX-License-Identifier: Apache-2.0
// Things that come before a face, drawn flat onto an aligned crop with the truth of what they hide: hands, strands of
// hair, hats, masks, microphones, cups, smoke, lettering and shapes of no kind. What a mask network learns to leave
// out.
#pragma once

#include <array>
#include <cstdint>

#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy::synthetic {

struct Overlay {
  ImageF bgr;    // 0..1
  ImageF alpha;  // one channel: how much of what is behind it does not show
};

enum class OverlayKind { hand, strands, hat, face_mask, stick, cup, smoke, lettering, blob };
constexpr int overlay_kinds = 9;

// The same seed draws the same thing. `landmarks` are those of the crop, in its pixels: hats and masks sit on them.
Overlay draw_overlay(OverlayKind, std::uint32_t seed, int width, int height, const std::array<Point, 68>& landmarks);
// Gives it the mean colour of what the mask shows of the picture, `brightness` times as bright, with its own light and
// pattern: fair hair, a hand, cloth like skin.
void colour_like(Overlay&, const ImageF& bgr, const ImageF& mask, double brightness);
// Lays it over the picture, which throws a soft shadow of it at times; the mask loses what is hidden by half or more.
void lay_over(ImageF& bgr, ImageF& mask, const Overlay&, double shadow);

}  // namespace understudy::synthetic
