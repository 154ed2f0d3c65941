// SPDX-License-Identifier: Apache-2.0
#include "lib/media/picture_planes.hpp"

#include <algorithm>
#include <vector>

namespace understudy::media {
namespace {

// Weights of red and blue in luma (ITU-R BT.601, BT.709, BT.2020, SMPTE 240M).
struct Luma {
  float red, blue;
};
Luma luma_of(AVColorSpace matrix) {
  if (matrix == AVCOL_SPC_BT709) return {0.2126f, 0.0722f};
  if (matrix == AVCOL_SPC_BT2020_NCL || matrix == AVCOL_SPC_BT2020_CL) return {0.2627f, 0.0593f};
  if (matrix == AVCOL_SPC_SMPTE240M) return {0.212f, 0.087f};
  return {0.299f, 0.114f};
}

// A plane that is written row by row at 8 or 10 bits.
class Plane {
 public:
  Plane(AVFrame& frame, int number, int bits)
      : data_(frame.data[number]), stride_(frame.linesize[number]), deep_(bits > 8), most_((1 << bits) - 1) {}
  void set(int x, int y, float code) {
    const auto value = static_cast<int>(std::clamp(code + 0.5f, 0.0f, static_cast<float>(most_)));
    std::uint8_t* row = data_ + static_cast<std::ptrdiff_t>(y) * stride_;
    if (deep_)
      reinterpret_cast<std::uint16_t*>(row)[x] = static_cast<std::uint16_t>(value);
    else
      row[x] = static_cast<std::uint8_t>(value);
  }

 private:
  std::uint8_t* data_;
  int stride_;
  bool deep_;
  int most_;
};

// Codes of a format: luma = black + luma_span * Y, chroma = middle + chroma_span * C with C in -0.5..0.5.
struct Codes {
  float black, luma_span, middle, chroma_span, alpha_span;
};
Codes codes_of(int bits, bool full_range) {
  const auto step = static_cast<float>(1 << (bits - 8)), most = static_cast<float>((1 << bits) - 1);
  if (full_range) return {0, most, 128 * step, most, most};
  return {16 * step, 219 * step, 128 * step, 224 * step, most};
}

constexpr float unit = 1.0f / 65535;

void fill_rgb(const ImageU16& picture, AVFrame& frame, int bits) {
  const float span = static_cast<float>((1 << bits) - 1) * unit;
  Plane green(frame, 0, bits), blue(frame, 1, bits), red(frame, 2, bits);
  for (int y = 0; y < picture.height; ++y) {
    const std::uint16_t* row = picture.row(y);
    for (int x = 0; x < picture.width; ++x, row += picture.channels) {
      blue.set(x, y, span * row[0]);
      green.set(x, y, span * row[1]);
      red.set(x, y, span * row[2]);
    }
  }
}

// Colour differences of one row, in -0.5..0.5.
struct ChromaRow {
  std::vector<float> blue, red;
  explicit ChromaRow(int width) : blue(static_cast<std::size_t>(width)), red(static_cast<std::size_t>(width)) {}
};

class YuvWriter {
 public:
  YuvWriter(const ImageU16& picture, AVFrame& frame, int bits, bool alpha)
      : picture_(picture),
        luma_(luma_of(frame.colorspace)),
        codes_(codes_of(bits, frame.color_range == AVCOL_RANGE_JPEG)),
        y_(frame, 0, bits),
        u_(frame, 1, bits),
        v_(frame, 2, bits),
        alpha_(alpha),
        a_(frame, alpha ? 3 : 0, bits) {}

  void every_pixel() {
    ChromaRow chroma(picture_.width);
    for (int y = 0; y < picture_.height; ++y) {
      row(y, chroma);
      for (int x = 0; x < picture_.width; ++x) put(x, y, chroma.blue[index(x)], chroma.red[index(x)]);
    }
  }
  // A quarter of a half-sized plane's pixel comes from each side column, a half from its own; rows count alike.
  void every_fourth() {
    ChromaRow above(picture_.width), below(picture_.width);
    const auto at = [](const std::vector<float>& row, int x) {
      const int left = std::max(x - 1, 0), right = std::min(x + 1, static_cast<int>(row.size()) - 1);
      return (row[index(left)] + 2 * row[index(x)] + row[index(right)]) / 4;
    };
    for (int y = 0; y + 1 < picture_.height; y += 2) {
      row(y, above);
      row(y + 1, below);
      for (int x = 0; x < picture_.width; x += 2)
        put(x / 2, y / 2, (at(above.blue, x) + at(below.blue, x)) / 2, (at(above.red, x) + at(below.red, x)) / 2);
    }
  }

 private:
  static std::size_t index(int x) { return static_cast<std::size_t>(x); }
  void put(int x, int y, float blue, float red) {
    u_.set(x, y, codes_.middle + codes_.chroma_span * blue);
    v_.set(x, y, codes_.middle + codes_.chroma_span * red);
  }
  void row(int y, ChromaRow& chroma) {
    const std::uint16_t* p = picture_.row(y);
    for (int x = 0; x < picture_.width; ++x, p += picture_.channels) {
      const float b = unit * p[0], g = unit * p[1], r = unit * p[2];
      const float luma = luma_.red * r + (1 - luma_.red - luma_.blue) * g + luma_.blue * b;
      y_.set(x, y, codes_.black + codes_.luma_span * luma);
      chroma.blue[index(x)] = (b - luma) / (2 * (1 - luma_.blue));
      chroma.red[index(x)] = (r - luma) / (2 * (1 - luma_.red));
      if (alpha_) a_.set(x, y, codes_.alpha_span * unit * (picture_.channels == 4 ? p[3] : 65535));
    }
  }

  const ImageU16& picture_;
  Luma luma_;
  Codes codes_;
  Plane y_, u_, v_;
  bool alpha_;
  Plane a_;
};

struct Layout {
  int bits = 0;
  bool quarter_chroma = false, alpha = false, rgb = false;
};
std::optional<Layout> layout_of(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUV420P:
      return Layout{8, true, false, false};
    case AV_PIX_FMT_YUV420P10:
      return Layout{10, true, false, false};
    case AV_PIX_FMT_YUV444P10:
      return Layout{10, false, false, false};
    case AV_PIX_FMT_YUVA444P10:
      return Layout{10, false, true, false};
    case AV_PIX_FMT_GBRP:
      return Layout{8, false, false, true};
    case AV_PIX_FMT_GBRP10:
      return Layout{10, false, false, true};
    default:
      return {};
  }
}

}  // namespace

bool fills_planes(AVPixelFormat format) { return layout_of(format).has_value(); }

void fill_planes(const ImageU16& picture, AVFrame& frame) {
  const Layout layout = layout_of(static_cast<AVPixelFormat>(frame.format)).value();
  if (layout.rgb) return fill_rgb(picture, frame, layout.bits);
  YuvWriter writer(picture, frame, layout.bits, layout.alpha);
  layout.quarter_chroma ? writer.every_fourth() : writer.every_pixel();
}

}  // namespace understudy::media
