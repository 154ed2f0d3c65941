// SPDX-License-Identifier: Apache-2.0
// Extracting again: where the frames are another clip's, where some went, changed or can be read again.
#include <gtest/gtest.h>

#include "lib/base/made_files.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/face/extra_keys.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/sequence.hpp"
#include "lib/project/extract_journal.hpp"
#include "lib/project/face_history.hpp"
#include "steps/2_extract/extract.hpp"

namespace understudy {
namespace {

class Again : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(frames_); }
  static ImageU8 person(double yaw, double x = 0, bool b = true) {
    const synthetic::Actor actor(b ? synthetic::demo_identity_b() : synthetic::demo_identity_a(), 0.5f);
    synthetic::Performance play;
    play.yaw = yaw, play.x = x;
    return actor.render(play, {.width = 320, .height = 320, .supersampling = 1}).frame_bgr;
  }
  fs::path frame(int i) const { return frames_ / media::frame_name(i, 1000); }
  void clip(int count, bool b = true) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(write_image(frame(i), person(0.5 * i, 0, b)));
  }
  void manifest(const std::string& video, int count) {
    media::Sequence sequence;
    sequence.source = {{"name", "data_dst.mp4"}, {"bytes", video.size()}, {"video", video}};
    sequence.options = nlohmann::json::object();
    sequence.time_base = {1, 25};
    for (int i = 0; i < count; ++i) sequence.ticks[frame(i).stem().string()] = i;
    ASSERT_TRUE(media::write_sequence(manifest_, sequence));
  }
  void label(const std::string& name) const {
    auto info = *read_face_info(aligned_ / name);
    info.polygons = {{Polygon::Kind::include, {{10, 10}, {60, 10}, {30, 70}}}};
    ASSERT_TRUE(write_file(aligned_ / name, *with_face_info(*read_file(aligned_ / name), info)));
  }
  std::size_t labels(const fs::path& face) const {
    const auto info = read_face_info(face);
    return info ? info->polygons.size() : 0;
  }
  ExtractReport run(const ExtractOptions& options) {
    const auto report = extract(options, paths_, run_);
    EXPECT_TRUE(report) << (report ? std::string() : to_sentence(report.error()));
    return report ? *report : ExtractReport{};
  }
  // Somebody places a face a little to the right of where it was found.
  void by_hand(int i) {
    const auto name = frame(i).stem().string() + "_0.jpg";
    std::string points;
    const auto info = *read_face_info(aligned_ / name);
    for (const Point p : *info.source_landmarks)
      points += fmt::format("{}[{},{}]", points.empty() ? "" : ",", p.x + 9, p.y);
    const auto entry = fmt::format(R"({{"frames":{{"{}":{{"faces":[{{"landmarks":[{}]}}]}}}}}})",
                                   frame(i).filename().string(), points);
    ASSERT_TRUE(write_text(hand_, entry));
  }
  // Of the frame's first face; a name that another face of the frame had is not given again at once.
  double nose(int i) const {
    for (const char* number : {"_0.jpg", "_1.jpg"}) {
      const auto info = read_face_info(aligned_ / (frame(i).stem().string() + number));
      if (info) return (*info->source_landmarks)[30].x;
    }
    return -1;
  }

  const ScratchFolder scratch_;
  const fs::path root_ = scratch_.path, frames_ = root_ / "data_dst", aligned_ = root_ / "aligned",
                 manifest_ = root_ / "frames-dst.json", hand_ = root_ / "hand.json";
  ExtractPaths paths_{frames_, aligned_, root_ / "debug", root_ / "journal.jsonl", {manifest_}};
  ExtractOptions small_ = [] {
    ExtractOptions options;
    options.image_size = 96;
    return options;
  }();
  std::string said_;
  understudy::Run run_{[this](const Event& event) {
    if (const auto* warning = std::get_if<WarningEvent>(&event)) said_ += warning->text;
    if (const auto* note = std::get_if<NoteEvent>(&event)) said_ += note->text;
  }};
};

TEST_F(Again, AnotherVideoUnderTheSameNamesIsAnotherSource) {
  clip(3);
  manifest("one", 3);
  run(small_);
  label("00002_0.jpg");
  clip(3, false);
  manifest("another", 3);
  const auto report = run(small_);
  ASSERT_FALSE(report.backup.empty());
  EXPECT_EQ(labels(report.backup / "00002_0.jpg"), 1u);
  EXPECT_EQ(labels(aligned_ / "00002_0.jpg"), 0u);
  EXPECT_EQ(report.frames_done_before, 0);
}

TEST_F(Again, OtherPicturesWithoutAManifestAreAnotherSource) {
  clip(3);
  run(small_);
  label("00002_0.jpg");
  clip(3, false);
  const auto report = run(small_);
  EXPECT_EQ(labels(report.backup / "00002_0.jpg"), 1u);
  EXPECT_EQ(labels(aligned_ / "00002_0.jpg"), 0u);
}

TEST_F(Again, ADenoisedClipIsTheSame) {
  for (const bool known : {true, false}) {  // to a manifest; else the originals tell
    fs::remove_all(aligned_);
    fs::remove_all(root_ / "data_dst_original");
    fs::remove(paths_.journal);
    fs::remove(manifest_);
    clip(3);
    if (known) manifest("one", 3);
    run(small_);
    label("00002_0.jpg");
    fs::create_directories(root_ / "data_dst_original");
    for (int i = 0; i < 3; ++i) {
      const auto original = root_ / "data_dst_original" / frame(i).filename();
      if (!known) fs::copy_file(frame(i), original);
      auto picture = *read_image(frame(i));
      for (auto& v : picture.data) v = static_cast<std::uint8_t>(v ^ 1);
      ASSERT_TRUE(write_image(frame(i), picture));
    }
    const auto report = run(small_);
    EXPECT_TRUE(report.backup.empty()) << report.backup;
    EXPECT_EQ(report.frames_done_before, 0);
    EXPECT_EQ(labels(aligned_ / "00002_0.jpg"), 1u);
  }
}

TEST_F(Again, AClipThatIsDenoisedOnceMoreOrNoLongerIsTheSame) {
  clip(3);
  auto made = MadeFiles::open(frames_);
  ASSERT_TRUE(made);
  const auto changed = [&](int i, std::uint8_t by) {
    auto picture = person(0.5 * i);
    for (auto& v : picture.data) v = static_cast<std::uint8_t>(v ^ by);
    return *encode_png(picture);
  };
  const auto denoise = [&](std::uint8_t by) {
    for (int i = 0; i < 3; ++i)
      ASSERT_TRUE(made->write(frame(i).filename(), changed(i, by), fmt::format("{:016x}", by)));
  };
  denoise(1);
  run(small_);
  label("00002_0.jpg");
  denoise(2);
  EXPECT_TRUE(run(small_).backup.empty());
  EXPECT_EQ(labels(aligned_ / "00002_0.jpg"), 1u);
  clip(3);  // the originals are back
  EXPECT_TRUE(run(small_).backup.empty());
  // A name that another face of the frame had is not given again at once.
  EXPECT_EQ(labels(aligned_ / "00002_0.jpg") + labels(aligned_ / "00002_1.jpg"), 1u) << said_;
}

TEST_F(Again, ALabelThatWasCarriedIsMovedAsideWithAFaceThatIsNotFoundAnyMore) {
  clip(3);
  run(small_);
  label("00003_0.jpg");
  auto picture = *read_image(frame(2));
  for (auto& v : picture.data) v = static_cast<std::uint8_t>(v ^ 1);
  ASSERT_TRUE(write_image(frame(2), picture));
  run(small_);  // cut anew, with the label
  ASSERT_EQ(labels(aligned_ / "00003_0.jpg"), 1u);
  ASSERT_TRUE(write_image(frame(2), ImageU8(320, 320, 3, 90)));
  run(small_);
  EXPECT_FALSE(is_there(aligned_ / "00003_0.jpg"));
  std::size_t kept = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root_))
    if (entry.path().filename() == "00003_0.jpg") kept += labels(entry.path());
  EXPECT_EQ(kept, 1u);
}

TEST_F(Again, AFrameThatCannotBeReadHoldsNoHandWorkUp) {
  auto options = small_;
  options.smooth = Smoothing::off;
  clip(3);
  run(options);
  by_hand(1);
  ASSERT_TRUE(write_text(frame(1), "half a picture"));
  options.manual = hand_;
  EXPECT_EQ(run(options).frames, 3);
  EXPECT_NE(said_.find("Nothing is placed by hand there"), std::string::npos) << said_;
}

TEST_F(Again, AnOlderJournalThatTellsNoClipIsGoneOnWith) {
  clip(3);
  run(small_);  // no manifest yet
  label("00002_0.jpg");
  manifest("one", 3);
  EXPECT_EQ(run(small_).frames_done_before, 3);
  ASSERT_TRUE(write_image(frame(0), person(10)));
  const auto report = run(small_);
  EXPECT_TRUE(report.backup.empty());
  EXPECT_EQ(labels(aligned_ / "00002_0.jpg"), 1u);
}

TEST_F(Again, HandWorkGoesWithItsFrame) {
  for (const auto smooth : {Smoothing::on, Smoothing::off}) {
    auto options = small_;
    options.smooth = smooth;
    options.redo = true;
    clip(5);
    run(options);
    options.redo = false;
    by_hand(3);
    const double found = nose(3);
    options.manual = hand_;
    run(options);
    EXPECT_NEAR(nose(3), found + 9, 1e-6);
    options.manual.clear();
    fs::remove(frame(0));
    fs::remove(hand_);
    options.missing = true;
    run(options);
    EXPECT_NEAR(nose(3), found + 9, 1e-6);
    // Another size or a thorough look cuts and looks anew; what somebody placed stays.
    options.image_size = 128;
    options.thorough = true;
    run(options);
    EXPECT_NEAR(nose(3), found + 9, 1e-6);
  }
}

TEST_F(Again, HandWorkOnAnotherClipIsKeptButDoesNotCount) {
  clip(3);
  manifest("one", 3);
  run(small_);
  by_hand(1);
  auto options = small_;
  options.manual = hand_;
  run(options);
  const double placed = nose(1);
  manifest("another", 3);
  run(small_);
  EXPECT_GT(std::abs(nose(1) - placed), 4);
  EXPECT_NE(said_.find("journal.faces_backup-1"), std::string::npos) << said_;
  EXPECT_TRUE(fs::exists(root_ / "journal.faces_backup-1"));
}

TEST_F(Again, FacesByHandComeBeforeTheLargest) {
  clip(2);
  auto options = small_;
  options.max_faces = 1;
  for (const auto smooth : {Smoothing::on, Smoothing::off}) {
    options.smooth = smooth;
    options.redo = true;
    options.manual.clear();
    run(options);
    options.redo = false;
    ASSERT_TRUE(write_text(hand_, R"({"frames":{"00002":{"faces":[{"forced":[250,250,262,250]}],"replace":false}}})"));
    options.manual = hand_;
    run(options);
    EXPECT_NEAR(nose(1), 250, 1);
  }
}

TEST_F(Again, AFrameThatCanBeReadAgainIsDone) {
  for (const auto smooth : {Smoothing::on, Smoothing::off}) {
    auto options = small_;
    options.smooth = smooth;
    options.redo = true;
    clip(3);
    run(options);
    options.redo = false;
    // As after a disk that failed for a moment: recorded as unreadable, with the content that it has.
    auto text = *read_text(paths_.journal);
    const auto line = text.find(R"({"bytes")", text.find("00001.png"));
    const auto end = text.find('\n', line);
    auto record = nlohmann::json::parse(text.substr(line, end - line));
    ASSERT_EQ(record["frame"], "00002.png");
    record["problem"] = "Input/output error";
    record["faces"] = nlohmann::json::array();
    record.erase("marks");
    text.replace(line, end - line, record.dump());
    ASSERT_TRUE(write_text(paths_.journal, text));
    fs::remove(aligned_ / "00002_0.jpg");
    const auto report = run(options);
    EXPECT_TRUE(report.unreadable.empty());
    EXPECT_EQ(report.faces, 3);
    EXPECT_TRUE(fs::exists(aligned_ / "00002_0.jpg"));
  }
}

TEST_F(Again, AFrameThatCannotBeReadKeepsWhatIsKnownOfIt) {
  auto options = small_;
  options.smooth = Smoothing::off;
  clip(3);
  run(options);
  const auto good = *read_file(frame(1));
  fs::remove(aligned_ / "00002_0.jpg");  // weeded out
  ASSERT_TRUE(write_image(frame(1), person(1)));
  run(options);  // which notices that
  EXPECT_FALSE(fs::exists(aligned_ / "00002_0.jpg"));
  ASSERT_TRUE(write_text(frame(1), "no picture"));
  EXPECT_EQ(run(options).unreadable, std::vector<std::string>{"00002.png"});
  ASSERT_TRUE(write_file(frame(1), good));
  EXPECT_EQ(run(options).faces, 2);
  EXPECT_FALSE(fs::exists(aligned_ / "00002_0.jpg"));
}

// A mark goes when its face was cut, and not when its frame could not be read.
TEST_F(Again, AMarkStaysUntilItsFaceIsCut) {
  auto options = small_;
  options.smooth = Smoothing::off;
  clip(3);
  run(options);
  ASSERT_TRUE(FaceHistory::open(aligned_)->say(
      "mark", {{"00002.png/90", "mark", "redo"}, {"00003.png/90", "mark", "redo"}, {"00700.png/90", "mark", "redo"}}));
  ASSERT_TRUE(write_text(frame(1), "no picture"));
  options.marked = true;
  run(options);
  const auto marks = FaceHistory::open(aligned_)->facts().at("mark");
  EXPECT_EQ(marks.size(), 2u);
  EXPECT_FALSE(marks.contains("00003.png/90"));
}

TEST_F(Again, AThoroughLookOutlivesAChangedNeighbour) {
  clip(4);
  auto options = small_;
  options.smooth = Smoothing::on;
  run(options);
  fs::remove(aligned_ / "00002_0.jpg");
  options.redo_deleted = true;
  run(options);
  options.redo_deleted = false;
  const auto looks = [&] {  // of the frame itself, in the log of what was seen
    const auto log = *read_text(root_ / "journal.faces");
    std::size_t n = 0;
    for (auto at = log.find("UFF1"); at != std::string::npos; at = log.find("UFF1", at + 1))
      n += log.compare(at + 24, 1, std::string(1, '\1')) == 0 && (log[at + 4] == 1 || log[at + 4] == 6);
    return n;
  };
  const auto before = looks();
  ASSERT_TRUE(write_image(frame(3), person(12)));
  run(options);
  EXPECT_EQ(looks(), before);
}

TEST_F(Again, TrackNumbersFollowATrackThatIsFoundLater) {
  // Two people, one after the other, each alone, and so far apart that the second is looked for apart from the first,
  // who is not there at first.
  constexpr int count = 44, first = 6, second = 32;
  for (int i = 0; i < count; ++i)
    ASSERT_TRUE(write_image(frame(i), i < second ? ImageU8(320, 320, 3, 90) : person(0.4 * i, 0.08)));
  auto options = small_;
  options.smooth = Smoothing::on;
  run(options);
  const auto track = [&](int i) {
    const auto info = read_face_info(aligned_ / (frame(i).stem().string() + "_0.jpg"));
    return info ? extra_number(*info, "understudy_track").value_or(-1) : -1;
  };
  EXPECT_EQ(track(40), 0);
  label("00041_0.jpg");
  for (int i = 0; i < first; ++i) ASSERT_TRUE(write_image(frame(i), person(0.4 * i, -0.05, false)));
  const auto report = run(options);
  EXPECT_EQ(report.tracks, 2);
  EXPECT_GE(report.frames_done_before, count - second);  // the second person's are not cut anew
  EXPECT_EQ(track(2), 0);
  EXPECT_EQ(track(40), 1);
  EXPECT_EQ(labels(aligned_ / "00041_0.jpg"), 1u);
  const auto journal = *Journal::load(paths_.journal);
  for (const auto& [name, record] : journal.records()) {
    for (std::size_t k = 0; k < record.files.size(); ++k)
      EXPECT_EQ(record.marks[k].file == print_of(*read_file(aligned_ / record.files[k])).hash, name != "00041.png")
          << name;
  }
}

}  // namespace
}  // namespace understudy
