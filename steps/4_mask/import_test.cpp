// SPDX-License-Identifier: Apache-2.0
// What of a folder becomes which face's mask and labels.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/face_mask.hpp"
#include "steps/4_mask/exchange.hpp"
#include "steps/4_mask/label_formats.hpp"

namespace understudy::mask_import {
namespace {

using nlohmann::json;
constexpr int size = 64;

class Importing : public testing::Test {
 protected:
  void face(const std::string& name) {
    FaceInfo info;
    info.face_type = FaceType::whole;
    for (std::size_t k = 0; k < 68; ++k) info.landmarks[k] = {double(k % 9) * 6 + 4, double(k / 9) * 6 + 4};
    info.source_filename = name;
    ASSERT_TRUE(write_face_jpeg(folder_ / name, ImageU8(size, size, 3, 90), 90, info));
  }
  void grey(const std::string& name, std::uint8_t level) {
    ASSERT_TRUE(write_image(from_ / name, ImageU8(size, size, 1, level)));
  }
  void labelme(const std::string& name) {
    const LabelledPicture one{name, {size, size}, {{Polygon::Kind::include, {{5, 5}, {40, 5}, {40, 40}}}}};
    ASSERT_TRUE(write_text(from_ / name, labelme_json(one, "a.png").dump()));
  }
  json import() {
    const auto report = import_labels(folder_, from_, {}, run_);
    EXPECT_TRUE(report) << (report ? "" : to_sentence(report.error()));
    return report ? json::parse(*report) : json();
  }
  FaceInfo now(const std::string& name) const { return *read_face_info(folder_ / name); }
  int level(const std::string& name) const {  // of its mask; -1 without one
    const auto info = now(name);
    return info.xseg_mask ? decode_image(*info.xseg_mask)->data[0] : -1;
  }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path / "aligned", from_ = scratch_.path / "from";
  understudy::Run run_;
};

// Each kind is written first for half of the faces: whatever order a folder is read in, one of them would come out
// wrong.
TEST_F(Importing, TheMaskIsTheOneThatIsNamedSo) {
  for (int i = 0; i < 8; ++i) {
    const auto stem = fmt::format("{:05}_0", i);
    face(stem + ".jpg");
    if (i % 2 == 0) grey(stem + ".png", 77);
    grey(stem + "_mask.png", 255);
    if (i % 2 != 0) grey(stem + ".png", 77);
  }
  EXPECT_EQ(import()["changed"], 8);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(level(fmt::format("{:05}_0.jpg", i)), 255) << i;
}

TEST_F(Importing, APictureThatWasLabelledIsNoMask) {
  for (const char* name : {"a.jpg", "b.jpg", "c.jpg", "d.jpg", "d_mask.jpg"}) face(name);
  grey("a.png", 77);
  labelme("a.json");
  grey("b.png", 200);  // nothing else is said of b
  ImageU8 photograph(size, size, 3, 90);
  photograph.at(3, 3, 1) = 200;
  ASSERT_TRUE(write_image(from_ / "c.png", photograph));
  grey("d_mask.png", 255);  // and not the picture of d_mask
  const auto told = import();
  EXPECT_EQ(told["changed"], 3);
  EXPECT_EQ(told["skipped"], json({"c.jpg"}));
  EXPECT_EQ(level("a.jpg"), -1);
  EXPECT_EQ(now("a.jpg").polygons.size(), 1u);
  EXPECT_EQ(level("b.jpg"), 200);
  EXPECT_EQ(level("c.jpg"), -1);
  EXPECT_EQ(level("d.jpg"), 255);
  EXPECT_EQ(level("d_mask.jpg"), -1);
}

TEST_F(Importing, TheLongestNamesComeBackFromAnExport) {
  const std::string same(248, 'x');
  const std::vector<std::string> names{"person/" + same + "a.jpg", "person/" + same + "b.jpg",
                                       "other/" + same + "a.jpg"};
  for (const auto& name : names) {
    face(name);
    auto info = now(name);
    info.xseg_mask = *encode_mask(ImageU8(size, size, 1, 255));
    info.polygons = {{Polygon::Kind::include, {{5, 5}, {40, 5}, {40, 40}}}};
    const auto jpeg = with_face_info(*read_file(folder_ / name), info);
    ASSERT_TRUE(jpeg);
    ASSERT_TRUE(write_file(folder_ / name, *jpeg));
  }
  const auto exported = export_labels(folder_, from_, {}, run_);
  ASSERT_TRUE(exported) << to_sentence(exported.error());
  EXPECT_EQ(json::parse(*exported)["masks"], 3);
  EXPECT_EQ(import()["changed"], 0);  // they say what the faces say
  for (const auto& item : fs::recursive_directory_iterator(from_))
    if (item.path().string().ends_with("_mask.png")) {
      ASSERT_TRUE(write_image(item.path(), ImageU8(size, size, 1, 128)));
    }
  const auto told = import();
  EXPECT_EQ(told["changed"], 3);
  EXPECT_EQ(told["skipped"], json::array());
  for (const auto& name : names) EXPECT_EQ(level(name), 128);
}

}  // namespace
}  // namespace understudy::mask_import
