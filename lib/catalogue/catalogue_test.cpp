// SPDX-License-Identifier: Apache-2.0
#include "lib/catalogue/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>
#include <thread>

#include "lib/base/scratch_folder.hpp"
#include "lib/catalogue/database.hpp"
#include "lib/catalogue/reader.hpp"
#include "lib/face/face_file.hpp"

namespace understudy {
namespace {

constexpr int side = 96;

// A face whose picture is noise of that number.
void put_face(const fs::path& path, unsigned number) {
  ImageU8 image(side, side, 3);
  std::mt19937 chance(number);
  for (auto& v : image.data) v = static_cast<std::uint8_t>(chance() % (100 + number % 150));
  FaceInfo info;
  info.face_type = FaceType::whole;
  for (std::size_t i = 0; i < 68; ++i) {
    const auto& p = model_points_3d[i];
    info.landmarks[i] = i < 36 && (p[0] != 0 || p[1] != 0) ? Point{48 + p[0] * 0.4, 48 + p[1] * 0.4}
                                                           : canonical_landmarks[i] * 50 + Point{23, 23};
  }
  info.source_filename = fmt::format("{:05}.png", number);
  info.source_rect = Rect{0, 0, 10.0 + number, 10};
  ASSERT_TRUE(write_face_jpeg(path, image, 90, info));
}

class CatalogueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (unsigned i = 0; i < 12; ++i) put_face(faces() / fmt::format("{:03}.jpg", i), i);
  }
  fs::path faces() const { return root_ / "data_src" / "aligned"; }
  fs::path database() const { return root_ / ".understudy" / "catalogue.db"; }

  // Opens it anew each time, as each command does.
  std::vector<CatalogueEntry> sync(int threads = 2) {
    auto catalogue = Catalogue::open(database(), root_, run_);
    if (!catalogue) ADD_FAILURE() << to_sentence(catalogue.error());
    auto entries = catalogue->sync(faces(), threads, run_);
    if (!entries) ADD_FAILURE() << to_sentence(entries.error());
    report_ = catalogue->report();
    return *std::move(entries);
  }
  const ScratchFolder scratch_;
  fs::path root_ = scratch_.path / "workspace";
  SyncReport report_;
  std::vector<std::string> warnings_;
  std::atomic<bool> stop_ = false;
  understudy::Run run_{[this](const Event& event) {
    if (const auto* warning = std::get_if<WarningEvent>(&event)) warnings_.push_back(warning->text);
  }};
};

TEST_F(CatalogueTest, MeasuresEachFaceOnceAndTheSameByAnyNumberOfThreads) {
  const auto first = sync(1);
  EXPECT_EQ(report_.measured, 12U);
  ASSERT_EQ(first.size(), 12U);
  EXPECT_EQ(first[3].source, "00003.png");
  EXPECT_EQ(first[3].face_type, "whole_face");
  EXPECT_EQ(first[3].numbers.rect_size, 130);
  EXPECT_GT(first[3].numbers.motion_blur, 0);
  const auto again = sync();
  EXPECT_EQ(report_.measured, 0U);
  fs::remove(database());
  const auto anew = sync(3);
  EXPECT_EQ(report_.measured, 12U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].name, anew[i].name);
    for (const auto& row : number_rows()) {
      const double a = first[i].numbers.*row.member, b = again[i].numbers.*row.member, c = anew[i].numbers.*row.member;
      EXPECT_TRUE((a == b && b == c) || (std::isnan(a) && std::isnan(b) && std::isnan(c))) << row.name;
    }
  }
}

TEST_F(CatalogueTest, FollowsWhatIsRenamedMovedChangedAndGone) {
  const auto before = sync();
  fs::rename(faces() / "000.jpg", faces() / "renamed.jpg");
  fs::rename(faces() / "001.jpg", faces() / "x.jpg");
  fs::rename(faces() / "002.jpg", faces() / "001.jpg");  // another's old name
  fs::rename(faces() / "x.jpg", faces() / "002.jpg");
  fs::create_directories(faces().string() + "_trash");
  fs::rename(faces() / "003.jpg", fs::path(faces().string() + "_trash") / "003.jpg");
  put_face(faces() / "004.jpg", 99);
  const auto after = sync();
  EXPECT_EQ(report_.files, 11U);
  EXPECT_EQ(report_.measured, 1U);
  EXPECT_EQ(report_.followed, 3U);
  const auto source_of = [&](const std::string& name) {
    for (const auto& e : after)
      if (e.name == name) return e.source;
    return std::string("none");
  };
  EXPECT_EQ(source_of("renamed.jpg"), "00000.png");
  EXPECT_EQ(source_of("001.jpg"), "00002.png");
  EXPECT_EQ(source_of("002.jpg"), "00001.png");
  EXPECT_EQ(source_of("004.jpg"), "00099.png");
  // Back from the trash it is known still.
  fs::rename(fs::path(faces().string() + "_trash") / "003.jpg", faces() / "003.jpg");
  sync();
  EXPECT_EQ(report_.measured, 0U);
  EXPECT_EQ(report_.followed, 1U);
  // A workspace that was moved keeps its catalogue.
  const auto elsewhere = root_.string() + "-moved";
  fs::rename(root_, elsewhere);
  root_ = elsewhere;
  sync();
  EXPECT_EQ(report_.measured, 0U);
}

TEST_F(CatalogueTest, NamesMayBeAnyBytes) {
  sync();
  const std::string odd = "caf\xe9\n'\\xe9.jpg";
  fs::rename(faces() / "000.jpg", faces() / odd);
  for (const std::size_t followed : {1U, 0U}) {
    const auto entries = sync();
    EXPECT_EQ(report_.followed, followed);
    EXPECT_EQ(report_.measured, 0U);
    EXPECT_TRUE(std::ranges::any_of(entries, [&](const auto& e) { return e.name == odd; }));
  }
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(CatalogueTest, TellsOfWhatCannotBeReadAndGoesOn) {
  auto bytes = *read_file(faces() / "005.jpg");
  bytes.resize(bytes.size() / 2);
  ASSERT_TRUE(write_file(faces() / "005.jpg", bytes));
  ASSERT_TRUE(write_text(faces() / "foreign.jpg", "this is no picture"));
  ASSERT_TRUE(write_text(faces() / "notes.txt", "nor is this"));
  fs::create_directories(faces() / "folder.jpg");
  const auto entries = sync();
  EXPECT_EQ(entries.size(), 13U);
  EXPECT_EQ(report_.unreadable, 2U);
  EXPECT_EQ(warnings_.size(), 2U);
  EXPECT_EQ(entries[5].state, FaceState::unreadable);
  EXPECT_FALSE(entries[5].problem.empty());
  EXPECT_TRUE(std::isnan(entries[5].numbers.blur));
}

TEST_F(CatalogueTest, IsBuiltAnewWhenDamaged) {
  const auto first = sync();
  auto bytes = *read_file(database());
  std::mt19937 chance(5);
  for (int round = 0; round < 40; ++round) {
    Bytes damaged = bytes;
    if (round == 0) damaged.assign(1000, 'x');
    if (round == 1) damaged.resize(bytes.size() / 3);
    for (int i = 0; round > 1 && i < 400; ++i) damaged[chance() % damaged.size()] = static_cast<std::uint8_t>(chance());
    for (const char* ending : {"-wal", "-shm"}) fs::remove(database().string() + ending);
    ASSERT_TRUE(write_file(database(), damaged));
    const auto entries = sync();
    ASSERT_EQ(entries.size(), 12U) << round;
    auto catalogue = Catalogue::open(database(), root_, run_);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto& e = entries[i];
      EXPECT_EQ(e.source, first[i].source);
      for (const auto& row : number_rows()) {
        const double a = first[i].numbers.*row.member, b = e.numbers.*row.member;
        EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << row.name << " in round " << round;
      }
      const auto h = catalogue->histograms(e);
      ASSERT_TRUE(h) << to_sentence(h.error());
      ASSERT_TRUE(catalogue->blocks(e));
    }
  }
}

TEST_F(CatalogueTest, AStopKeepsWhatWasMeasured) {
  ASSERT_TRUE(write_text(faces() / "000.jpg", "damaged"));
  understudy::Run stopping([&](const Event& event) {
    if (std::holds_alternative<WarningEvent>(event)) stop_ = true;  // at the first face
  });
  auto catalogue = Catalogue::open(database(), root_, stopping);
  ASSERT_TRUE(catalogue);
  std::jthread stopper([&] {
    while (!stop_) std::this_thread::yield();
    stopping.request_stop();
  });
  const auto entries = catalogue->sync(faces(), 1, stopping);
  stop_ = true;
  const auto measured = catalogue->report().measured;
  EXPECT_GT(measured, 0U);
  if (!entries) {
    EXPECT_EQ(entries.error().code, Code::cancelled);
  }
  EXPECT_EQ(sync().size(), 12U);
  EXPECT_EQ(report_.measured, 12 - measured);
}

TEST_F(CatalogueTest, WorksInMemoryWhereItCannotBeWritten) {
  fs::create_directories(database());  // a folder of that name
  const auto entries = sync();
  EXPECT_EQ(entries.size(), 12U);
  ASSERT_FALSE(warnings_.empty());
  EXPECT_NE(warnings_[0].find("not kept"), std::string::npos);
}

TEST_F(CatalogueTest, AnotherMayWriteWhileFacesAreMeasured) {
  put_face(root_ / "data_dst" / "aligned" / "a.jpg", 50);
  auto other = Catalogue::open(database(), root_, run_);
  ASSERT_TRUE(other);
  const auto others = other->sync(root_ / "data_dst" / "aligned", 1, run_);
  ASSERT_TRUE(others);
  ASSERT_TRUE(write_text(faces() / "011.jpg", "damaged"));  // measured last: its warning comes in the midst
  std::optional<Result<>> written;
  understudy::Run measuring([&](const Event& event) {
    if (std::holds_alternative<WarningEvent>(event)) written = other->keep_persons(*others);
  });
  auto catalogue = Catalogue::open(database(), root_, measuring);
  ASSERT_TRUE(catalogue);
  ASSERT_TRUE(catalogue->sync(faces(), 1, measuring));
  ASSERT_TRUE(written);
  EXPECT_TRUE(*written) << to_sentence(written->error());
}

// Two commands that measure the same new faces at once.
TEST_F(CatalogueTest, TwoMayMeasureTheSameFaces) {
  ASSERT_TRUE(write_text(faces() / "011.jpg", "damaged"));
  auto other = Catalogue::open(database(), root_, run_);
  ASSERT_TRUE(other);
  understudy::Run measuring([&](const Event& event) {
    if (std::holds_alternative<WarningEvent>(event)) {
      EXPECT_TRUE(other->sync(faces(), 1, run_));
    }
  });
  auto catalogue = Catalogue::open(database(), root_, measuring);
  ASSERT_TRUE(catalogue);
  const auto entries = catalogue->sync(faces(), 1, measuring);
  ASSERT_TRUE(entries) << to_sentence(entries.error());
  EXPECT_TRUE(catalogue->histograms(entries->front()));
  EXPECT_EQ(sync().size(), 12U);
  EXPECT_EQ(report_.measured, 0U);
}

TEST_F(CatalogueTest, AFullDiskIsNoDamage) {
  using catalogue::Database;
  auto small = Database::open(root_ / "full.db");
  ASSERT_TRUE(small);
  ASSERT_TRUE(small->execute("CREATE TABLE t (x); PRAGMA max_page_count = 20;"));
  const auto fill = [&] {
    return small->in_one_transaction([&]() -> Result<> {
      for (int i = 0; i < 100; ++i) TRY_VOID(small->execute("INSERT INTO t VALUES (zeroblob(4000))"));
      return {};
    });
  };
  for (int round = 0; round < 2; ++round) {
    const auto full = fill();
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, Code::io) << to_sentence(full.error());
    EXPECT_NE(full.error().message.find("full"), std::string::npos) << full.error().message;
  }
  EXPECT_TRUE(small->in_one_transaction([&] { return small->execute("INSERT INTO t VALUES (1)"); }));
  // A command out of place says nothing of the file, a table that is not there does.
  EXPECT_EQ(small->execute("COMMIT").error().code, Code::io);
  EXPECT_EQ(small->prepare("SELECT * FROM gone").error().code, Code::bad_file);
}

TEST_F(CatalogueTest, EmbeddingsAreMadeOnceForEachMaker) {
  auto catalogue = Catalogue::open(database(), root_, run_);
  const auto entries = *catalogue->sync(faces(), 2, run_);
  std::atomic<int> made = 0;
  const Catalogue::Embedder embed = [&](const Face& face, unsigned) -> Result<Catalogue::Embedding> {
    ++made;
    if (face.info.source_filename == "00007.png") return fail(Code::bad_file, "no face in it");
    return Catalogue::Embedding{static_cast<float>(face.info.source_rect->right), 2};
  };
  const auto all = *catalogue->embeddings(entries, "one", embed, 2, run_);
  EXPECT_EQ(made, 12);
  EXPECT_EQ(all[4], (Catalogue::Embedding{14, 2}));
  EXPECT_TRUE(all[7].empty());
  const auto again = *catalogue->embeddings(entries, "one", embed, 2, run_);
  EXPECT_EQ(made, 13);  // the one that failed
  EXPECT_EQ(again, all);
  ASSERT_TRUE(catalogue->embeddings(entries, "other", embed, 2, run_));
  EXPECT_EQ(made, 25);
}

TEST_F(CatalogueTest, WhoAFaceIsStaysUntilTheFileChanges) {
  auto entries = sync();
  EXPECT_TRUE(std::isnan(entries[5].numbers.person));
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].numbers.person = static_cast<double>(i % 2);
  ASSERT_TRUE(Catalogue::open(database(), root_, run_)->keep_persons(entries));
  EXPECT_EQ(sync()[5].numbers.person, 1);
  EXPECT_FALSE(report_.rebuilt);
  put_face(entries[5].path, 99);
  EXPECT_TRUE(std::isnan(sync()[5].numbers.person));
}

// A face file may say what it likes of its numbers.
TEST_F(CatalogueTest, ANegativeZeroIsNoDamage) {
  const auto path = faces() / "zero.jpg";
  put_face(path, 50);
  auto info = *read_face_info(path);
  info.extra.emplace_back("understudy_track", pickle::Value(-0.0));
  ASSERT_TRUE(write_file(path, *with_face_info(*read_file(path), info)));
  const auto first = sync();
  EXPECT_EQ(first.back().numbers.track, 0);
  EXPECT_TRUE(std::signbit(first.back().numbers.track));
  sync();
  EXPECT_FALSE(report_.rebuilt);
  EXPECT_EQ(report_.measured, 0U);
}

TEST_F(CatalogueTest, ALookWritesNothingAndWaitsForNobody) {
  EXPECT_EQ(CatalogueReader::open(database(), root_).error().code, Code::not_found);
  const auto measured = sync();
  auto reader = CatalogueReader::open(database(), root_);
  ASSERT_TRUE(reader);
  const auto version = *reader->version();
  const auto look = [&] { return *faces_now(faces(), *reader->of_folder(faces()), *reader->aside()); };
  auto seen = look();
  ASSERT_EQ(seen.size(), 12U);
  EXPECT_EQ(seen[3].numbers.motion_blur, measured[3].numbers.motion_blur);
  EXPECT_TRUE(*reader->blocks(seen[3].id));
  EXPECT_FALSE(*reader->blocks(999999));
  put_face(faces() / "new.jpg", 77);
  fs::rename(faces() / "000.jpg", scratch_.path / "000.jpg");
  put_face(faces() / "005.jpg", 88);
  seen = look();
  ASSERT_EQ(seen.size(), 12U);
  EXPECT_EQ(std::ranges::count(seen, 0, &CatalogueEntry::id), 2);
  EXPECT_EQ(*reader->version(), version);
  sync();
  EXPECT_NE(*reader->version(), version);
  seen = look();
  EXPECT_EQ(std::ranges::count(seen, 0, &CatalogueEntry::id), 0);
  // What was put aside meanwhile is known when it is back, without being measured.
  fs::rename(scratch_.path / "000.jpg", faces() / "back.jpg");
  seen = look();
  ASSERT_EQ(seen.size(), 13U);
  EXPECT_EQ(std::ranges::find(seen, "back.jpg", &CatalogueEntry::name)->numbers.motion_blur,
            measured[0].numbers.motion_blur);
  EXPECT_TRUE(reader->still_there());
  fs::remove(database());
  EXPECT_FALSE(reader->still_there());
}

}  // namespace
}  // namespace understudy
