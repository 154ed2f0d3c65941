// SPDX-License-Identifier: Apache-2.0
#include "lib/exr/write_exr.hpp"

#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfIO.h>
#include <ImfOutputFile.h>
#include <ImfStandardAttributes.h>
#include <ImfStringAttribute.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace understudy {
namespace {

Imf::Compression compression_of(ExrCompression kind) {
  switch (kind) {
    case ExrCompression::none:
      return Imf::NO_COMPRESSION;
    case ExrCompression::zip:
      return Imf::ZIP_COMPRESSION;
    case ExrCompression::piz:
      return Imf::PIZ_COMPRESSION;
    case ExrCompression::dwaa:
      break;
  }
  return Imf::DWAA_COMPRESSION;
}

// The channels of a layer in the order of its image's.
std::vector<std::string> channels_of(const ExrLayer& layer) {
  const std::string before = layer.name.empty() ? "" : layer.name + ".";
  if (layer.image.channels == 1) return {before + "A"};
  std::vector<std::string> names{before + "B", before + "G", before + "R"};
  if (layer.image.channels == 4) names.push_back(before + "A");
  return names;
}

Result<> check_layers(const ExrPicture& picture) {
  if (picture.layers.empty()) return fail(Code::bad_option, "An OpenEXR file needs a layer");
  const ImageF& first = picture.layers.front().image;
  for (const auto& [name, image] : picture.layers) {
    if (image.empty() || image.width != first.width || image.height != first.height)
      return fail(Code::bad_option, "The layers of an OpenEXR file must have one size ('{}' is {}x{}, not {}x{})", name,
                  image.width, image.height, first.width, first.height);
    if (image.channels != 1 && image.channels != 3 && image.channels != 4)
      return fail(Code::internal, "Layer '{}' has {} channels", name, image.channels);
  }
  return {};
}

// SMPTE ST 12-1 as OpenEXR packs it, which has room for 39 frames: at higher rates pairs of frames are counted, and the
// field mark tells the second of a pair. Nothing for a text of another form.
void add_timecode(Imf::Header& header, const std::string& text, double rate) {
  std::array<int, 4> part{};
  char drop = ':';
  if (std::sscanf(text.c_str(), "%2d:%2d:%2d%c%2d", &part[0], &part[1], &part[2], &drop, &part[3]) != 5) return;
  constexpr std::array limits{23, 59, 59, 59};
  for (std::size_t i = 0; i < part.size(); ++i)
    if (part[i] < 0 || part[i] > limits[i]) return;
  constexpr double most_counted = 39;
  const bool pairs = rate > most_counted;
  Imf::TimeCode code(part[0], part[1], part[2], pairs ? part[3] / 2 : part[3], drop != ':');
  if (pairs) code.setFieldPhase(part[3] % 2 != 0);
  Imf::addTimeCode(header, code);
}

Imf::Chromaticities chromaticities_of(int primaries) {
  const Imath::V2f d65(0.3127f, 0.3290f), cinema(0.314f, 0.351f);
  if (primaries == 9) return {{0.708f, 0.292f}, {0.170f, 0.797f}, {0.131f, 0.046f}, d65};
  if (primaries == 11 || primaries == 12)
    return {{0.680f, 0.320f}, {0.265f, 0.690f}, {0.150f, 0.060f}, primaries == 11 ? cinema : d65};
  return {};  // the library's own are BT.709's
}

// 25, 25/2, 24000/1001; of others the nearest ratio.
Imf::Rational rate_of(double rate) {
  const auto near = [](double number, double within) { return std::abs(number - std::round(number)) < within; };
  for (const int half : {1, 2})
    if (near(rate * half, 1e-6)) return {static_cast<int>(std::lround(rate * half)), half};
  // Also as 23.976 is written.
  if (near(rate * 1.001, 1e-4)) return {1000 * static_cast<int>(std::lround(rate * 1.001)), 1001};
  return Imf::Rational(rate);
}

Imf::Header header_of(const ExrPicture& picture) {
  const ImageF& first = picture.layers.front().image;
  Imf::Header header(first.width, first.height);
  header.compression() = compression_of(picture.compression);
  for (const auto& layer : picture.layers)
    for (const auto& name : channels_of(layer))
      header.channels().insert(name, Imf::Channel(picture.pixels == ExrPixels::half ? Imf::HALF : Imf::FLOAT));
  Imf::addChromaticities(header, chromaticities_of(picture.primaries));
  if (picture.frame_rate > 0) Imf::addFramesPerSecond(header, rate_of(picture.frame_rate));
  add_timecode(header, picture.timecode, picture.frame_rate);
  for (const auto& [key, text] : picture.remarks) header.insert(key, Imf::StringAttribute(text));
  return header;
}

using Halves = std::vector<std::vector<half>>;

// Where each channel's values lie. `halves` keeps those that had to be made.
Imf::FrameBuffer buffer_of(const ExrPicture& picture, Halves& halves) {
  Imf::FrameBuffer buffer;
  for (const auto& layer : picture.layers) {
    const ImageF& image = layer.image;
    const bool small = picture.pixels == ExrPixels::half;
    const char* data = reinterpret_cast<const char*>(image.data.data());
    if (small) {
      halves.emplace_back(image.data.begin(), image.data.end());
      data = reinterpret_cast<const char*>(halves.back().data());
    }
    const std::size_t each = small ? sizeof(half) : sizeof(float);
    const auto names = channels_of(layer);
    for (std::size_t c = 0; c < names.size(); ++c) {
      // The library takes a pointer to change, and does not change what is written.
      buffer.insert(names[c], Imf::Slice(small ? Imf::HALF : Imf::FLOAT, const_cast<char*>(data) + c * each,
                                         names.size() * each, names.size() * each * image.width));
    }
  }
  return buffer;
}

// A file in memory, which the library goes back in to fill in its table of lines.
class MemoryFile : public Imf::OStream {
 public:
  MemoryFile() : OStream("a picture in memory") {}
  void write(const char c[], int n) override {
    const auto count = static_cast<std::size_t>(n);
    if (at_ + count > bytes.size()) bytes.resize(at_ + count);
    std::copy_n(reinterpret_cast<const std::uint8_t*>(c), count, bytes.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ += count;
  }
  std::uint64_t tellp() override { return at_; }
  void seekp(std::uint64_t position) override { at_ = position; }
  Bytes bytes;

 private:
  std::size_t at_ = 0;
};

}  // namespace

Result<Bytes> encode_exr(const ExrPicture& picture) {
  TRY_VOID(check_layers(picture));
  try {
    MemoryFile memory;
    {
      Halves halves;
      halves.reserve(picture.layers.size());
      Imf::OutputFile file(memory, header_of(picture));
      file.setFrameBuffer(buffer_of(picture, halves));
      file.writePixels(picture.layers.front().image.height);
    }  // the table is written at the end
    return std::move(memory.bytes);
  } catch (const std::exception& e) {
    return fail(Code::external, "OpenEXR: {}", e.what());
  }
}

Result<> write_exr(const fs::path& path, const ExrPicture& picture) {
  TRY(const Bytes bytes, encode_exr(picture));
  return write_file(path, bytes);
}

}  // namespace understudy
