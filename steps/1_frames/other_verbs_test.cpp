// SPDX-License-Identifier: Apache-2.0
// frames import, cut and denoise, and several sources in one folder.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/exif.hpp"
#include "lib/media/clip_fake.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/picture.hpp"
#include "lib/media/sequence.hpp"
#include "steps/1_frames/cut.hpp"
#include "steps/1_frames/denoise.hpp"
#include "steps/1_frames/frames.hpp"
#include "steps/1_frames/import.hpp"
#include "steps/1_frames/names.hpp"
#include "steps/1_frames/verb.hpp"

namespace understudy {
namespace {

using nlohmann::json;

class OtherFrames : public ::testing::Test {
 protected:
  // Frames at 25 a second, each in a grey of its own, key frames as x264 likes: every 250.
  fs::path clip(const std::string& name, int count, media::VideoQuality quality = media::VideoQuality::lossless) {
    media::VideoOptions options;
    options.quality = quality;
    options.synthetic = false;
    std::vector<media::GreyFrame> frames;
    for (int i = 0; i < count; ++i) frames.push_back({10 + i % 240, i});
    EXPECT_TRUE(media::write_greys(root_ / name, options, 64, 48, frames));
    return root_ / name;
  }
  json ok(const Result<std::string>& report) {
    EXPECT_TRUE(report) << (report ? "" : to_sentence(report.error()));
    return report ? json::parse(*report) : json();
  }
  std::vector<std::string> names(const fs::path& folder) {
    std::vector<std::string> found;
    const auto images = image_files(folder);
    for (const auto& path : images ? *images : std::vector<fs::path>{}) found.push_back(path.filename().string());
    return found;
  }
  int grey_of(const fs::path& path) { return read_image(path)->at(5, 5); }

  const ScratchFolder scratch_;
  const fs::path root_ = scratch_.path;
  understudy::Run run_;
};

TEST_F(OtherFrames, SeveralSourcesShareAFolder) {
  FramesPaths first{clip("a.mp4", 3), root_ / "data_src", manifest_of(root_ / "state", "frames-src", "")};
  FramesPaths second{clip("b.mp4", 2), root_ / "data_src", manifest_of(root_ / "state", "frames-src", "b-")};
  FramesOptions with_prefix;
  with_prefix.prefix = "b-";
  ASSERT_TRUE(extract_frames({}, first, run_));
  ASSERT_TRUE(extract_frames(with_prefix, second, run_));
  EXPECT_EQ(names(root_ / "data_src"),
            (std::vector<std::string>{"00001.png", "00002.png", "00003.png", "b-00001.png", "b-00002.png"}));
  // Each can be done again without touching the other.
  FramesOptions again;
  again.redo = true;
  EXPECT_FALSE(extract_frames(again, first, run_)->kept_foreign);
  EXPECT_EQ(names(root_ / "data_src").size(), 5u);
  again.prefix = "b-";
  again.format = FrameFormat::jpg;
  ASSERT_TRUE(extract_frames(again, second, run_));
  EXPECT_EQ(names(root_ / "data_src").back(), "b-00002.jpg");
  EXPECT_EQ(names(root_ / "data_src").size(), 5u);
  for (const char* bad : {"b_", "b1", "../x", "b/"}) {
    again.prefix = bad;
    EXPECT_EQ(extract_frames(again, second, run_).error().code, Code::bad_option) << bad;
  }
}

TEST_F(OtherFrames, ImportKeepsBytesAndTurnsWhatIsTurned) {
  const auto from = root_ / "stills";
  fs::create_directories(from);
  ImageU8 corner(40, 24, 3, 30);
  for (int y = 0; y < 12; ++y)
    for (int x = 0; x < 12; ++x) corner.at(x, y, 1) = 220;  // marks the top left
  ASSERT_TRUE(write_image(from / "img2.jpg", corner));
  ASSERT_TRUE(write_image(from / "img10.png", corner));
  // EXIF: big endian, one entry, orientation 6 (to be turned a quarter clockwise).
  const std::vector<std::uint8_t> exif = {0xff, 0xe1, 0, 34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                                          0,    1,    1, 0x12, 0,   3,   0,   0,   0, 1, 0,   6,   0, 0,  0, 0, 0, 0};
  auto turned = *read_file(from / "img2.jpg");
  EXPECT_EQ(exif_orientation(turned), 1);
  turned.insert(turned.begin() + 20, exif.begin(), exif.end());
  EXPECT_EQ(exif_orientation(turned), 6);
  ASSERT_TRUE(write_file(from / "img11.jpg", turned));
  ASSERT_TRUE(write_text(from / "img12.png", "no picture"));
  ImportOptions options;
  options.prefix = "s-";
  const ImportPaths paths{from, root_ / "data_src", manifest_of(root_ / "state", "frames-src", "s-")};
  const auto report = ok(import_images(options, paths, run_));
  EXPECT_EQ(report["frames"], 3);
  EXPECT_EQ(report["unreadable"], json{"img12.png"});
  EXPECT_EQ(names(paths.folder), (std::vector<std::string>{"s-00001.jpg", "s-00002.png", "s-00003.png"}));
  EXPECT_EQ(*read_file(paths.folder / "s-00001.jpg"), *read_file(from / "img2.jpg"));
  EXPECT_EQ(*read_file(paths.folder / "s-00002.png"), *read_file(from / "img10.png"));
  const auto upright = *read_image(paths.folder / "s-00003.png");
  EXPECT_EQ(upright.width, 24);
  EXPECT_GT(upright.at(20, 3, 1), 180);
  EXPECT_LT(upright.at(3, 3, 1), 60);
  fs::remove(paths.folder / "s-00002.png");
  ok(import_images(options, paths, run_));
  EXPECT_EQ(names(paths.folder).size(), 3u);
  fs::remove(from / "img12.png");
  EXPECT_EQ(import_images(options, paths, run_).error().code, Code::bad_option);  // other images under the same names
}

TEST(NaturalOrder, NumbersCountAsNumbers) {
  std::vector<std::string> names = {"b", "img10", "img9", "img09", "a", "img9b", "10", "9"};
  std::ranges::sort(names, natural_less);
  EXPECT_EQ(names, (std::vector<std::string>{"9", "10", "a", "b", "img09", "img9", "img9b", "img10"}));
}

TEST(Times, AreReadInThreeForms) {
  EXPECT_EQ(*parse_time("12.5"), 12.5);
  EXPECT_EQ(*parse_time("1:02.5"), 62.5);
  EXPECT_EQ(*parse_time("01:01:02.500"), 3662.5);
  EXPECT_EQ(*parse_time("90"), 90);
  for (const char* bad : {"", "a", "1:60", "1:2:3:4", "-1", "1.5:3", "1:", "0x10"})
    EXPECT_FALSE(parse_time(bad)) << bad;
}

TEST_F(OtherFrames, TheExactCutHasExactlyItsFrames) {
  const auto input = clip("film.mp4", 100);
  CutOptions options;
  options.from = "1.2";  // frame 30
  options.to = "0:02";   // frame 50 is the first that is out
  options.preset = "ultrafast";
  options.crf = 0;
  const auto report = ok(cut_video(options, {input, root_ / "part.mp4"}, run_));
  EXPECT_EQ(report["frames"], 20);
  auto source = media::FrameSource::open(root_ / "part.mp4");
  ASSERT_EQ(source->count(), 20);
  EXPECT_NEAR(source->at(0)->bgr.at(20, 20), 40, 1);
  EXPECT_NEAR(source->at(19)->bgr.at(20, 20), 59, 1);
  EXPECT_EQ(source->video()->ticks.front(), 0);
  EXPECT_EQ(cut_video(options, {input, root_ / "part.mp4"}, run_).error().code, Code::bad_option);  // exists
  options.redo = true;
  // What is there stays until the new one is whole.
  const auto there = *read_file(root_ / "part.mp4");
  ASSERT_TRUE(write_text(root_ / "none.mp4", "no video"));
  for (const bool fast : {false, true}) {
    options.fast = fast;
    EXPECT_FALSE(cut_video(options, {root_ / "none.mp4", root_ / "part.mp4"}, run_));
    ASSERT_TRUE(fs::exists(root_ / "part.mp4"));
    EXPECT_EQ(*read_file(root_ / "part.mp4"), there);
  }
  options.fast = false;
  ok(cut_video(options, {input, root_ / "part.mp4"}, run_));
  EXPECT_EQ(*read_file(root_ / "part_backup-1" / "part.mp4"), there);
  EXPECT_EQ(cut_video(options, {input, input}, run_).error().code, Code::bad_option);
  options.from = "9";
  options.to = "";
  EXPECT_EQ(cut_video(options, {input, root_ / "late.mp4"}, run_).error().code, Code::bad_option);
  EXPECT_FALSE(fs::exists(root_ / "late.mp4"));
}

TEST_F(OtherFrames, TheFastCutCopiesFromTheKeyFrame) {
  const auto input = clip("film.mp4", 600, media::VideoQuality::crf);
  CutOptions options;
  options.from = "11";  // frame 275
  options.to = "12";    // frame 300
  options.fast = true;
  const auto report = ok(cut_video(options, {input, root_ / "part.mp4"}, run_));
  const auto first = std::lround(report["from"].get<double>() * 25);  // wherever x264 put the key frame
  auto whole = media::FrameSource::open(input), part = media::FrameSource::open(root_ / "part.mp4");
  ASSERT_TRUE(part) << to_sentence(part.error());
  EXPECT_GE(first, 240);
  EXPECT_LE(first, 275);
  EXPECT_EQ(part->count(), report["frames"]);
  EXPECT_GE(first + part->count(), 300);
  EXPECT_LE(first + part->count(), 304);
  for (std::int64_t i = 0; i < part->count(); ++i)
    EXPECT_EQ(part->at(i)->bgr, whole->at(first + i)->bgr) << i;  // no bit changed
}

class Denoise : public OtherFrames {
 protected:
  static constexpr int count = 220;  // two parts
  // A flat field with noise, and a square that moves.
  void make_frames(const fs::path& folder) {
    fs::create_directories(folder);
    std::mt19937 random(3);
    std::normal_distribution<double> noise(0, 6);
    for (int i = 0; i < count; ++i) {
      ImageU8 frame(48, 32, 3);
      for (int y = 0; y < 32; ++y)
        for (int x = 0; x < 48; ++x)
          for (int c = 0; c < 3; ++c) {
            const double level = x >= i % 40 && x < i % 40 + 8 && y > 8 && y < 20 ? 220 : 90;
            frame.at(x, y, c) = static_cast<std::uint8_t>(std::clamp(level + noise(random), 0.0, 255.0));
          }
      ASSERT_TRUE(write_image(folder / media::frame_name(i, count), frame));
    }
  }
  DenoisePaths paths() {
    return {root_ / "data_dst", root_ / "data_dst", root_ / "data_dst_original", root_ / "data_dst_denoised",
            root_ / "state" / "frames-dst.json"};
  }
  double noise_in(const fs::path& path) {
    const auto image = *read_image(path);
    double sum = 0, squares = 0;
    for (int x = 0; x < 48; ++x) {
      sum += image.at(x, 2, 1);
      squares += image.at(x, 2, 1) * image.at(x, 2, 1);
    }
    return std::sqrt(squares / 48 - sum / 48 * sum / 48);
  }
  std::map<std::string, Bytes> bytes(const fs::path& folder) {
    std::map<std::string, Bytes> found;
    for (const auto& name : names(folder)) found[name] = *read_file(folder / name);
    return found;
  }
};

TEST_F(Denoise, NoiseGoesAndTheOriginalsStay) {
  make_frames(root_ / "data_dst");
  const auto before = bytes(root_ / "data_dst");
  ok(denoise_frames({}, paths(), run_));
  EXPECT_EQ(bytes(root_ / "data_dst_original"), before);
  const auto after = bytes(root_ / "data_dst");
  EXPECT_EQ(after.size(), before.size());
  EXPECT_GT(noise_in(root_ / "data_dst_original" / "00100.png"), 4.5);
  const double mild = noise_in(root_ / "data_dst" / "00100.png");
  EXPECT_LT(mild, 4);
  EXPECT_GT(read_image(root_ / "data_dst" / "00100.png")->at(99 % 40 + 4, 14), 200);  // the moving square is no ghost
  // A stronger one starts from the originals; the first strength again gives the first result.
  DenoiseOptions options;
  options.factor = 15;
  ok(denoise_frames(options, paths(), run_));
  EXPECT_LT(noise_in(root_ / "data_dst" / "00100.png"), 0.7 * mild);
  ok(denoise_frames({}, paths(), run_));
  EXPECT_EQ(bytes(root_ / "data_dst"), after);
  ok(undo_denoising(paths(), run_));
  EXPECT_EQ(bytes(root_ / "data_dst"), before);
  EXPECT_FALSE(fs::exists(root_ / "data_dst_original"));
  EXPECT_EQ(undo_denoising(paths(), run_).error().code, Code::not_found);
}

TEST_F(Denoise, HdrPicturesStayHdr) {
  fs::create_directories(root_ / "data_dst");
  ImageU16 codes(48, 32, 3, 30000);
  codes.at(10, 10, 1) = 30400;
  const auto png = encode_png(codes);
  ASSERT_TRUE(png);
  const PngColour colours{9, 16, 4000};
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(write_file(root_ / "data_dst" / media::frame_name(i, 3), with_colours(*png, colours)));
  ok(denoise_frames({}, paths(), run_));
  const auto file = root_ / "data_dst" / "00002.png";
  EXPECT_EQ(colours_of_png(*read_file(file)), colours);
  EXPECT_NEAR(read_png16(file)->at(30, 20, 1), 30000, 40);  // the codes themselves, not SDR
}

TEST_F(Denoise, SdrPicturesAmongHdrOnesStaySdr) {
  const fs::path folder = root_ / "data_dst";
  const auto hdr = encode_png(ImageU16(48, 32, 3, 50000));
  const auto deep = encode_png(ImageU16(48, 32, 3, 200 * 257));
  ASSERT_TRUE(hdr && deep);
  ASSERT_TRUE(write_file(folder / "00001.png", with_colours(*hdr, {9, 16, 1000})));
  ASSERT_TRUE(write_image(folder / "00002.png", ImageU8(48, 32, 3, 200)));
  ASSERT_TRUE(write_file(folder / "00003.png", *deep));
  ASSERT_TRUE(write_file(folder / "00004.png", with_colours(*deep, {1, 13, 0})));  // says that it is SDR
  ASSERT_TRUE(write_image(folder / "00005.jpg", ImageU8(48, 32, 3, 200)));
  ok(denoise_frames({}, paths(), run_));
  EXPECT_TRUE(colours_of_png(*read_file(folder / "00001.png")));
  for (const char* name : {"00002.png", "00003.png", "00004.png", "00005.jpg"}) {
    EXPECT_FALSE(colours_of_png(*read_file(folder / name))) << name;
    const auto picture = media::read_picture<std::uint8_t>(folder / name);
    ASSERT_TRUE(picture) << to_sentence(picture.error());
    EXPECT_NEAR(picture->at(30, 20, 1), 200, 2) << name;
    EXPECT_EQ(media::picture_bits(folder / name), media::picture_bits(root_ / "data_dst_original" / name)) << name;
  }
}

TEST_F(Denoise, PartsAreThoseOfOneRunAndAStoppedOneGoesOn) {
  make_frames(root_ / "data_dst");
  auto elsewhere = paths();
  elsewhere.frames.clear();
  elsewhere.results = root_ / "whole";
  ok(denoise_frames({}, elsewhere, run_));
  // The second part begins with frame 193; after a longer lead-in its first frames hardly differ.
  fs::create_directories(root_ / "tail");
  for (int i = 40; i < count; ++i)
    fs::copy_file(root_ / "data_dst" / media::frame_name(i, count), root_ / "tail" / media::frame_name(i, count));
  auto tail = elsewhere;
  tail.source = root_ / "tail";
  tail.results = root_ / "tail_clean";
  ok(denoise_frames({}, tail, run_));
  int worst = 0;
  double sum = 0, samples = 0;
  for (int i = 192; i < 200; ++i) {
    const auto name = media::frame_name(i, count);
    const auto a = *read_image(root_ / "whole" / name), b = *read_image(root_ / "tail_clean" / name);
    for (std::size_t k = 0; k < a.data.size(); ++k) {
      const int apart = std::abs(a.data[k] - b.data[k]);
      worst = std::max(worst, apart);
      sum += apart;
      ++samples;
    }
  }
  EXPECT_LE(worst, 1);
  EXPECT_LT(sum / samples, 0.02);
  const auto wanted = bytes(root_ / "whole");
  for (const char* name : {"00003.png", "00201.png"}) fs::remove(root_ / "whole" / name);
  ok(denoise_frames({}, elsewhere, run_));
  EXPECT_EQ(bytes(root_ / "whole"), wanted);
  understudy::Run stopped;
  stopped.request_stop();
  EXPECT_EQ(denoise_frames({}, paths(), stopped).error().code, Code::cancelled);
  ok(denoise_frames({}, paths(), run_));
  EXPECT_EQ(bytes(root_ / "data_dst"), wanted);
}

TEST_F(Denoise, ReadsStraightFromTheVideo) {
  auto from_video = paths();
  from_video.source = clip("data_dst.mp4", 12);
  const auto report = ok(denoise_frames({}, from_video, run_));
  EXPECT_EQ(report["frames"], 12);
  EXPECT_EQ(names(root_ / "data_dst").size(), 12u);
  EXPECT_EQ(media::read_sequence(from_video.manifest)->ticks.size(), 12u);
  EXPECT_TRUE(names(root_ / "data_dst_original").empty());
}

// While it lives no file grows beyond that many bytes: what writes on fails, at the same place each time.
class FilesEndAt {
 public:
  explicit FilesEndAt(rlim_t bytes) : before_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit small{bytes, limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  FilesEndAt(const FilesEndAt&) = delete;
  FilesEndAt& operator=(const FilesEndAt&) = delete;
  ~FilesEndAt() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    ::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  sighandler_t before_;
};

TEST_F(Denoise, FromTheVideoGoesOnWhereItEndedWhileItPutTheResultsInPlace) {
  constexpr std::size_t frames = 40;
  const auto verbs = frames_verbs();
  const auto verb = std::ranges::find(verbs, "frames denoise", &Verb::name);
  ASSERT_NE(verb, verbs.end());
  const auto denoise = [&] { return verb->prepare().perform({root_, {{"side", "dst"}}}, run_); };
  fs::create_directories(root_ / ".understudy");
  clip("data_dst.mp4", frames);
  ok(denoise());
  const auto wanted = bytes(root_ / "data_dst");
  ASSERT_EQ(wanted.size(), frames);
  const auto manifest = root_ / ".understudy" / "frames-dst.json";
  const auto said = *read_text(manifest);
  fs::remove_all(root_ / "data_dst");
  fs::remove_all(root_ / "data_dst_denoised");
  fs::remove(manifest);
  // All results are there already, so that the list of those in place is the first file that grows too large.
  auto beside = paths();
  beside.source = root_ / "data_dst.mp4";
  beside.frames.clear();
  ok(denoise_frames({}, beside, run_));
  {
    const FilesEndAt small(4000);
    EXPECT_FALSE(denoise());
  }
  const auto in_place = names(root_ / "data_dst").size();
  ASSERT_GT(in_place, 0u);
  ASSERT_LT(in_place, frames);
  EXPECT_EQ(ok(denoise())["frames"], frames);
  EXPECT_EQ(bytes(root_ / "data_dst"), wanted);
  EXPECT_TRUE(names(root_ / "data_dst_denoised").empty());
  EXPECT_EQ(*read_text(manifest), said);
}

// It leaves frames as they were beside others that are denoised: those are no new frames.
TEST_F(Denoise, AfterAnUndoThatWasInterruptedTheUndoIsNamedFirst) {
  std::mt19937 random(5);
  for (int i = 0; i < 3; ++i) {
    ImageU8 noise(48, 32, 3);
    for (auto& v : noise.data) v = static_cast<std::uint8_t>(90 + random() % 9);
    ASSERT_TRUE(write_image(root_ / "data_dst" / media::frame_name(i, 3), noise));
  }
  const auto before = bytes(root_ / "data_dst");
  ok(denoise_frames({}, paths(), run_));
  fs::rename(root_ / "data_dst_original" / "00001.png", root_ / "data_dst" / "00001.png");
  const auto refused = denoise_frames({}, paths(), run_);
  ASSERT_FALSE(refused);
  const auto& hint = refused.error().hint;
  EXPECT_LT(hint.find("frames denoise SIDE --undo"), hint.find("move that folder away")) << hint;
  ok(undo_denoising(paths(), run_));
  EXPECT_EQ(bytes(root_ / "data_dst"), before);
}

TEST_F(Denoise, FramesThatWereReplacedSinceAreNotOverwritten) {
  make_frames(root_ / "data_dst");
  ok(denoise_frames({}, paths(), run_));
  const auto changed = root_ / "data_dst" / "00005.png";
  ASSERT_TRUE(write_image(changed, ImageU8(48, 32, 3, 7)));
  fs::last_write_time(changed, fs::file_time_type::clock::now() + std::chrono::seconds(2));
  EXPECT_EQ(denoise_frames({}, paths(), run_).error().code, Code::bad_option);
  EXPECT_EQ(grey_of(changed), 7);
}

}  // namespace
}  // namespace understudy
