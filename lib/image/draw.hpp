// SPDX-License-Identifier: Apache-2.0
// Text and rectangles on 8-bit BGR pictures, for previews, sheets and debug images.
#pragma once

#include <array>
#include <span>
#include <string>

#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy {

using Bgr = std::array<int, 3>;

// Anti-aliased Latin text with its baseline's left end at (x,y); `height` is that of a capital letter in pixels.
// Characters that the font lacks are drawn as '?'.
void draw_text(ImageU8& image_bgr, const std::string& text, int x, int y, int height, Bgr colour = {255, 255, 255});
int text_width(const std::string& text, int height);
void fill_rectangle(ImageU8& image_bgr, int x, int y, int width, int height, Bgr colour);  // clipped
// Anti-aliased from point to point.
void draw_lines(ImageU8& image_bgr, std::span<const Point>, Bgr colour, int thickness = 1);
// Copies a picture of the same channel count into another at (x,y), clipped. For 8-bit and float pictures.
template <class T>
void paste(Image<T>& canvas, const Image<T>& picture, int x, int y);

// How many threads the image functions may use inside (default: one; steps run several images side by side instead).
void set_image_threads(int count);

}  // namespace understudy
