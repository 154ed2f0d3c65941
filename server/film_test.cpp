// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/project/extract_journal.hpp"
#include "server/clips.hpp"
#include "server/found.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Four frames of dst, of which three are merged.
struct Film {
  ScratchFolder scratch;
  Workspace workspace{scratch.path / "film"};
  Clips clips{workspace};
  Pictures pictures{workspace};

  Film() {
    for (int i = 1; i <= 4; ++i) {
      const auto name = fmt::format("0000{}.png", i);
      EXPECT_TRUE(write_image(workspace.frames(Side::dst) / name, ImageU8(64, 32, 3, static_cast<std::uint8_t>(i))));
      if (i == 3) continue;
      EXPECT_TRUE(write_image(workspace.merged() / name, ImageU8(64, 32, 3, 200)));
    }
  }
  Result<Reply> frame(const std::string& clip, const std::string& number, const std::string& size = "0") {
    Request request;
    request.parts = {clip, number};
    request.query["size"] = size;
    return clips.frame(pictures, request);
  }
};

void write_face(const fs::path& path, const std::string& frame, int person, bool filled = false) {
  FaceInfo info;
  info.source_filename = frame;
  info.source_rect = Rect{10, 5, 30, 25};
  info.source_landmarks.emplace();
  for (std::size_t i = 0; i < 68; ++i) (*info.source_landmarks)[i] = {10 + 0.25 * static_cast<double>(i), 12};
  info.extra.emplace_back("understudy_person", pickle::Value(std::int64_t{person}));
  info.extra.emplace_back("understudy_track", pickle::Value(std::int64_t{person + 3}));
  if (filled) info.extra.emplace_back("understudy_filled", pickle::Value(true));
  ASSERT_TRUE(write_face_jpeg(path, ImageU8(32, 32, 3, 90), 90, info));
}

TEST(Clips, TellWhichFramesAreMerged) {
  Film film;
  const auto facts = film.clips.facts();
  EXPECT_EQ(facts["dst"]["count"], 4);
  EXPECT_EQ(facts["dst"]["width"], 64);
  EXPECT_EQ(facts["dst"]["there"], json::parse("[[0,3]]"));
  EXPECT_EQ(facts["result"]["there"], json::parse("[[0,1],[3,3]]"));
  EXPECT_TRUE(facts["src"].is_null());
  EXPECT_TRUE(facts["matte"].is_null());
  EXPECT_TRUE(facts["videos"]["result"].is_null());
  EXPECT_EQ(facts["reports"], json::object());
}

TEST(Clips, GiveFramesAsTheyAreAndSmall) {
  Film film;
  const auto whole = film.frame("dst", "2");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->file.filename(), "00003.png");
  const auto small = film.frame("result", "3", "16");
  ASSERT_TRUE(small);
  const auto decoded = decode_image({reinterpret_cast<const std::uint8_t*>(small->body.data()), small->body.size()});
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->width, 16);
  EXPECT_THAT(small->body, HasSubstr("compositeWithTrainedAlgorithmicMedia"));
  for (const char* number : {"2", "4", "-1", "99999999999999999999", "1x", ""})
    EXPECT_FALSE(film.frame("result", number)) << number;
  EXPECT_FALSE(film.frame("../dst", "0"));
  EXPECT_FALSE(film.frame("src", "0"));
}

TEST(Clips, OfMergedPicturesThatShareANameTheFirstIsTheFrame) {
  Film film;
  ASSERT_TRUE(write_image(film.workspace.merged() / "00002.jpg", ImageU8(64, 32, 3, 90)));
  const auto shown = film.frame("result", "1");
  ASSERT_TRUE(shown) << to_sentence(shown.error());
  EXPECT_EQ(shown->file.filename(), "00002.jpg");
}

TEST(Clips, AFrameThatIsRetouchedInPlaceIsAskedForAnew) {
  Film film;
  const auto header = [](const Reply& reply, std::string_view name) {
    const auto found = std::ranges::find(reply.headers, name, [](const auto& one) { return one.first; });
    return found == reply.headers.end() ? std::string() : found->second;
  };
  Request request;
  request.parts = {"result", "1"};
  request.query = {{"size", "16"}, {"v", film.clips.facts()["result"]["v"]}};
  const auto before = film.clips.frame(film.pictures, request);
  ASSERT_TRUE(before);
  EXPECT_THAT(header(*before, "Cache-Control"), HasSubstr("no-cache"));
  std::ofstream(film.workspace.merged() / "00002.png", std::ios::app) << "retouched";
  EXPECT_EQ(film.clips.facts()["result"]["v"], request.query["v"]);  // the folder knows nothing of it
  request.headers["if-none-match"] = header(*before, "ETag");
  const auto after = film.clips.frame(film.pictures, request);
  ASSERT_TRUE(after);
  EXPECT_NE(after->status, 304);
  request.headers["if-none-match"] = header(*after, "ETag");
  EXPECT_EQ(film.clips.frame(film.pictures, request)->status, 304);
}

TEST(Clips, AreOpenedAgainWhenTheirFilesChange) {
  Film film;
  const auto before = film.clips.facts()["result"]["v"];
  ASSERT_TRUE(write_image(film.workspace.merged() / "00003.png", ImageU8(64, 32, 3, 200)));
  const auto after = film.clips.facts()["result"];
  EXPECT_NE(after["v"], before);
  EXPECT_EQ(after["there"], json::parse("[[0,3]]"));
}

TEST(Found, IsReadFromTheFacesAndTheJournal) {
  Film film;
  const auto aligned = film.workspace.aligned(Side::dst);
  write_face(aligned / "a.jpg", "00001.png", 0);
  write_face(aligned / "b.jpg", "00001.png", 1);
  write_face(aligned / "renamed by a sort.jpg", "00003.png", 0, true);
  ASSERT_TRUE(write_text(aligned / "no face.jpg", "x"));
  auto journal = Journal::load(film.workspace.state() / "extract-dst.jsonl");
  ASSERT_TRUE(journal && make_folders(film.workspace.state()) && journal->begin(json::object()));
  for (const char* name : {"00001.png", "00002.png", "00003.png"}) ASSERT_TRUE(journal->add({.name = name}));
  ASSERT_TRUE(journal->finish({0, 2}));
  Found found(film.workspace);
  const auto told = found.overview(Side::dst, film.clips);
  ASSERT_TRUE(told);
  EXPECT_EQ((*told)["ready"], true);
  EXPECT_EQ((*told)["frames"], "2-f.");
  EXPECT_EQ((*told)["faces"], 3);
  EXPECT_EQ((*told)["shots"], json::parse("[0,2]"));
  EXPECT_EQ((*told)["tracks"][0], json::parse(R"({"track":3,"person":0,"first":0,"last":2,"frames":2})"));
  const auto at = found.at(Side::dst, film.clips, 0, 1000);
  ASSERT_TRUE(at);
  EXPECT_EQ((*at)["frames"].size(), 4u);
  const auto& faces = (*at)["frames"][0]["faces"];
  ASSERT_EQ(faces.size(), 2u);
  EXPECT_EQ(faces[0]["box"], json::parse("[10.0,5.0,30.0,25.0]"));
  EXPECT_EQ(faces[0]["landmarks"].size(), 136u);
  EXPECT_EQ(faces[0]["path"], "data_dst/aligned/a.jpg");
  EXPECT_EQ((*at)["frames"][1]["faces"].size(), 0u);

  fs::remove(aligned / "b.jpg");
  EXPECT_EQ((*found.overview(Side::dst, film.clips))["frames"], "1-f.");
  EXPECT_FALSE(found.overview(Side::src, film.clips));
}

}  // namespace
}  // namespace understudy::studio
