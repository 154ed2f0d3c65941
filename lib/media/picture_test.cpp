// SPDX-License-Identifier: Apache-2.0
#include "lib/media/picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/depth.hpp"
#include "lib/image/exif.hpp"
#include "lib/image/png_colour.hpp"
#include "lib/media/ffmpeg.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/output.hpp"
#include "lib/media/tiff_fake.hpp"

namespace understudy::media {
namespace {

// 48 x 32, dark, with a bright top left.
ImageU8 corner() {
  ImageU8 bgr(48, 32, 3, 30);
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 16; ++x)
      for (int c = 0; c < 3; ++c) bgr.at(x, y, c) = 220;
  return bgr;
}

// What a viewer sees of a picture stored as corner() when it is to be turned a quarter clockwise (EXIF's 6).
void expect_turned(const Result<ImageU8>& image, const char* name) {
  ASSERT_TRUE(image) << name << to_sentence(image.error());
  ASSERT_EQ(image->width, 32) << name;
  ASSERT_EQ(image->height, 48) << name;
  EXPECT_GT(image->at(28, 4, 1), 180) << name;
  EXPECT_LT(image->at(4, 4, 1), 70) << name;
  EXPECT_LT(image->at(28, 40, 1), 70) << name;
}

FramePtr blank_frame(AVPixelFormat format, int width, int height) {
  FramePtr frame(av_frame_alloc());
  frame->width = width;
  frame->height = height;
  frame->format = format;
  av_frame_get_buffer(frame.get(), 0);
  frame->pts = 0;
  return frame;
}

// One picture by an encoder and a container of FFmpeg; false when it has none.
bool write_frame(const fs::path& path, AVCodecID id, const AVFrame& frame) {
  const AVCodec* codec = avcodec_find_encoder(id);
  auto output = open_output(path, path);
  if (!codec || !output) return false;
  CodecPtr encoder(avcodec_alloc_context3(codec));
  encoder->width = frame.width;
  encoder->height = frame.height;
  encoder->pix_fmt = static_cast<AVPixelFormat>(frame.format);
  encoder->time_base = {1, 25};
  if ((*output)->oformat->flags & AVFMT_GLOBALHEADER) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (avcodec_open2(encoder.get(), codec, nullptr) < 0) return false;
  AVStream* stream = avformat_new_stream(output->get(), nullptr);
  avcodec_parameters_from_context(stream->codecpar, encoder.get());
  if (avformat_write_header(output->get(), nullptr) < 0) return false;
  avcodec_send_frame(encoder.get(), &frame);
  avcodec_send_frame(encoder.get(), nullptr);
  PacketPtr packet(av_packet_alloc());
  while (avcodec_receive_packet(encoder.get(), packet.get()) >= 0) {
    packet->stream_index = 0;
    if (av_write_frame(output->get(), packet.get()) < 0) return false;
  }
  return finish_output(**output, path).has_value();
}

bool write_by_ffmpeg(const fs::path& path, AVCodecID id, AVPixelFormat format, const ImageU8& bgr) {
  const FramePtr frame = blank_frame(format, bgr.width, bgr.height);
  const SwsPtr scaler(sws_getContext(bgr.width, bgr.height, AV_PIX_FMT_BGR24, bgr.width, bgr.height, format,
                                     SWS_BILINEAR, nullptr, nullptr, nullptr));
  const std::uint8_t* planes[4] = {bgr.data.data()};
  const int strides[4] = {bgr.width * 3};
  sws_scale(scaler.get(), planes, strides, 0, bgr.height, frame->data, frame->linesize);
  return write_frame(path, id, *frame);
}

class Picture : public ::testing::Test {
 protected:
  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
};

TEST_F(Picture, ManyKindsAreRead) {
  struct Kind {
    const char* name;
    AVCodecID id;
    AVPixelFormat format;
  };
  int read = 0;
  for (const auto& [name, id, format] :
       {Kind{"a.webp", AV_CODEC_ID_WEBP, AV_PIX_FMT_YUV420P}, Kind{"b.tif", AV_CODEC_ID_TIFF, AV_PIX_FMT_RGB24},
        Kind{"c.tiff", AV_CODEC_ID_TIFF, AV_PIX_FMT_RGB48LE}, Kind{"d.bmp", AV_CODEC_ID_BMP, AV_PIX_FMT_BGR24},
        Kind{"e.gif", AV_CODEC_ID_GIF, AV_PIX_FMT_BGR8}, Kind{"f.jp2", AV_CODEC_ID_JPEG2000, AV_PIX_FMT_RGB24},
        Kind{"g.avif", AV_CODEC_ID_AV1, AV_PIX_FMT_YUV420P}}) {
    if (!write_by_ffmpeg(folder_ / name, id, format, corner())) {
      std::printf("This FFmpeg cannot write %s: left out\n", name);
      fs::remove(folder_ / name);
      continue;
    }
    const auto image = read_picture<std::uint8_t>(folder_ / name);
    ASSERT_TRUE(image) << name << to_sentence(image.error());
    ASSERT_EQ(image->width, 48) << name;
    EXPECT_NEAR(image->at(8, 8, 1), 220, 14) << name;
    EXPECT_NEAR(image->at(40, 24, 1), 30, 14) << name;
    EXPECT_NEAR(read_picture<std::uint16_t>(folder_ / name)->at(8, 8, 1), 220 * 257, 14 * 257) << name;
    EXPECT_EQ(is_picture_file(folder_ / name), std::string_view(name) != "e.gif") << name;
    ++read;
  }
  ASSERT_GE(read, 4);
  ASSERT_TRUE(write_image(folder_ / "h.jpg", corner()));
  fs::copy_file(folder_ / "h.jpg", folder_ / "i.jfif");
  ASSERT_TRUE(write_text(folder_ / "c.heic", "?"));
  ASSERT_TRUE(write_text(folder_ / "._a.webp", "another system's leaf"));
  auto source = FrameSource::open(folder_);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->count(), read + 2);
  for (std::int64_t i = 0; i < source->count(); ++i) EXPECT_TRUE(source->at(i)) << source->name(i);
  ASSERT_EQ(source->remarks().size(), 1u);
  EXPECT_NE(source->remarks()[0].find("c.heic"), std::string::npos);
}

// Pictures have no narrow range as video has: their files do not even say which it is.
TEST_F(Picture, GreyPicturesKeepTheirTones) {
  int read = 0;
  struct Kind {
    const char* name;
    AVCodecID id;
    AVPixelFormat format;
  };
  for (const auto& [name, id, format] :
       {Kind{"a.tif", AV_CODEC_ID_TIFF, AV_PIX_FMT_GRAY8}, Kind{"b.tif", AV_CODEC_ID_TIFF, AV_PIX_FMT_GRAY16LE},
        Kind{"c.jp2", AV_CODEC_ID_JPEG2000, AV_PIX_FMT_GRAY8}}) {
    const FramePtr frame = blank_frame(format, 64, 32);
    const std::size_t bytes = format == AV_PIX_FMT_GRAY8 ? 1 : 2;
    for (std::size_t y = 0; y < 32; ++y)
      for (std::size_t x = 0; x < 64 * bytes; ++x)
        frame->data[0][y * static_cast<std::size_t>(frame->linesize[0]) + x] = static_cast<std::uint8_t>(x / bytes * 4);
    if (!write_frame(folder_ / name, id, *frame)) continue;
    const auto eight = read_picture<std::uint8_t>(folder_ / name);
    const auto sixteen = read_picture<std::uint16_t>(folder_ / name);
    ASSERT_TRUE(eight && sixteen) << name;
    for (const int x : {0, 3, 30, 63}) {
      for (int c = 0; c < 3; ++c) {
        EXPECT_NEAR(eight->at(x, 10, c), x * 4, 2) << name << bytes;
        EXPECT_NEAR(sixteen->at(x, 10, c), x * 4 * 257, 2 * 257) << name << bytes;
      }
    }
    ++read;
  }
  EXPECT_GE(read, 2);
}

TEST_F(Picture, AFolderOfNothingThatCanBeReadNamesIt) {
  ASSERT_TRUE(write_text(folder_ / "IMG_1.HEIC", "?"));
  const auto source = FrameSource::open(folder_);
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().message.find("IMG_1.HEIC"), std::string::npos);
}

TEST_F(Picture, ASinglePictureIsAClipOfOneFrame) {
  ASSERT_TRUE(write_image(folder_ / "one.jpg", corner()));
  auto source = FrameSource::open(folder_ / "one.jpg");
  ASSERT_TRUE(source) << to_sentence(source.error());
  EXPECT_FALSE(source->is_video());
  ASSERT_EQ(source->count(), 1);
  EXPECT_EQ(source->name(0), "one.jpg");
  EXPECT_EQ(source->image_file(0), folder_ / "one.jpg");
  EXPECT_NEAR(source->at(0)->bgr.at(8, 8), 220, 4);
}

// EXIF with nothing but an orientation of 6, in big endian.
const std::vector<std::uint8_t> exif_6{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0,
                                       3,   0,   0, 0,  1, 0, 6, 0, 0, 0, 0, 0,    0};

std::uint32_t png_checksum(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = ~std::uint32_t{0};
  for (const auto byte : bytes) {
    sum ^= byte;
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum;
}

TEST_F(Picture, WhatIsStoredTurnedIsUpright) {
  // JPEG: an APP1 segment behind the APP0 of 20 bytes.
  Bytes jpeg = *encode_jpeg(corner());
  Bytes app1{0xff, 0xe1, 0, static_cast<std::uint8_t>(8 + exif_6.size()), 'E', 'x', 'i', 'f', 0, 0};
  app1.insert(app1.end(), exif_6.begin(), exif_6.end());
  jpeg.insert(jpeg.begin() + 20, app1.begin(), app1.end());
  ASSERT_TRUE(write_file(folder_ / "a.jpg", jpeg));
  expect_turned(read_picture<std::uint8_t>(folder_ / "a.jpg"), "jpg");
  // PNG: a chunk behind the head of 8 + 25 bytes.
  Bytes png = *encode_png(corner());
  Bytes chunk{'e', 'X', 'I', 'f'};
  chunk.insert(chunk.end(), exif_6.begin(), exif_6.end());
  const auto sum = png_checksum(chunk);
  chunk.insert(chunk.begin(), {0, 0, 0, static_cast<std::uint8_t>(exif_6.size())});
  for (int b = 0; b < 4; ++b) chunk.push_back(static_cast<std::uint8_t>(sum >> 8 * (3 - b)));
  png.insert(png.begin() + 33, chunk.begin(), chunk.end());
  ASSERT_TRUE(write_file(folder_ / "a.png", png));
  expect_turned(read_picture<std::uint8_t>(folder_ / "a.png"), "png");
  EXPECT_EQ(read_picture<std::uint16_t>(folder_ / "a.png")->width, 32);
  // And one in its own colours, read in these.
  Bytes deep = *encode_png(to_sixteen_bits(corner()));
  deep.insert(deep.begin() + 33, chunk.begin(), chunk.end());
  ASSERT_TRUE(write_file(folder_ / "pq.png", with_colours(deep, {9, 16, 1000})));
  EXPECT_EQ(read_picture<std::uint16_t>(folder_ / "pq.png")->width, 32);
  const auto codes = read_picture_as_encoded(folder_ / "pq.png");
  ASSERT_TRUE(codes) << to_sentence(codes.error());
  expect_turned(to_eight_bits(*codes), "pq.png");
  // WebP: a chunk at the end.
  if (write_by_ffmpeg(folder_ / "a.webp", AV_CODEC_ID_WEBP, AV_PIX_FMT_YUV420P, corner())) {
    Bytes webp = *read_file(folder_ / "a.webp");
    webp.insert(webp.end(), {'E', 'X', 'I', 'F', static_cast<std::uint8_t>(exif_6.size()), 0, 0, 0});
    webp.insert(webp.end(), exif_6.begin(), exif_6.end());
    const std::size_t size = webp.size() - 8;
    for (std::size_t b = 0; b < 4; ++b) webp[4 + b] = static_cast<std::uint8_t>(size >> 8 * b);
    ASSERT_TRUE(write_file(folder_ / "a.webp", webp));
    expect_turned(read_picture<std::uint8_t>(folder_ / "a.webp"), "webp");
  }
}

// A TIFF of one uncompressed strip (TIFF 6.0).
TEST_F(Picture, ATurnedTiffIsUpright) {
  const ImageU8 bgr = corner();
  Bytes tiff = tiff_head(48, 32, 8, 6);
  for (std::size_t i = 0; i < bgr.data.size(); i += 3)
    tiff.insert(tiff.end(), {bgr.data[i + 2], bgr.data[i + 1], bgr.data[i]});
  ASSERT_TRUE(write_file(folder_ / "a.tif", tiff));
  EXPECT_EQ(exif_orientation(tiff), 6);
  expect_turned(read_picture<std::uint8_t>(folder_ / "a.tif"), "tif");
}

// A box of ISO/IEC 14496-12: its size in four bytes, its name, its content.
std::size_t box_at(const Bytes& file, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::search(file, name).begin() - file.begin()) - 4;
}
std::uint32_t number_at(const Bytes& file, std::size_t at) {
  return std::uint32_t{file[at]} << 24 | std::uint32_t{file[at + 1]} << 16 | std::uint32_t{file[at + 2]} << 8 |
         file[at + 3];
}
void add_to(Bytes& file, std::size_t at, std::size_t more) {
  const auto sum = number_at(file, at) + static_cast<std::uint32_t>(more);
  for (std::size_t b = 0; b < 4; ++b) file[at + b] = static_cast<std::uint8_t>(sum >> 8 * (3 - b));
}

// The AVIF with one more property of its picture, as an encoder would write it: in 'ipco', named by 'ipma', and the
// picture's place in 'iloc' moved on. FFmpeg writes one item, with places of four bytes.
void add_property(Bytes& avif, std::string_view name, std::uint8_t value) {
  const std::size_t properties = box_at(avif, "ipco");
  std::uint8_t number = 1;
  for (std::size_t at = properties + 8; at < properties + number_at(avif, properties); at += number_at(avif, at))
    ++number;
  Bytes box{0, 0, 0, 9};
  box.insert(box.end(), name.begin(), name.end());
  box.push_back(value);
  const std::size_t named = box_at(avif, "ipma"), named_end = named + number_at(avif, named);
  const std::size_t properties_end = properties + number_at(avif, properties);
  ASSERT_GE(named, properties_end);
  avif.insert(avif.begin() + static_cast<std::ptrdiff_t>(named_end), number | 0x80);  // essential
  ++avif[named + 18];  // behind the head of 12, the count of items and the first one's number: how many it has
  add_to(avif, named, 1);
  avif.insert(avif.begin() + static_cast<std::ptrdiff_t>(properties_end), box.begin(), box.end());
  add_to(avif, properties, 9);
  for (const char* around : {"iprp", "meta"}) add_to(avif, box_at(avif, around), 10);
  add_to(avif, box_at(avif, "iloc") + 22, 10);
}

// Where the bright corner of corner() is seen, and how wide the picture.
struct Seen {
  bool right, bottom, turned;
  bool operator==(const Seen&) const = default;
};
Seen seen_in(const ImageU8& image) {
  Seen seen{false, false, image.width < image.height};
  int bright = 0;
  for (const bool right : {false, true}) {
    for (const bool bottom : {false, true}) {
      if (image.at(right ? image.width - 5 : 4, bottom ? image.height - 5 : 4, 1) < 130) continue;
      seen.right = right;
      seen.bottom = bottom;
      ++bright;
    }
  }
  EXPECT_EQ(bright, 1);
  return seen;
}

// The eight ways of EXIF as AVIF says them (ISO/IEC 23008-12 6.5.10 and 6.5.12; libavif converts by the same table),
// -1: without that property. EXIF itself, which viewers do not heed in an AVIF, turns nothing.
TEST_F(Picture, AnAvifIsTurnedByItsPropertiesAndNotByExif) {
  if (!write_by_ffmpeg(folder_ / "plain.avif", AV_CODEC_ID_AV1, AV_PIX_FMT_YUV420P, corner()))
    GTEST_SKIP() << "This FFmpeg cannot write AVIF";
  const Bytes plain = *read_file(folder_ / "plain.avif");
  struct Way {
    int turn, mirror;
    Seen seen;
  };
  for (const auto& [turn, mirror, expected] :
       {Way{-1, -1, {false, false, false}}, Way{-1, 1, {true, false, false}}, Way{2, -1, {true, true, false}},
        Way{-1, 0, {false, true, false}}, Way{1, 0, {false, false, true}}, Way{3, -1, {true, false, true}},
        Way{3, 0, {true, true, true}}, Way{1, -1, {false, true, true}}}) {
    SCOPED_TRACE(fmt::format("irot {}, imir {}", turn, mirror));
    Bytes avif = plain;
    if (turn >= 0) add_property(avif, "irot", static_cast<std::uint8_t>(turn));
    if (mirror >= 0) add_property(avif, "imir", static_cast<std::uint8_t>(mirror));
    avif.insert(avif.end(), {0, 0, 0, static_cast<std::uint8_t>(8 + exif_6.size()), 'E', 'x', 'i', 'f'});
    avif.insert(avif.end(), exif_6.begin(), exif_6.end());
    ASSERT_TRUE(write_file(folder_ / "a.avif", avif));
    const auto image = read_picture<std::uint8_t>(folder_ / "a.avif");
    ASSERT_TRUE(image) << to_sentence(image.error());
    EXPECT_EQ(seen_in(*image), expected);
    const auto deep = read_picture<std::uint16_t>(folder_ / "a.avif");
    ASSERT_TRUE(deep);
    EXPECT_EQ(deep->width < deep->height, expected.turned);
  }
}

TEST_F(Picture, DamageIsAnErrorThatNamesTheFile) {
  Bytes jpeg = *encode_jpeg(corner());
  jpeg.resize(jpeg.size() / 2);
  ASSERT_TRUE(write_file(folder_ / "cut.jpg", jpeg));
  ASSERT_TRUE(write_text(folder_ / "text.webp", "no picture"));
  ASSERT_TRUE(write_text(folder_ / "empty.tif", ""));
  for (const char* name : {"cut.jpg", "text.webp", "empty.tif"}) {
    const auto image = read_picture<std::uint8_t>(folder_ / name);
    ASSERT_FALSE(image) << name;
    EXPECT_NE(to_sentence(image.error()).find(name), std::string::npos);
  }
}

TEST(Exif, AnyBytesGiveAnOrientation) {
  std::vector<std::uint8_t> tiff = exif_6;
  EXPECT_EQ(exif_orientation(tiff), 6);
  for (std::size_t i = 0; i < tiff.size(); ++i) {
    for (const int value : {0, 1, 0x7f, 0xff}) {
      auto changed = tiff;
      changed[i] = static_cast<std::uint8_t>(value);
      const int found = exif_orientation(changed);
      EXPECT_TRUE(found >= 1 && found <= 8);
    }
    EXPECT_LE(exif_orientation(std::span(tiff).first(i)), 8);
  }
}

}  // namespace
}  // namespace understudy::media
