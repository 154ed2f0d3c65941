// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/extract.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <numbers>

#include "lib/base/scratch_folder.hpp"
#include "lib/base/system.hpp"
#include "lib/detect/tracks/smoother.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/draw.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/write_video.hpp"
#include "lib/project/extract_journal.hpp"
#include "steps/2_extract/face_crop.hpp"
#include "steps/2_extract/verb.hpp"

namespace understudy {
namespace {

class Extract : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_ / "frames"); }

  ExtractPaths paths(const fs::path& frames) const {
    return {frames, folder_ / "aligned", folder_ / "debug", folder_ / "journal.jsonl"};
  }
  // A drawn person who turns slowly, as PNGs of 480x480.
  void make_frames(int count) {
    const synthetic::Actor actor(synthetic::demo_identity_b(), 0.5f);
    for (int i = 0; i < count; ++i) {
      synthetic::Performance play;
      play.yaw = 0.5 * i, play.mouth_open = 0.02f * static_cast<float>(i);
      const auto shown = actor.render(play, {.width = 480, .height = 480, .supersampling = 1});
      ASSERT_TRUE(write_image(folder_ / "frames" / media::frame_name(i, count), shown.frame_bgr));
    }
  }
  std::map<std::string, Bytes> files_in(const fs::path& folder) const {
    std::map<std::string, Bytes> files;
    for (const auto& entry : fs::directory_iterator(folder))  // a kill leaves the folder of its lock
      if (entry.is_regular_file()) files[entry.path().filename().string()] = *read_file(entry.path());
    return files;
  }
  void plain_frames(int count) {
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(write_image(folder_ / "frames" / media::frame_name(i, count), ImageU8(64, 48, 3, 90)));
  }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
  understudy::Run run_;
};

TEST_F(Extract, FramesWithoutFacesAreKnownAndReported) {
  plain_frames(3);
  ASSERT_TRUE(write_text(folder_ / "frames" / "00004.png", "no picture"));
  ASSERT_TRUE(write_image(folder_ / "frames" / "00001.jpg", ImageU8(64, 48, 3, 90)));  // sorts before 00001.png
  const auto nothing = extract({}, paths(folder_ / "frames"), run_);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::no_faces);
  const auto journal = Journal::load(folder_ / "journal.jsonl");
  ASSERT_TRUE(journal);
  EXPECT_TRUE(journal->complete());
  EXPECT_EQ(journal->records().size(), 4u);
  EXPECT_EQ(journal->records().count("00001.png"), 0u);
  EXPECT_FALSE(journal->records().at("00004.png").problem.empty());
}

TEST_F(Extract, AMissingInputIsOneSentence) {
  const auto missing = extract({}, paths(folder_ / "none.mp4"), run_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_NE(missing.error().message.find("none.mp4"), std::string::npos);
}

TEST_F(Extract, AJournalWithATornTailIsRead) {
  ASSERT_TRUE(write_text(
      folder_ / "journal.jsonl",
      "{\"format\":\"understudy.extract\",\"version\":1}\n{\"frame\":\"00001.png\",\"faces\":[\"00001_0.jpg\"]}\n"
      "{\"frame\":\"00002.png\",\"fa"));
  const auto journal = Journal::load(folder_ / "journal.jsonl");
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->records().size(), 1u);
  EXPECT_EQ(journal->face_count(), 1u);
  EXPECT_FALSE(journal->complete());
  ASSERT_TRUE(write_text(folder_ / "journal.jsonl", "{\"format\":\"understudy.extract\",\"version\":9}\n"));
  EXPECT_EQ(Journal::load(folder_ / "journal.jsonl").error().code, Code::newer_version);
}

TEST_F(Extract, FacesCarryWhatDeepFaceLabNeeds) {
  make_frames(2);
  ExtractOptions options;
  options.debug = true;
  const auto report = extract(options, paths(folder_ / "frames"), run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->faces, 2);
  const auto face = read_face(folder_ / "aligned" / "00001_0.jpg");
  ASSERT_TRUE(face) << to_sentence(face.error());
  EXPECT_EQ(face->image_bgr.width, 512);
  EXPECT_EQ(face->info.face_type, FaceType::whole);
  EXPECT_EQ(face->info.source_filename, "00001.png");
  ASSERT_TRUE(face->info.source_landmarks && face->info.image_to_face_mat && face->info.source_rect && face->info.mesh);
  const auto again = transformed(*face->info.source_landmarks, *face->info.image_to_face_mat);
  for (std::size_t i = 0; i < 68; ++i) EXPECT_NEAR(again[i].x, face->info.landmarks[i].x, 0.01);
  const auto wanted = face_matrix(*face->info.source_landmarks, 512, FaceType::whole);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(wanted.m[i], face->info.image_to_face_mat->m[i], 1e-3);
  EXPECT_TRUE(fs::exists(folder_ / "debug" / "00002.jpg"));
}

TEST_F(Extract, DoneWorkIsSkippedChangedWorkIsBackedUp) {
  make_frames(3);
  const auto where = paths(folder_ / "frames");
  ExtractOptions options;
  options.image_size = 128;
  ASSERT_TRUE(extract(options, where, run_));
  const auto second = extract(options, where, run_);
  EXPECT_EQ(second->frames_done_before, 3);
  EXPECT_EQ(second->faces, 3);
  fs::remove(folder_ / "aligned" / "00002_0.jpg");  // weeded out by hand: stays out
  EXPECT_EQ(extract(options, where, run_)->frames_done_before, 3);
  EXPECT_FALSE(fs::exists(folder_ / "aligned" / "00002_0.jpg"));
  options.image_size = 96;
  const auto changed = extract(options, where, run_);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->frames_done_before, 0);
  EXPECT_EQ(read_image(folder_ / "aligned" / "00002_0.jpg")->width, 96);
  EXPECT_EQ(read_image(changed->backup / "00001_0.jpg")->width, 128);
}

TEST_F(Extract, AChangedFrameIsDoneAgainAlone) {
  make_frames(2);
  const auto where = paths(folder_ / "frames");
  ExtractOptions options;
  options.smooth = Smoothing::off;
  ASSERT_TRUE(extract(options, where, run_));
  ASSERT_TRUE(write_image(folder_ / "frames" / "00002.png", ImageU8(64, 48, 3, 90)));
  const auto report = extract(options, where, run_);
  EXPECT_EQ(report->frames_done_before, 1);
  EXPECT_EQ(report->without_face, std::vector<std::string>{"00002.png"});
  EXPECT_FALSE(fs::exists(folder_ / "aligned" / "00002_0.jpg"));
}

TEST_F(Extract, FacesFromElsewhereAreKept) {
  plain_frames(1);
  ASSERT_TRUE(write_image(folder_ / "aligned" / "x_0.jpg", ImageU8(32, 32, 3)));
  const auto report = extract({}, paths(folder_ / "frames"), run_);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->kept_foreign);
  EXPECT_TRUE(fs::exists(folder_ / "aligned" / "x_0.jpg"));
}

TEST_F(Extract, TheResultDoesNotDependOnThreads) {
  make_frames(6);
  ExtractOptions options;
  options.image_size = 128;
  options.threads = 1;
  ASSERT_TRUE(extract(options, paths(folder_ / "frames"), run_));
  const auto one = files_in(folder_ / "aligned");
  options.threads = 4;
  options.redo = true;
  ASSERT_TRUE(extract(options, paths(folder_ / "frames"), run_));
  EXPECT_EQ(files_in(folder_ / "aligned"), one);
}

// Not a test of its own: the process that KilledAnywhere kills.
TEST(ExtractChild, DISABLED_Work) {
  const fs::path folder = std::getenv("UNDERSTUDY_EXTRACT_CHILD");
  ExtractOptions options;
  options.image_size = 256;
  understudy::Run run;
  ASSERT_TRUE(
      extract(options, {folder / "frames", folder / "aligned", folder / "debug", folder / "journal.jsonl"}, run));
}

std::ptrdiff_t lines_in(const fs::path& path) {
  const auto text = read_text(path);
  return text ? std::ranges::count(*text, '\n') : 0;
}

// Killed as soon as its journal has that many lines; 0 = never. Returns how it ended.
int run_child(const fs::path& folder, int lines) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("UNDERSTUDY_EXTRACT_CHILD", folder.c_str(), 1);
    std::freopen("/dev/null", "w", stdout);
    ::execl("/proc/self/exe", "extract_test", "--gtest_filter=ExtractChild.DISABLED_Work",
            "--gtest_also_run_disabled_tests", nullptr);
    ::_exit(127);
  }
  int status = 0;
  while (lines > 0 && lines_in(folder / "journal.jsonl") < lines) {
    if (::waitpid(child, &status, WNOHANG) == child) return status;
    ::usleep(500);
  }
  if (lines > 0) ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return status;
}

TEST_F(Extract, KilledAnywhereItEndsWithTheSameFiles) {
  make_frames(12);
  ASSERT_EQ(run_child(folder_, 0), 0);
  const auto wanted = files_in(folder_ / "aligned");
  const auto wanted_journal = *read_text(folder_ / "journal.jsonl");
  ASSERT_EQ(wanted.size(), 12u);
  for (int round = 0; round < 3; ++round) {
    fs::remove_all(folder_ / "aligned");
    fs::remove(folder_ / "journal.jsonl");
    fs::remove(folder_ / "journal.faces");
    int kills = 0;
    // The first while faces are looked for: the head is one line. Then between frames, of which there are twelve.
    for (const int lines : {1, 3 + round, 6 + round, 9 + round}) {
      if (run_child(folder_, lines) == 0) break;
      ++kills;
      if (!fs::exists(folder_ / "aligned")) continue;
      for (const auto& [name, bytes] : files_in(folder_ / "aligned")) {
        if (is_temporary(name)) continue;
        EXPECT_EQ(bytes, wanted.at(name)) << "half a file under a final name";
      }
    }
    EXPECT_GT(kills, 0);
    ASSERT_EQ(run_child(folder_, 0), 0);
    EXPECT_EQ(files_in(folder_ / "aligned"), wanted) << "after " << kills << " kills";
    EXPECT_EQ(*read_text(folder_ / "journal.jsonl"), wanted_journal);
  }
}

TEST_F(Extract, AFaceThatIsLostForSomeFramesIsFilledIn) {
  make_frames(12);
  for (const int i : {5, 6}) {  // covered
    const auto path = folder_ / "frames" / media::frame_name(i, 12);
    auto picture = *read_image(path);
    fill_rectangle(picture, 70, 60, 340, 360, {118, 118, 118});
    ASSERT_TRUE(write_image(path, picture));
  }
  const auto report = extract({}, paths(folder_ / "frames"), run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->tracks, 1);
  EXPECT_EQ(report->filled, 2);
  EXPECT_EQ(report->faces, 12);
  const auto before = read_face_info(folder_ / "aligned" / "00005_0.jpg"),
             filled = read_face_info(folder_ / "aligned" / "00006_0.jpg"),
             after = read_face_info(folder_ / "aligned" / "00008_0.jpg");
  ASSERT_TRUE(before && filled && after);
  const auto x = [](const auto& info) { return (*info->source_landmarks)[30].x; };
  EXPECT_NEAR(x(filled), x(before) + (x(after) - x(before)) / 3, 2);
  EXPECT_TRUE(std::ranges::any_of(filled->extra, [](auto& e) { return e.first == "understudy_filled"; }));
  EXPECT_FALSE(std::ranges::any_of(before->extra, [](auto& e) { return e.first == "understudy_filled"; }));
}

TEST_F(Extract, FacesByHandReplaceWhatWasFound) {
  make_frames(6);
  const auto where = paths(folder_ / "frames");
  for (const auto smooth : {Smoothing::off, Smoothing::on}) {
    ExtractOptions options;
    options.image_size = 128;
    options.smooth = smooth;
    options.redo = true;
    ASSERT_TRUE(extract(options, where, run_));
    const auto found = *read_face_info(folder_ / "aligned" / "00003_0.jpg")->source_landmarks;
    std::string points;
    for (const Point p : found) points += fmt::format("{}[{},{}]", points.empty() ? "" : ",", p.x + 7, p.y);
    ASSERT_TRUE(write_text(folder_ / "hand.json",
                           R"({"frames":{"00003.png":{"faces":[{"landmarks":[)" + points + R"(]}]},"00005":[]}})"));
    options.redo = false;
    options.manual = folder_ / "hand.json";
    const auto report = extract(options, where, run_);
    ASSERT_TRUE(report) << to_sentence(report.error());
    EXPECT_EQ(report->without_face, std::vector<std::string>{"00005.png"});
    const auto placed = *read_face_info(folder_ / "aligned" / "00003_0.jpg")->source_landmarks;
    EXPECT_NEAR(placed[30].x, found[30].x + 7, 1e-6);
    options.manual.clear();  // hand work stays
    ASSERT_TRUE(extract(options, where, run_));
    EXPECT_NEAR((*read_face_info(folder_ / "aligned" / "00003_0.jpg")->source_landmarks)[30].x, placed[30].x, 1e-9);
    EXPECT_FALSE(fs::exists(folder_ / "aligned" / "00005_0.jpg"));
  }
  ASSERT_TRUE(write_text(folder_ / "hand.json", R"({"frames":{"00003.png":{"faces":[{"rect":[1,2]}]}}})"));
  ExtractOptions odd;
  odd.manual = folder_ / "hand.json";
  EXPECT_EQ(extract(odd, where, run_).error().code, Code::bad_file);
}

TEST_F(Extract, DeletedDebugPicturesAreRedone) {
  make_frames(4);
  const auto where = paths(folder_ / "frames");
  ExtractOptions options;
  options.image_size = 128;
  options.debug = true;
  ASSERT_TRUE(extract(options, where, run_));
  fs::remove(folder_ / "debug" / "00002.jpg");
  ASSERT_TRUE(write_image(folder_ / "aligned" / "00002_0.jpg", ImageU8(8, 8, 3)));  // spoilt
  options.redo_deleted = true;
  const auto report = extract(options, where, run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->redone, 1);
  EXPECT_TRUE(fs::exists(folder_ / "debug" / "00002.jpg"));
  EXPECT_TRUE(read_face(folder_ / "aligned" / "00002_0.jpg"));
}

// Drawn people, with camera noise and JPEG.
class Drawn : public Extract {
 protected:
  static constexpr int count = 40;
  // Draws and extracts; returns where the truth puts the alignment.
  std::vector<Standing> film(const std::function<void(int, synthetic::Performance&)>& play) {
    const synthetic::Actor actor(synthetic::demo_identity_b(), 0.5f);
    std::vector<Standing> truth;
    for (int i = 0; i < count; ++i) {
      synthetic::Performance performance;
      performance.grain_seed = static_cast<std::uint32_t>(i);
      play(i, performance);
      const auto shown = actor.render(performance, {.width = 320, .height = 320, .supersampling = 1});
      EXPECT_TRUE(write_image(folder_ / "frames" / media::frame_name(i, count, "jpg"), shown.frame_bgr, 80));
      truth.push_back(standing_of(shown.landmarks));
    }
    EXPECT_TRUE(extract({}, paths(folder_ / "frames"), run_));
    return truth;
  }
  std::vector<Landmarks68> found() const {
    std::vector<Landmarks68> all;
    for (int i = 0; i < count; ++i) {
      const auto info = read_face_info(folder_ / "aligned" / fmt::format("{:05}_0.jpg", i + 1));
      if (!info) ADD_FAILURE() << to_sentence(info.error());
      all.push_back(*info->source_landmarks);
    }
    return all;
  }
  // Root mean square of the crop's corners around where they are on average, in pixels of a crop of 512.
  static double motion(const std::vector<Landmarks68>& faces) {
    std::vector<std::array<Point, 4>> corners;
    for (const auto& face : faces) corners.push_back(crop_corners(face, FaceType::whole));
    double sum = 0;
    for (std::size_t c = 0; c < 4; ++c) {
      Point mean;
      for (const auto& own : corners) mean = mean + own[c] * (1.0 / count);
      for (const auto& own : corners) sum += std::pow(own[c].x - mean.x, 2) + std::pow(own[c].y - mean.y, 2);
    }
    const auto& [first, second, third, last] = corners[0];
    return 512 / std::hypot(second.x - first.x, second.y - first.y) * std::sqrt(sum / (4 * count));
  }
};

TEST_F(Drawn, AFaceThatSitsStillStandsStill) {
  film([](int, auto&) {});
  EXPECT_LT(motion(found()), 0.25);
}

TEST_F(Drawn, AFaceThatTalksAndBlinksStandsStill) {
  film([](int i, auto& performance) {
    performance.mouth_open = i % 9 < 4 ? 0.3f : 0;
    performance.blink = {i / 3 == 6 ? 1.f : 0.f, i / 3 == 6 ? 1.f : 0.f};
  });
  EXPECT_LT(motion(found()), 0.25);
}

// The part of the error that goes with the speed is a lag.
TEST_F(Drawn, AFaceThatMovesIsNotLaggedBehind) {
  const auto truth = film([](int i, auto& performance) {
    performance.x = 0.08 * std::sin(i * 0.35);
    performance.y = 0.05 * std::cos(i * 0.5);
    performance.roll = 8 * std::sin(i * 0.3);
  });
  const auto faces = found();
  double with_speed = 0, speed_squares = 0;
  const auto add = [&](double behind, double speed) {
    with_speed += behind * speed;
    speed_squares += speed * speed;
  };
  for (std::size_t i = 1; i + 1 < truth.size(); ++i) {
    const auto now = standing_of(faces[i]);
    add(truth[i].x - now.x, (truth[i + 1].x - truth[i - 1].x) / 2);
    add(truth[i].y - now.y, (truth[i + 1].y - truth[i - 1].y) / 2);
  }
  EXPECT_NEAR(with_speed / speed_squares, 0, 0.05);  // frames
}

TEST_F(Extract, AnyFaceTypeIsCut) {
  make_frames(1);
  for (std::size_t i = 0; i < Names<CropType>::all.size(); ++i) {
    ExtractOptions options;
    options.face_type = static_cast<CropType>(i);
    options.image_size = 256;
    const auto report = extract(options, paths(folder_ / "frames"), run_);
    ASSERT_TRUE(report) << to_sentence(report.error());
    const auto face = read_face(folder_ / "aligned" / "00001_0.jpg");
    ASSERT_TRUE(face);
    EXPECT_EQ(face->info.face_type, face_type_of(options.face_type));
    EXPECT_EQ(face->image_bgr.width, options.face_type == CropType::mark_only ? 480 : 256);
    EXPECT_EQ(face->info.image_to_face_mat.has_value(), options.face_type != CropType::mark_only);
  }
}

// Stripes finer than the crop can show: bilinear sampling makes coarse ones of them, averaging makes them grey.
TEST(FaceCrop, AShrunkFaceDoesNotAlias) {
  constexpr int side = 1600;
  PlannedCrop planned;
  for (std::size_t i = 17; i < 68; ++i)  // turned by a sixth of a circle
    planned.found.landmarks[i] = Affine{{300, -520, 900, 520, 300, 400}}(canonical_landmarks[i]);
  ExtractOptions options;
  const Affine crop_from_frame = face_matrix(planned.found.landmarks, 256, FaceType::whole);
  const double shrink = 1 / std::hypot(crop_from_frame.m[0], crop_from_frame.m[3]);
  ASSERT_GT(shrink, 3);
  options.image_size = 256;
  for (const double waves : {0.75, 1.1, 1.7, 2.3}) {  // a pixel of the crop; above 0.5 it cannot show them
    ImageU8 frame(side, side, 3);
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        const double phase = 2 * std::numbers::pi * waves / shrink * (0.8 * x + 0.6 * y);
        for (int c = 0; c < 3; ++c) frame.at(x, y, c) = static_cast<std::uint8_t>(128 + 100 * std::sin(phase));
      }
    }
    const auto contrast = [&](Resampling resampling) {
      options.resampling = resampling;
      const auto crop = cut_face(frame, "", planned, options).image_bgr;
      double sum = 0, squares = 0;
      int n = 0;
      for (int y = 96; y < 160; ++y) {
        for (int x = 96; x < 160; ++x, ++n) sum += crop.at(x, y), squares += crop.at(x, y) * crop.at(x, y);
      }
      return std::sqrt(squares / n - sum / n * (sum / n)) / (100 / std::numbers::sqrt2);
    };
    EXPECT_GT(contrast(Resampling::compatible), 0.5) << waves;
    EXPECT_LT(contrast(Resampling::area), 0.15) << waves;
  }
}

TEST_F(Extract, TheVerbDescribesItself) {
  const Verb verb = extract_verb();
  EXPECT_EQ(verb.name, "extract");
  EXPECT_EQ(verb.positionals.front().choices, (std::vector<std::string>{"src", "dst"}));
  EXPECT_EQ(verb.prepare().rows.front().choices.size(), 8u);
}

}  // namespace
}  // namespace understudy
