// SPDX-License-Identifier: Apache-2.0
// Blurs, morphology, sharpening and the merger's deliberate degradations (spec pipeline.md 7.3, 8.8, 8.9).
#pragma once

#include "lib/image/image.hpp"

namespace understudy {

// kernel must be odd; sigma 0 means 0.3 * ((kernel - 1) / 2 - 1) + 0.8.
ImageF gaussian_blur(const ImageF& image, int kernel, double sigma = 0);
ImageU8 gaussian_blur(const ImageU8& image, int kernel, double sigma = 0);

// OpenCV's ellipse of size x size pixels: 0/1; size 1 is the identity, size 2 is [[0,1],[1,1]].
ImageU8 ellipse_element(int size);
// One channel. Beyond the edge lies nothing, neither black nor white.
ImageF erode(const ImageF& mask, int ellipse_size);
ImageF dilate(const ImageF& mask, int ellipse_size);

ImageF median_5x5(const ImageF& image);

enum class Sharpen { none, box, gaussian };
// amount > 0 sharpens (nothing in mode none), amount < 0 softens with repeated medians in every mode. Not clamped.
ImageF blur_sharpen(const ImageF& image, Sharpen mode, int kernel, int amount);

// size x size weights that sum to 1: a line through the middle, turned counter-clockwise.
ImageF motion_kernel(int size, double angle_degrees);
ImageF motion_blur(const ImageF& image, int size, double angle_degrees);

// Cubic resize to 1 - power / 101 of the size and back. power 0..100.
ImageF bicubic_degrade(const ImageF& image, int power);
// Repeated 5x5 medians, power 0..500.
ImageF denoise(ImageF image, int power);
// Median-cut palette of at most `colours` colours, no dithering.
ImageU8 reduce_colours(const ImageU8& image_bgr, int colours);
// Blends in the 256-colour version with weight power / 100.
ImageF colour_degrade(const ImageF& image_bgr, int power);

}  // namespace understudy
