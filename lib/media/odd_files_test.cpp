// SPDX-License-Identifier: Apache-2.0
// Files as users have them: cut, joined, interlaced, in containers that do not take their sound.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "lib/base/scratch_folder.hpp"
#include "lib/media/clip_fake.hpp"
#include "lib/media/cut.hpp"
#include "lib/media/ffmpeg.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/frame_times.hpp"
#include "lib/media/output.hpp"

namespace understudy::media {
namespace {

// Frames of noise or stripes, and sound, by any encoder of FFmpeg.
struct Encoding {
  AVCodecID video = AV_CODEC_ID_MPEG2VIDEO, sound = AV_CODEC_ID_NONE;
  bool interlaced = false;
  int b_frames = 0;
  std::function<int(int frame, int x, int y)> luma = [](int, int x, int) { return x; };
  // Of the samples from number `at` on, in 1/48000 s. A burst of noise is heard at `burst`, in samples of 16 bits.
  std::function<int(int at)> sound_time = [](int at) { return at; };
  int burst = -1;
};

void send(AVFormatContext& output, AVCodecContext& encoder, AVStream& stream, const AVFrame* frame) {
  ASSERT_GE(avcodec_send_frame(&encoder, frame), 0);
  PacketPtr packet(av_packet_alloc());
  while (avcodec_receive_packet(&encoder, packet.get()) >= 0) {
    packet->stream_index = stream.index;
    av_packet_rescale_ts(packet.get(), encoder.time_base, stream.time_base);
    ASSERT_GE(av_interleaved_write_frame(&output, packet.get()), 0);
  }
}

CodecPtr opened(AVFormatContext& output, AVCodecID id, const std::function<void(AVCodecContext&)>& set) {
  const AVCodec* codec = avcodec_find_encoder(id);
  CodecPtr encoder(codec ? avcodec_alloc_context3(codec) : nullptr);
  if (!encoder) return {};
  set(*encoder);
  encoder->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  if (output.oformat->flags & AVFMT_GLOBALHEADER) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (avcodec_open2(encoder.get(), codec, nullptr) < 0) return {};
  AVStream* stream = avformat_new_stream(&output, nullptr);
  avcodec_parameters_from_context(stream->codecpar, encoder.get());
  stream->time_base = encoder->time_base;
  return encoder;
}

void put_sound(AVFormatContext& output, AVCodecContext& encoder, AVStream& stream, int samples,
               const Encoding& wanted) {
  const int block = encoder.frame_size > 0 ? encoder.frame_size : 1024;
  for (int at = 0; at < samples; at += block) {
    FramePtr frame(av_frame_alloc());
    frame->nb_samples = block;
    frame->format = encoder.sample_fmt;
    frame->sample_rate = encoder.sample_rate;
    av_channel_layout_copy(&frame->ch_layout, &encoder.ch_layout);
    ASSERT_GE(av_frame_get_buffer(frame.get(), 0), 0);
    av_samples_set_silence(frame->extended_data, 0, block, encoder.ch_layout.nb_channels, encoder.sample_fmt);
    frame->pts = wanted.sound_time(at);
    for (int i = 0; wanted.burst >= 0 && i < block; ++i) {
      auto* pair = reinterpret_cast<std::int16_t*>(frame->data[0]) + 2 * i;
      const bool loud = frame->pts + i >= wanted.burst && frame->pts + i < wanted.burst + 4800;
      pair[0] = pair[1] = static_cast<std::int16_t>(loud ? (i % 20 < 10 ? 20000 : -20000) : 0);
    }
    send(output, encoder, stream, frame.get());
  }
  send(output, encoder, stream, nullptr);
}

// False when this FFmpeg lacks an encoder.
bool encode(const fs::path& path, const Encoding& wanted, int count) {
  auto output = open_output(path, path);
  if (!output) return false;
  const auto video = opened(**output, wanted.video, [&](AVCodecContext& e) {
    e.width = 128;
    e.height = 96;
    e.pix_fmt = wanted.video == AV_CODEC_ID_MJPEG ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
    e.time_base = {1, 25};
    e.framerate = {25, 1};
    e.bit_rate = 4000000;
    e.gop_size = 5;
    e.max_b_frames = wanted.b_frames;
    if (wanted.interlaced) e.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
    if (wanted.interlaced) e.field_order = AV_FIELD_TT;
  });
  CodecPtr sound;
  if (wanted.sound != AV_CODEC_ID_NONE) {
    sound = opened(**output, wanted.sound, [&](AVCodecContext& e) {
      e.sample_fmt = avcodec_find_encoder(wanted.sound)->sample_fmts[0];
      e.sample_rate = 48000;
      e.time_base = {1, 48000};
      av_channel_layout_default(&e.ch_layout, 2);
    });
    if (!sound) return false;
  }
  if (!video || !write_header(**output, path)) return false;
  for (int i = 0; i < count; ++i) {
    FramePtr frame(av_frame_alloc());
    frame->width = 128;
    frame->height = 96;
    frame->format = video->pix_fmt;
    av_frame_get_buffer(frame.get(), 0);
    for (int y = 0; y < 96; ++y)
      for (int x = 0; x < 128; ++x)
        frame->data[0][y * frame->linesize[0] + x] = static_cast<std::uint8_t>(wanted.luma(i, x, y));
    for (int plane = 1; plane < 3; ++plane)
      for (int y = 0; y < 48; ++y) std::fill_n(frame->data[plane] + y * frame->linesize[plane], 64, std::uint8_t{128});
    frame->interlaced_frame = wanted.interlaced;
    frame->top_field_first = wanted.interlaced;
    frame->pts = i;
    send(**output, *video, *(*output)->streams[0], frame.get());
  }
  send(**output, *video, *(*output)->streams[0], nullptr);
  if (sound) put_sound(**output, *sound, *(*output)->streams[1], 48000 * count / 25, wanted);
  return finish_output(**output, path).has_value();
}

class OddFiles : public ::testing::Test {
 protected:
  static constexpr int frames = 60;
  // 60 frames at 30 a second, each a grey of its own, with two seconds of sound.
  void SetUp() override {
    ASSERT_TRUE(write_tone(folder_ / "s.wav", 2));
    VideoOptions options;
    options.preset = "ultrafast";
    options.time_base = {1, 30};
    options.frame_rate = {30, 1};
    options.sound_from = folder_ / "s.wav";
    options.threads = 1;
    std::vector<GreyFrame> greys;
    for (int i = 0; i < frames; ++i) greys.push_back({20 + 3 * i, i});
    const auto written = write_greys(clip_, options, 64, 48, greys);
    ASSERT_TRUE(written) << to_sentence(written.error());
  }
  // The same streams in another container.
  fs::path remuxed(const char* name) {
    const auto cut = copy_part(clip_, folder_ / name, 0, 1e6, true, 0);
    EXPECT_TRUE(cut) << to_sentence(cut.error());
    return folder_ / name;
  }
  static int grey_of(const Frame& frame) { return frame.bgr.at(32, 24, 1); }
  static bool tells(const FrameSource& source, std::string_view what) {
    for (const auto& remark : source.remarks())
      if (remark.find(what) != std::string::npos) return true;
    return false;
  }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path, clip_ = folder_ / "a.mp4";
};

TEST_F(OddFiles, AnEditListShowsTheFramesThatPlayersShow) {
  auto file = *read_text(clip_);
  const auto list = file.find("elst");  // the picture track's comes first
  ASSERT_NE(list, std::string::npos);
  const std::uint32_t milliseconds = 1000;
  for (int b = 0; b < 4; ++b) file[list + 12 + b] = static_cast<char>(milliseconds >> 8 * (3 - b));
  ASSERT_TRUE(write_text(folder_ / "trim.mp4", file));
  auto source = FrameSource::open(folder_ / "trim.mp4");
  ASSERT_TRUE(source) << to_sentence(source.error());
  ASSERT_EQ(source->count(), 30);
  for (const int i : {0, 29, 15, 1}) EXPECT_NEAR(grey_of(*source->at(i)), 20 + 3 * i, 3) << i;
}

TEST_F(OddFiles, EveryContainerHasAllFrames) {
  for (const char* name : {"b.mkv", "b.ts", "b.mov", "b.flv", "b.nut"}) {
    auto source = FrameSource::open(remuxed(name));
    ASSERT_TRUE(source) << name << to_sentence(source.error());
    ASSERT_EQ(source->count(), frames) << name;
    EXPECT_NEAR(source->video()->duration, 2, 0.05) << name;
    for (const int i : {0, 59, 7, 30}) EXPECT_NEAR(grey_of(*source->at(i)), 20 + 3 * i, 3) << name << i;
    for (const auto& remark : source->remarks()) EXPECT_EQ(remark.find("cut short"), std::string::npos) << remark;
  }
}

// AVI tells no times of frames, and its head counts ticks.
TEST_F(OddFiles, AviHasAllFrames) {
  for (const auto id : {AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MJPEG}) {
    Encoding wanted;
    wanted.video = id;
    wanted.sound = AV_CODEC_ID_MP3;
    wanted.b_frames = id == AV_CODEC_ID_MJPEG ? 0 : 2;
    wanted.luma = [](int frame, int, int) { return 20 + 3 * frame; };
    const auto path = folder_ / fmt::format("{}.avi", avcodec_get_name(id));
    if (!encode(path, wanted, frames)) {
      std::printf("This FFmpeg cannot write %s: left out\n", avcodec_get_name(id));
      continue;
    }
    auto source = FrameSource::open(path);
    ASSERT_TRUE(source) << to_sentence(source.error());
    ASSERT_EQ(source->count(), frames) << path;
    std::vector<int> greys;
    for (int i = 0; i < frames; ++i) greys.push_back(grey_of(*source->at(i)));
    EXPECT_TRUE(std::ranges::is_sorted(greys)) << path;
    const auto whole = *read_text(path);
    ASSERT_TRUE(write_text(path, whole.substr(0, whole.size() * 6 / 10)));
    source = FrameSource::open(path);
    ASSERT_TRUE(source) << to_sentence(source.error());
    EXPECT_TRUE(tells(*source, "is cut short"));
    EXPECT_LT(source->count(), frames);
    EXPECT_GT(source->count(), frames / 4);
  }
}

// In a time base as coarse as its frames a time in seconds falls short of many of them.
TEST_F(OddFiles, ACopiedPartBeginsWithTimeZero) {
  ASSERT_TRUE(encode(folder_ / "m.avi", {.video = AV_CODEC_ID_MJPEG}, frames));
  ASSERT_TRUE(copy_part(folder_ / "m.avi", folder_ / "part.mkv", 29 / 25.0, 1e6, false, 0));
  const auto part = probe(folder_ / "part.mkv");
  ASSERT_TRUE(part) << to_sentence(part.error());
  EXPECT_EQ(part->ticks.front(), 0);
  EXPECT_EQ(part->count(), frames - 29);
}

// The last packet of a file that is cut short is called damaged: whoever counts frames by decoding them and whoever
// reads them must both take it or pass it over.
TEST_F(OddFiles, WhatIsCountedByDecodingCanBeRead) {
  for (const auto id : {AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4, AV_CODEC_ID_VP8}) {
    Encoding wanted;
    wanted.video = id;
    wanted.b_frames = 2;
    wanted.luma = [](int frame, int x, int y) { return 20 + 3 * frame + (x * y) % 7; };
    const auto path = folder_ / fmt::format("{}-short.avi", avcodec_get_name(id));
    if (!encode(path, wanted, frames)) {
      std::printf("This FFmpeg cannot write %s: left out\n", avcodec_get_name(id));
      continue;
    }
    fs::resize_file(path, fs::file_size(path) * 6 / 10);
    auto source = FrameSource::open(path);
    ASSERT_TRUE(source) << to_sentence(source.error());
    EXPECT_GT(source->count(), frames / 4);
    for (std::int64_t i = 0; i < source->count(); ++i) EXPECT_TRUE(source->at(i)) << path << " " << i;
  }
}

TEST_F(OddFiles, WhatIsCutShortSaysSo) {
  for (const char* name : {"b.mkv"}) {
    const auto whole = *read_text(remuxed(name));
    const auto half = folder_ / (std::string("half-") + name);
    ASSERT_TRUE(write_text(half, whole.substr(0, whole.size() * 6 / 10)));
    auto source = FrameSource::open(half);
    ASSERT_TRUE(source) << name << to_sentence(source.error());
    EXPECT_LT(source->count(), frames);
    EXPECT_GT(source->count(), frames / 4);
    EXPECT_TRUE(tells(*source, "is cut short")) << name;
    for (std::int64_t i = 0; i < source->count() - 1; ++i) EXPECT_NEAR(grey_of(*source->at(i)), 20 + 3 * i, 3) << i;
  }
}

TEST_F(OddFiles, JoinedStreamsAreOneClip) {
  const auto part = *read_text(remuxed("b.ts"));
  ASSERT_TRUE(write_text(folder_ / "joined.ts", part + part + part));
  auto source = FrameSource::open(folder_ / "joined.ts");
  ASSERT_TRUE(source) << to_sentence(source.error());
  ASSERT_EQ(source->count(), 3 * frames);
  EXPECT_TRUE(tells(*source, "begin anew"));
  EXPECT_NEAR(source->video()->duration, 6, 0.2);
  for (int i = 0; i < 3 * frames; ++i) {
    const auto frame = source->next();
    ASSERT_TRUE(frame && *frame) << i;
    EXPECT_NEAR(grey_of(**frame), 20 + 3 * (i % frames), 3) << i;
  }
  for (const int i : {100, 3, 179, 60, 59}) EXPECT_NEAR(grey_of(*source->at(i)), 20 + 3 * (i % frames), 3) << i;
  // Its sound goes with it, in step.
  VideoOptions options;
  options.preset = "ultrafast";
  options.time_base = {1, 30};
  options.frame_rate = {30, 1};
  options.sound_from = folder_ / "joined.ts";
  options.sound_shift = -static_cast<double>(source->video()->ticks[0]) * source->video()->time_base.value();
  std::vector<GreyFrame> greys;
  for (int i = 0; i < 3 * frames; ++i) greys.push_back({100, i});
  const auto written = write_greys(folder_ / "c.mp4", options, 64, 48, greys);
  ASSERT_TRUE(written) << to_sentence(written.error());
  const auto input = open_input(folder_ / "c.mp4");
  ASSERT_TRUE(input);
  EXPECT_NEAR(static_cast<double>((*input)->duration) / AV_TIME_BASE, 6, 0.3);
}

TEST_F(OddFiles, RatesThatMillisecondsCannotHoldAreConstantAgain) {
  VideoInfo info;
  info.time_base = {1, 1000};
  info.frame_rate = {24000, 1001};
  for (int i = 0; i < 500; ++i) info.ticks.push_back(std::llround(i * 1001.0 / 24) + 7);
  const auto times = frame_times(info);
  EXPECT_EQ(times.time_base, (Rational{1001, 24000}));
  std::vector<std::int64_t> numbers(500);
  std::iota(numbers.begin(), numbers.end(), 0);
  EXPECT_EQ(times.ticks, numbers);
  info.ticks[200] += 20;  // one frame in the wrong place is no constant rate
  EXPECT_EQ(frame_times(info).ticks, info.ticks);
  info.time_base = {1, 15360};
  info.frame_rate = {30, 1};
  info.ticks = {0, 512, 1024, 1536};
  EXPECT_EQ(frame_times(info).ticks, info.ticks);
}

TEST_F(OddFiles, AContainerThatIsNotWrittenIsRefusedBeforeAnythingIsDone) {
  for (const char* name : {"r.webm", "r.gif", "r.mxf", "r", "r.mp4.tmp"}) {
    int asked = 0;
    const auto refused = write_video(folder_ / name, {}, [&]() -> Result<std::optional<TimedImage>> {
      ++asked;
      return std::optional<TimedImage>();
    });
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, Code::bad_option);
    EXPECT_NE(to_sentence(refused.error()).find(".mkv"), std::string::npos);
    EXPECT_EQ(asked, 0);
  }
  for (const char* name : {"r.mp4", "r.M4V", "r.mov", "r.mkv", "r.avi"})
    EXPECT_TRUE(check_container(folder_ / name)) << name;
}

TEST_F(OddFiles, SoundThatAContainerDoesNotTakeIsEncodedAndTold) {
  struct Case {
    AVCodecID id;
    const char* name;
  };
  for (const auto& [id, name] :
       {Case{AV_CODEC_ID_FLAC, "flac"}, Case{AV_CODEC_ID_TRUEHD, "truehd"}, Case{AV_CODEC_ID_OPUS, "opus"},
        Case{AV_CODEC_ID_VORBIS, "vorbis"}, Case{AV_CODEC_ID_AC3, "ac3"}, Case{AV_CODEC_ID_PCM_S24LE, "pcm"}}) {
    Encoding wanted;
    wanted.sound = id;
    const auto source = folder_ / (std::string(name) + ".mkv");
    if (!encode(source, wanted, 25)) {
      std::printf("This FFmpeg cannot write %s: left out\n", name);
      continue;
    }
    for (const char* suffix : {".mp4", ".mov", ".mkv"}) {
      std::vector<std::string> told;
      VideoOptions options;
      options.preset = "ultrafast";
      options.sound_from = source;
      options.tell = [&](const std::string& sentence) { told.push_back(sentence); };
      const auto target = folder_ / (name + std::string(suffix) + suffix);
      std::vector<GreyFrame> greys;
      for (int i = 0; i < 25; ++i) greys.push_back({100, i});
      const auto written = write_greys(target, options, 64, 48, greys);
      ASSERT_TRUE(written) << name << suffix << to_sentence(written.error());
      EXPECT_EQ(written->sound_copied + written->sound_encoded, 1);
      EXPECT_EQ(told.size(), static_cast<std::size_t>(written->sound_encoded)) << name << suffix;
      EXPECT_EQ(probe(target)->sound_tracks, 1) << name << suffix;
      if (suffix == std::string(".mkv")) {
        EXPECT_EQ(written->sound_copied, 1) << name;
      }
    }
  }
}

// When the first sound is heard, in seconds; less than 0 for never.
double first_heard(const fs::path& path) {
  auto input = open_input(path);
  EXPECT_TRUE(input) << to_sentence(input.error());
  AVStream* stream = nullptr;
  for (unsigned i = 0; i < (*input)->nb_streams; ++i)
    if ((*input)->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) stream = (*input)->streams[i];
  auto decoder = open_decoder(*stream, path, 1);
  EXPECT_TRUE(decoder) << to_sentence(decoder.error());
  PacketPtr packet(av_packet_alloc());
  FramePtr frame(av_frame_alloc());
  while (av_read_frame(input->get(), packet.get()) >= 0) {
    if (packet->stream_index == stream->index) avcodec_send_packet(decoder->get(), packet.get());
    av_packet_unref(packet.get());
    while (avcodec_receive_frame(decoder->get(), frame.get()) >= 0) {
      const auto* samples = reinterpret_cast<const float*>(frame->data[0]);
      for (int i = 0; i < frame->nb_samples; ++i)
        if (std::abs(samples[i]) > 0.2f)
          return static_cast<double>(frame->best_effort_timestamp) * av_q2d(stream->time_base) +
                 static_cast<double>(i) / frame->sample_rate;
    }
  }
  return -1;
}

// A second in which nothing was recorded; packets of which each second's first begins before the last one has ended.
TEST_F(OddFiles, SoundThatIsEncodedKeepsItsTimesThroughGapsAndOverlaps) {
  constexpr int second = 48000, overlap = 2200;
  for (const auto& [name, time] : {std::pair<const char*, std::function<int(int)>>{"whole", [](int at) { return at; }},
                                   {"gap", [](int at) { return at < second ? at : at + second; }},
                                   {"overlaps", [](int at) { return at - overlap * std::min(at / second, 3); }}}) {
    Encoding wanted;
    wanted.sound = AV_CODEC_ID_FLAC;
    wanted.sound_time = time;
    wanted.burst = 7 * second / 2;
    const auto source = folder_ / fmt::format("{}.mkv", name), target = folder_ / fmt::format("{}.mp4", name);
    ASSERT_TRUE(encode(source, wanted, 125));
    VideoOptions options;
    options.preset = "ultrafast";
    options.sound_from = source;
    std::vector<GreyFrame> greys;
    for (int i = 0; i < 125; ++i) greys.push_back({100, i});
    const auto written = write_greys(target, options, 64, 48, greys);
    ASSERT_TRUE(written) << to_sentence(written.error());
    EXPECT_EQ(written->sound_encoded, 1) << name;
    EXPECT_NEAR(first_heard(target), 3.5, 0.03) << name;
  }
}

TEST_F(OddFiles, InterlacedFramesAreToldAndMadeWholeWhenAsked) {
  // A bar that moves 4 pixels from field to field: the odd lines of a frame show it later than the even ones.
  Encoding wanted;
  wanted.interlaced = true;
  wanted.luma = [](int frame, int x, int y) {
    const int left = 8 + 4 * (2 * frame + y % 2);
    return x >= left && x < left + 24 ? 220 : 30;
  };
  const auto path = folder_ / "i.mkv";
  ASSERT_TRUE(encode(path, wanted, 12));
  const auto combing = [](const ImageU8& bgr) {
    double sum = 0;
    for (int y = 20; y < 76; ++y)
      for (int x = 0; x < bgr.width; ++x)
        sum += std::abs(bgr.at(x, y, 1) - (bgr.at(x, y - 1, 1) + bgr.at(x, y + 1, 1)) / 2.0);
    return sum / (56.0 * bgr.width);
  };
  auto stored = FrameSource::open(path);
  ASSERT_TRUE(stored) << to_sentence(stored.error());
  EXPECT_TRUE(stored->video()->interlaced);
  EXPECT_TRUE(tells(*stored, "is interlaced: what moves has combed edges"));
  auto whole = FrameSource::open(path, {.deinterlace = true});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->count(), 12);
  EXPECT_FALSE(tells(*whole, "combed edges"));
  std::vector<ImageU8> in_order;
  for (int i = 0; i < 12; ++i) {
    auto frame = whole->next();
    ASSERT_TRUE(frame && *frame) << i;
    in_order.push_back((*frame)->bgr);
    if (i > 0 && i < 11) {
      EXPECT_LT(combing(in_order.back()), 0.35 * combing(stored->at(i)->bgr)) << i;
    }
  }
  for (const int i : {10, 5, 3, 11, 0, 6}) EXPECT_EQ(whole->at(i)->bgr, in_order[static_cast<std::size_t>(i)]) << i;
  auto progressive = FrameSource::open(clip_, {.deinterlace = true});
  EXPECT_TRUE(tells(*progressive, "is not interlaced"));
  EXPECT_EQ(progressive->at(7)->bgr, FrameSource::open(clip_)->at(7)->bgr);
}

}  // namespace
}  // namespace understudy::media
