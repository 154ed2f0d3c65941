// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/png_colour.hpp"
#include "lib/media/ffmpeg.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/picture.hpp"
#include "lib/media/take_over.hpp"
#include "lib/media/tone_map.hpp"

namespace understudy::media {
namespace {

using Triple = std::array<double, 3>;

// The formulas of SMPTE ST 2084, written for these tests apart from the code they test.
double pq_code(double nits) {
  const double y = std::pow(nits / 10000, 0.1593017578125);
  return std::pow((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y), 78.84375);
}
double sdr_code(double nits) { return 255 * std::pow(nits / 203, 1 / 2.4); }

// R'G'B' 0..1 to 10-bit limited-range Y'CbCr of BT.2020.
std::array<int, 3> yuv_2020(const Triple& rgb) {
  const double y = 0.2627 * rgb[0] + 0.6780 * rgb[1] + 0.0593 * rgb[2];
  const double u = (rgb[2] - y) / 1.8814, v = (rgb[0] - y) / 1.4746;
  return {static_cast<int>(std::lround(64 + 876 * y)), static_cast<int>(std::lround(512 + 896 * u)),
          static_cast<int>(std::lround(512 + 896 * v))};
}

struct ClipOptions {
  const char* encoder = "ffv1";
  AVColorTransferCharacteristic transfer = AVCOL_TRC_SMPTE2084;
  AVColorPrimaries primaries = AVCOL_PRI_BT2020;
  AVColorSpace matrix = AVCOL_SPC_BT2020_NCL;
  unsigned max_light = 1000;  // 0: not told
};
constexpr int width = 128, height = 64;
using Pixel = std::function<std::array<int, 3>(int x, int y)>;

// One frame of 10-bit 4:4:4 in an .mkv with these tags.
void write_clip(const fs::path& path, const ClipOptions& options, const Pixel& pixel) {
  AVFormatContext* output = nullptr;
  ASSERT_GE(avformat_alloc_output_context2(&output, nullptr, nullptr, path.c_str()), 0);
  const AVCodec* codec = avcodec_find_encoder_by_name(options.encoder);
  ASSERT_NE(codec, nullptr) << options.encoder;
  CodecPtr encoder(avcodec_alloc_context3(codec));
  encoder->width = width;
  encoder->height = height;
  encoder->pix_fmt = AV_PIX_FMT_YUV444P10;
  encoder->time_base = {1, 25};
  encoder->color_trc = options.transfer;
  encoder->color_primaries = options.primaries;
  encoder->colorspace = options.matrix;
  encoder->color_range = AVCOL_RANGE_MPEG;
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  av_opt_set(encoder->priv_data, "x265-params", "lossless=1:log-level=none", 0);
  ASSERT_GE(avcodec_open2(encoder.get(), codec, nullptr), 0);
  AVStream* stream = avformat_new_stream(output, nullptr);
  avcodec_parameters_from_context(stream->codecpar, encoder.get());
  stream->time_base = encoder->time_base;
  if (options.max_light > 0) {
    std::size_t size = 0;
    auto* light = av_content_light_metadata_alloc(&size);
    light->MaxCLL = options.max_light;
    light->MaxFALL = options.max_light / 4;
    av_stream_add_side_data(stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, reinterpret_cast<std::uint8_t*>(light), size);
  }
  ASSERT_GE(avio_open(&output->pb, path.c_str(), AVIO_FLAG_WRITE), 0);
  ASSERT_GE(avformat_write_header(output, nullptr), 0);
  FramePtr frame(av_frame_alloc());
  frame->width = width;
  frame->height = height;
  frame->format = encoder->pix_fmt;
  ASSERT_GE(av_frame_get_buffer(frame.get(), 0), 0);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        reinterpret_cast<std::uint16_t*>(frame->data[c] + y * frame->linesize[c])[x] =
            static_cast<std::uint16_t>(pixel(x, y)[static_cast<std::size_t>(c)]);
  frame->pts = 0;
  ASSERT_GE(avcodec_send_frame(encoder.get(), frame.get()), 0);
  avcodec_send_frame(encoder.get(), nullptr);
  PacketPtr packet(av_packet_alloc());
  while (avcodec_receive_packet(encoder.get(), packet.get()) >= 0) {
    packet->stream_index = 0;
    av_packet_rescale_ts(packet.get(), encoder->time_base, stream->time_base);
    ASSERT_GE(av_interleaved_write_frame(output, packet.get()), 0);
  }
  ASSERT_GE(av_write_trailer(output), 0);
  avio_closep(&output->pb);
  avformat_free_context(output);
}

class Hdr : public ::testing::Test {
 protected:
  // The one colour of a clip, as decoded, in the order red, green, blue.
  std::array<int, 3> decoded(const ClipOptions& options, const Triple& rgb) {
    write_clip(path_, options, [&](int, int) { return yuv_2020(rgb); });
    auto source = FrameSource::open(path_);
    EXPECT_TRUE(source) << (source ? "" : to_sentence(source.error()));
    remarks_ = source->remarks();
    const auto frame = source->at(0);
    return {frame->bgr.at(60, 30, 2), frame->bgr.at(60, 30, 1), frame->bgr.at(60, 30, 0)};
  }
  int grey(const ClipOptions& options, double code) {
    const auto rgb = decoded(options, {code, code, code});
    EXPECT_NEAR(rgb[0], rgb[1], 1);
    EXPECT_NEAR(rgb[2], rgb[1], 1);
    return rgb[1];
  }
  const ScratchFolder scratch_;
  const fs::path path_ = scratch_.path / "clip.mkv";
  std::vector<std::string> remarks_;
};

TEST_F(Hdr, PqKeepsMidtonesAndRollsHighlightsOff) {
  for (const double nits : {0.0, 1.0, 5.0, 20.0, 60.0, 90.0})
    EXPECT_NEAR(grey({}, pq_code(nits)), sdr_code(nits), 1.6) << nits;
  EXPECT_NE(remarks_.at(0).find("is HDR (PQ, up to 1000 nits)"), std::string::npos) << remarks_[0];
  int last = 0;
  for (const double nits : {100.0, 203.0, 400.0, 700.0, 1000.0}) {
    const int level = grey({}, pq_code(nits));
    EXPECT_GE(level, last + (nits <= 400 ? 5 : 0)) << nits;  // the curve ends flat
    EXPECT_LE(level, sdr_code(std::min(nits, 203.0)) + 1.6) << nits;
    last = level;
  }
  EXPECT_EQ(last, 255);                         // the clip's peak is SDR white
  EXPECT_NEAR(grey({}, pq_code(203)), 226, 6);  // HDR's white stays bright
  EXPECT_EQ(grey({}, pq_code(4000)), 255);
  ClipOptions bright;
  bright.max_light = 4000;
  // A clip with brighter lights keeps room for them. By hand: BT.2390 takes 1000 of 4000 nits to 193 of 203.
  EXPECT_NEAR(grey(bright, pq_code(1000)), sdr_code(193), 1.6);
  EXPECT_EQ(grey(bright, pq_code(4000)), 255);
  ClipOptions untold;
  untold.max_light = 0;
  EXPECT_EQ(grey(untold, pq_code(1000)), 255);
}

TEST_F(Hdr, HlgIsThePqOfTheSameLight) {
  ClipOptions hlg;
  hlg.transfer = AVCOL_TRC_ARIB_STD_B67;
  EXPECT_NEAR(grey(hlg, 0.75), grey({}, pq_code(203)), 1);  // BT.2408: both are reference white
  EXPECT_NEAR(grey(hlg, 0.38), grey({}, pq_code(26)), 3);   // and 18 % grey
  EXPECT_EQ(grey(hlg, 1), 255);
  EXPECT_NE(remarks_.at(0).find("HLG"), std::string::npos);
}

TEST_F(Hdr, WideColoursComeOutAsTheyAre) {
  // Linear BT.709 primaries at 50 nits, told in BT.2020.
  const Triple in_2020[3] = {
      {0.627404, 0.069097, 0.016391}, {0.329283, 0.919540, 0.088013}, {0.043313, 0.011362, 0.895595}};
  for (std::size_t c = 0; c < 3; ++c) {
    Triple code{}, sdr{};
    for (std::size_t i = 0; i < 3; ++i) {
      code[i] = pq_code(50 * in_2020[c][i]);
      sdr[i] = std::pow(in_2020[c][i] * 50 / 203, 1 / 2.4);
    }
    ClipOptions plain;
    plain.transfer = AVCOL_TRC_BT2020_10;
    for (const auto& rgb : {decoded({}, code), decoded(plain, sdr)}) {
      for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(rgb[i], i == c ? sdr_code(50) : 0, i == c ? 2 : 16) << c << i;
    }
    EXPECT_NE(remarks_.at(0).find("BT.2020"), std::string::npos);
  }
}

TEST_F(Hdr, TenBitsGiveMoreLevelsThanEight) {
  ClipOptions sdr;
  sdr.transfer = AVCOL_TRC_BT709;
  sdr.primaries = AVCOL_PRI_BT709;
  sdr.matrix = AVCOL_SPC_BT709;
  write_clip(path_, sdr, [](int x, int y) { return std::array<int, 3>{64 + (y * width + x) % 877, 512, 512}; });
  auto source = FrameSource::open(path_);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->video()->bit_depth, 10);
  EXPECT_TRUE(source->remarks().empty());
  const auto deep = source->deep_at(0);
  ASSERT_TRUE(deep);
  std::set<int> levels;
  for (int x = 0; x < 877; ++x) {
    const int value = deep->bgr.at(x % width, x / width, 1);
    levels.insert(value);
    EXPECT_NEAR(value, 65535.0 * x / 876, 20) << x;  // a quarter of a step of ten bits
  }
  EXPECT_EQ(levels.size(), 877u);
  EXPECT_NEAR(source->at(0)->bgr.at(100, 0, 1), 255.0 * 100 / 876, 0.6);
}

TEST_F(Hdr, TheCodedStreamMayTellToo) {
  ClipOptions hevc;
  hevc.encoder = "libx265";
  hevc.max_light = 0;
  EXPECT_NEAR(grey(hevc, pq_code(60)), sdr_code(60), 2);
}

// What a disc's film tells (a display of P3 with 1,000 nits), through every codec and container that keeps ten bits.
TEST_F(Hdr, WhatTheFilmTellsOfItsLightIsWrittenAndReadAgain) {
  HdrLight light;
  light.primaries = {{{0.68, 0.32}, {0.265, 0.69}, {0.15, 0.06}}};
  light.white = {0.3127, 0.329};
  light.darkest = 0.005;
  light.brightest = 1000;
  light.max_content = 850;
  light.max_average = 320;
  VideoOptions options;
  options.bits = 10;
  options.sound_from.clear();
  take_own_colours(options, {9, 9, 16, false, false}, nullptr);
  EXPECT_EQ(options.light, HdrLight());
  VideoInfo film;
  film.colour = {9, 9, 16, false, false};
  film.light = light;
  VideoInfo sdr = film;
  sdr.colour.transfer = 1;
  take_own_colours(options, film.colour, &sdr);
  EXPECT_EQ(options.light, HdrLight());  // of other colours than those that are written
  take_own_colours(options, film.colour, &film);
  for (const char* name : {"a.mp4", "a.mkv", "a.mov", "prores.mov", "prores.mkv"}) {
    const fs::path path = scratch_.path / name;
    options.codec = name[0] == 'p' ? VideoCodec::prores : VideoCodec::h265;
    int left = 3;
    const auto written = write_video(path, options, [&]() -> Result<std::optional<TimedImage>> {
      if (left-- == 0) return std::optional<TimedImage>();
      return TimedImage{{}, 2 - left, ImageU16(64, 48, 3, 20000)};
    });
    ASSERT_TRUE(written) << written.error().message;
    const auto source = FrameSource::open(path);
    ASSERT_TRUE(source) << name;
    EXPECT_EQ(source->video()->light.max_content, 850) << name;
    EXPECT_EQ(source->video()->light.max_average, 320) << name;
    EXPECT_NEAR(source->video()->light.brightest, 1000, 1e-3) << name;
    EXPECT_NEAR(source->video()->light.darkest, 0.005, 1e-4) << name;
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_NEAR(source->video()->light.primaries[c][0], light.primaries[c][0], 1e-4);
    EXPECT_NEAR(source->video()->light.white[1], 0.329, 1e-4) << name;
  }
}

TEST_F(Hdr, WithoutACardTheProcessorDecodesAndSaysSo) {
  write_clip(path_, {}, [](int, int) { return std::array<int, 3>{300, 512, 512}; });
  DecodeOptions hardware;
  hardware.hardware = true;
  auto source = FrameSource::open(path_, hardware);  // no card decodes FFV1
  ASSERT_TRUE(source);
  EXPECT_NE(source->remarks().back().find("the processor does it"), std::string::npos);
  EXPECT_EQ(source->at(0)->bgr, FrameSource::open(path_)->at(0)->bgr);
}

TEST_F(Hdr, OwnColoursStayAsTheyAreEncodedAtSixteenBitsAlone) {
  write_clip(path_, {}, [](int x, int) { return std::array<int, 3>{64 + 6 * x, 512, 512}; });
  auto plain = FrameSource::open(path_);
  auto own = FrameSource::open(path_, {.own_colours = true});
  ASSERT_TRUE(plain && own);
  EXPECT_EQ(plain->deep_tone_map(), nullptr);
  EXPECT_EQ(plain->deep_colours(), tags_when_decoded(own->deep_colours()));
  EXPECT_EQ(own->deep_colours(), own->video()->colour);
  ASSERT_NE(own->deep_tone_map(), nullptr);
  EXPECT_EQ(plain->at(0)->bgr, own->at(0)->bgr);
  const auto codes = own->deep_at(0);
  ASSERT_TRUE(codes);
  for (int x = 0; x < width; ++x) EXPECT_NEAR(codes->bgr.at(x, 30, 1), 65535.0 * 6 * x / 876, 20);
  // And what a network sees of them is what the other decoder gives.
  ImageF seen = to_float(codes->bgr);
  own->deep_tone_map()->apply(seen);
  EXPECT_EQ(to_u16_rounded(seen), plain->deep_at(0)->bgr);
  EXPECT_NE(own->remarks().at(0).find("keep their own colours"), std::string::npos);
}

// ITU-R BT.2408: SDR's white is at 203 nits, which is a PQ code of 58 % and an HLG signal of 75 %.
TEST(SdrInPlate, WhiteIsAt203NitsAndColoursStay) {
  const auto code_of = [](int transfer, int primaries, float b, float g, float r) {
    ImageF one(1, 1, 3);
    one.data = {b, g, r};
    SdrInPlate({9, primaries, transfer, false, false}).to_codes(one);
    return one.data;
  };
  EXPECT_NEAR(code_of(16, 9, 1, 1, 1)[1], 0.5807, 1e-3);
  EXPECT_NEAR(code_of(16, 9, 1, 1, 1)[2], pq_code(203), 1e-4);
  EXPECT_NEAR(code_of(18, 9, 1, 1, 1)[1], 0.75, 2e-3);
  EXPECT_NEAR(code_of(14, 9, 0.4F, 0.4F, 0.4F)[0], 0.4, 1e-4);  // SDR in BT.2020: greys are the same
  const double half = 203 * std::pow(0.5, 2.4);
  EXPECT_NEAR(code_of(16, 9, 0.5F, 0.5F, 0.5F)[0], pq_code(half), 1e-4);
  // Red of BT.709 at 203 nits, in BT.2020 and in BT.709's own primaries.
  EXPECT_NEAR(code_of(16, 9, 0, 0, 1)[2], pq_code(203 * 0.627404), 1e-4);
  EXPECT_NEAR(code_of(16, 9, 0, 0, 1)[0], pq_code(203 * 0.016391), 1e-4);
  EXPECT_NEAR(code_of(16, 1, 0, 0, 1)[2], pq_code(203), 1e-4);
}

TEST(SdrInPlate, GoesThereAndBackAndAgreesWithTheToneMap) {
  for (const int transfer : {16, 18, 14}) {
    const ColourTags tags{9, 9, transfer, false, false};
    const SdrInPlate plate(tags);
    ImageF picture(6, 6, 3);
    for (std::size_t i = 0; i < picture.data.size(); ++i)
      picture.data[i] = 0.1F + 0.5F * static_cast<float>((i * 37) % 108) / 108;
    ImageF codes = picture;
    plate.to_codes(codes);
    ImageF back = codes;
    plate.to_sdr(back);
    for (std::size_t i = 0; i < picture.data.size(); ++i) ASSERT_NEAR(back.data[i], picture.data[i], 2e-4) << transfer;
    // Below the roll-off the tone map is the way back too.
    ToneMap(tags, 0).apply(codes);
    for (std::size_t i = 0; i < picture.data.size(); ++i) ASSERT_NEAR(codes.data[i], picture.data[i], 4e-3) << transfer;
  }
}

TEST(PngColours, ArePicturesInSdrUnlessAskedForAsEncoded) {
  const ScratchFolder scratch;
  ImageU16 codes(4, 4, 3);
  for (auto& v : codes.data) v = static_cast<std::uint16_t>(std::lround(65535 * pq_code(60)));
  const auto png = encode_png(codes);
  ASSERT_TRUE(png);
  const fs::path file = scratch.path / "a.png";
  ASSERT_TRUE(write_file(file, with_colours(*png, {9, 16, 1000})));
  EXPECT_EQ(*read_picture_as_encoded(file), codes);
  EXPECT_NEAR(read_picture<std::uint8_t>(file)->data[0], sdr_code(60), 1.6);
  EXPECT_NEAR(read_picture<std::uint16_t>(file)->data[0] / 257.0, sdr_code(60), 1.6);
  auto source = FrameSource::open(scratch.path, {.own_colours = true});
  ASSERT_TRUE(source);
  EXPECT_EQ(source->deep_at(0)->bgr, codes);
  EXPECT_EQ(source->deep_colours().transfer, 16);
  ASSERT_TRUE(write_file(file, *png));
  EXPECT_FALSE(picture_colours(file));
  EXPECT_EQ(*read_picture<std::uint16_t>(file), codes);
}

TEST(PngColours, OfOnePictureAmongOthersAreTheFirstOnes) {
  const ScratchFolder scratch;
  const auto put = [&](const char* name, double code, std::optional<PngColour> colours) {
    ImageU16 grey(4, 4, 3);
    for (auto& v : grey.data) v = static_cast<std::uint16_t>(std::lround(65535 * code));
    const auto png = encode_png(grey);
    ASSERT_TRUE(png && write_file(scratch.path / name, colours ? with_colours(*png, *colours) : *png));
  };
  put("1.png", pq_code(60), PngColour{9, 16, 1000});
  put("2.png", sdr_code(60) / 255, {});
  put("3.png", 0.5, PngColour{9, 18, 0});
  put("4.png", pq_code(50), PngColour{9, 16, 4000});  // brighter somewhere, but of the same codes
  auto source = FrameSource::open(scratch.path, {.own_colours = true});
  ASSERT_TRUE(source);
  const auto code_in = [&](std::int64_t index) {
    const auto frame = source->deep_at(index);
    return frame ? frame->bgr.data[0] / 65535.0 : -1;
  };
  EXPECT_NEAR(code_in(0), pq_code(60), 1e-4);
  EXPECT_NEAR(code_in(1), pq_code(60), 1e-3);
  EXPECT_NEAR(code_in(3), pq_code(50), 1e-4);
  const auto other = source->deep_at(2);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("3.png"), std::string::npos) << other.error().message;
}

TEST(ToneMapTags, WhatIsDecodedIsTaggedAsSdr) {
  const ColourTags hdr{9, 9, 16, false, false};
  EXPECT_TRUE(needs_tone_map(hdr));
  EXPECT_FALSE(needs_tone_map(tags_when_decoded(hdr)));
  const ColourTags sdr{6, 6, 6, false, false};
  EXPECT_EQ(tags_when_decoded(sdr), sdr);
}

}  // namespace
}  // namespace understudy::media
