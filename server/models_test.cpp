// SPDX-License-Identifier: Apache-2.0
#include "server/models.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lib/base/scratch_folder.hpp"
#include "lib/base/usage.hpp"
#include "server/meters.hpp"
#include "server/uploads.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class AWorkspace : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(create_workspace(workspace_.root));
    put("model/m/model.json", R"({"class":"saehd","options":{"resolution":64}})");
    put("model/m/weights-5.safetensors", "12345");
    put("model/m/generations.json",
        R"({"generations":[{"iteration":5,"seconds":2.5,"weights":{"file":"weights-5.safetensors"}},{"iteration":9,"seconds":4}]})");
    put("model/m/backups/01/generations.json", R"({"generations":[{"iteration":5,"weights":{"file":"../../../x"}}]})");
    put("model/m/shown/SAEHD/0000004.jpg", "a");
    put("model/m/shown/SAEHD/0000008.jpg", "b");
    put("model/m/previews/SAEHD.png", "p");
  }
  void put(const std::string& name, std::string_view text) const {
    ASSERT_TRUE(write_text(workspace_.root / name, text));
  }

  const ScratchFolder scratch_;
  const Workspace workspace_{scratch_.path / "film"};
};

TEST_F(AWorkspace, ShowsWhatItsModelsWereSavedAs) {
  put("model/broken/model.json", "{");
  put("model/odd/model.json", R"({"class":7,"options":[]})");
  put("model/odd/generations.json",
      R"({"generations":[1,{"iteration":"x"},{"iteration":1,"weights":7,"seconds":"y"}]})");
  const auto all = models_shown(workspace_);
  ASSERT_EQ(all.size(), 2u);
  const auto& m = all[all[0]["name"] == "m" ? 0 : 1];
  EXPECT_EQ(m["iteration"], 9);
  ASSERT_EQ(m["states"].size(), 3u);
  EXPECT_EQ(m["states"][0]["picture"]["path"], "model/m/shown/SAEHD/0000008.jpg");
  EXPECT_EQ(m["states"][1]["picture"]["path"], "model/m/shown/SAEHD/0000004.jpg");
  EXPECT_EQ(m["states"][1]["bytes"], 5);
  EXPECT_EQ(m["states"][2]["backup"], 1);
  EXPECT_EQ(m["states"][2]["bytes"], 0) << "no name leads out of the folder";
}

TEST_F(AWorkspace, NamesOnlyModels) {
  EXPECT_TRUE(model_folder(workspace_, "m"));
  for (const std::string& name : {std::string(), std::string(".."), std::string("m/backups"), std::string("none"),
                                  std::string("/etc"), std::string("m\0", 2)})
    EXPECT_FALSE(model_folder(workspace_, name)) << name;
}

TEST_F(AWorkspace, ShowsPreviewsAsTheyWere) {
  const auto all = previews_shown(workspace_, workspace_.model() / "m");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["name"], "SAEHD");
  EXPECT_EQ(all[0]["now"]["path"], "model/m/previews/SAEHD.png");
  ASSERT_EQ(all[0]["kept"].size(), 2u);
  EXPECT_EQ(all[0]["kept"][0]["iteration"], 4);
  EXPECT_EQ(previews_shown(workspace_, workspace_.model() / "m", 2)[0]["kept"].size(), 2u);
}

TEST_F(AWorkspace, LosesNothingThatWasNotedOfAModel) {
  const auto model = workspace_.model() / "m";
  EXPECT_EQ(read_model_notes(model)->newest, "");
  ASSERT_TRUE(add_model_note(model, "first\nof two lines", 1));
  ASSERT_TRUE(add_model_note(model, "second", 2));
  ASSERT_TRUE(add_model_note(model, "second", 3));
  ASSERT_TRUE(add_model_note(model, "", 4));
  auto notes = *read_model_notes(model);
  EXPECT_EQ(notes.newest, "");
  ASSERT_EQ(notes.all.size(), 3u);
  EXPECT_EQ(notes.all[0]["text"], "first\nof two lines");
  {
    std::ofstream torn(model / "notes.jsonl", std::ios::app);
    torn << "{\"time\":5,\"te";
  }
  ASSERT_TRUE(add_model_note(model, "third", 6));
  EXPECT_EQ(read_model_notes(model)->all.size(), 4u);
  EXPECT_FALSE(add_model_note(model, std::string(70'000, 'x'), 7));
  put("model/m/notes.jsonl", "{\"format\":\"understudy.model-notes\",\"version\":9}\n");
  EXPECT_EQ(add_model_note(model, "x", 8).error().code, Code::newer_version);
}

TEST_F(AWorkspace, TakesFilesPieceByPiece) {
  Uploads uploads(workspace_);
  const std::string batch = "abcdefgh01";
  EXPECT_EQ((*uploads.add(batch, "clip.mp4", 6, 0, "abc"))["have"], 3);
  EXPECT_EQ((*uploads.add(batch, "clip.mp4", 6, 5, "f"))["have"], 3)
      << "a piece that does not follow is told where to go on";
  Uploads another(workspace_);  // the server was started again
  EXPECT_EQ((*another.add(batch, "clip.mp4", 6, 3, "def"))["whole"], true);
  for (const char* name : {"../x", "/etc/x", "a/../../x", "", ".", "a/"})
    EXPECT_FALSE(uploads.add(batch, name, 1, 0, "x")) << name;
  for (const char* bad : {"short", "../../../../etc", "with space here"})
    EXPECT_FALSE(uploads.add(bad, "x", 1, 0, "x")) << bad;
  EXPECT_FALSE(uploads.add(batch, "y", 1, 0, "xy"));
  EXPECT_THAT(uploads.add(batch, "huge", std::uint64_t{1} << 60, 0, "x").error().message, HasSubstr("disk"));
  ASSERT_TRUE(uploads.take(batch, "video", Side::dst));
  EXPECT_EQ(*read_text(workspace_.root / "data_dst.mp4"), "abcdef");
  EXPECT_FALSE(uploads.folder(batch));
  ASSERT_TRUE(uploads.add(batch, "other.mkv", 1, 0, "x"));
  EXPECT_THAT(uploads.take(batch, "video", Side::dst).error().message, HasSubstr("exists already"));
  EXPECT_TRUE(uploads.folder(batch)) << "what is refused stays";
}

TEST_F(AWorkspace, MovesFacesInAllOrNone) {
  Uploads uploads(workspace_);
  const std::string batch = "abcdefgh02";
  ASSERT_TRUE(uploads.add(batch, "faces/00001_0.jpg", 1, 0, "x"));
  ASSERT_TRUE(uploads.add(batch, "faces/00002_0.jpg", 1, 0, "y"));
  ASSERT_TRUE(uploads.add(batch, "faces/readme.txt", 1, 0, "z"));
  put("data_src/aligned/00002_0.jpg", "mine");
  EXPECT_FALSE(uploads.take(batch, "faces", Side::src));
  EXPECT_EQ(*read_text(workspace_.root / "data_src/aligned/00002_0.jpg"), "mine");
  EXPECT_FALSE(fs::exists(workspace_.root / "data_src/aligned/00001_0.jpg"));
  EXPECT_EQ((*uploads.take(batch, "faces", Side::dst))["moved"], 2);
  EXPECT_EQ(*read_text(workspace_.root / "data_dst/aligned/00002_0.jpg"), "y");
}

TEST_F(AWorkspace, BecomesAnotherBesideThisOne) {
  Uploads uploads(workspace_);
  ASSERT_TRUE(uploads.add("abcdefgh03", "film/data_src/a.png", 1, 0, "x"));
  const auto root = uploads.take_workspace("abcdefgh03");
  ASSERT_TRUE(root);
  EXPECT_EQ(*root, scratch_.path / "film~2");
  EXPECT_TRUE(fs::exists(*root / "data_src/a.png"));
  ASSERT_TRUE(uploads.add("abcdefgh04", "film/nothing.png", 1, 0, "x"));
  EXPECT_FALSE(uploads.take_workspace("abcdefgh04"));
}

TEST_F(AWorkspace, ListsNamesOfFoldersAlone) {
  put(".hidden", "x");
  const auto listed = *folder_listing(workspace_.root);
  EXPECT_THAT(listed["folders"], testing::Contains("model"));
  EXPECT_FALSE(listed.dump().find(".hidden") != std::string::npos);
  EXPECT_FALSE(folder_listing("relative"));
  EXPECT_FALSE(folder_listing(workspace_.root / "none"));
}

TEST(Meters, AreOfThisMachine) {
  const auto ticks = cpu_ticks();
  EXPECT_GT(ticks.all, ticks.busy);
  EXPECT_GT(process_usage(1).memory + 1, 0u);
  EXPECT_EQ(process_usage(-1).memory, 0u);
  Meters meters;
  const auto told = meters.read("/", {});
  EXPECT_GT(told["memory"]["total"].get<double>(), told["memory"]["used"].get<double>());
  EXPECT_GT(told["disk"]["free"].get<double>(), 0);
}

}  // namespace
}  // namespace understudy::studio
