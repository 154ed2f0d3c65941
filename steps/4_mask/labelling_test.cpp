// SPDX-License-Identifier: Apache-2.0
// Documents of labels, and what a kill leaves of them: as if the disk had taken no more from some write on.
#include "steps/4_mask/labelling.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lib/base/scratch_folder.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr int faces = 4;

class Labelling : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < faces; ++i) {
      FaceInfo info;
      info.face_type = FaceType::whole;
      for (std::size_t k = 0; k < 68; ++k) info.landmarks[k] = {double(k), double(k % 9) + i};
      info.source_filename = name(i);
      ImageU8 picture(64, 64, 3, static_cast<std::uint8_t>(40 * i));
      ASSERT_TRUE(write_face_jpeg(folder_ / name(i), picture, 90, info));
    }
  }
  static std::string name(int i) { return fmt::format("{:05}_0.jpg", i + 1); }
  // A square in each of the first `count` faces.
  static json document(int count, const char* what = "squares") {
    json all{{"format", "understudy.labels"}, {"version", 1}, {"what", what}, {"faces", json::object()}};
    const json square{{"do", "add-polygon"},
                      {"kind", "include"},
                      {"points", json::array({{10, 10}, {50.25, 10}, {50, 50}, {10, 50}})}};
    for (int i = 0; i < count; ++i) all["faces"][name(i)] = json::array({square});
    return all;
  }
  json apply(const json& document) {
    const auto report = apply_labels(folder_, document, run_);
    EXPECT_TRUE(report) << to_sentence(report.error());
    return report ? json::parse(*report) : json();
  }
  std::vector<Bytes> bytes() {
    std::vector<Bytes> all;
    for (int i = 0; i < faces; ++i) all.push_back(*read_file(folder_ / name(i)));
    return all;
  }
  // Of each face how many polygons it has.
  std::vector<std::size_t> counts() {
    std::vector<std::size_t> all;
    for (int i = 0; i < faces; ++i) all.push_back(read_face_info(folder_ / name(i))->polygons.size());
    return all;
  }
  fs::path journal() const { return folder_ / ".understudy" / "labels" / "journal.jsonl"; }
  std::string without_last_line() {
    const auto text = *read_text(journal());
    return text.substr(0, text.rfind('\n', text.size() - 2) + 1);
  }
  void undo() {
    MaskLabelOptions options;
    options.undo = true;
    ASSERT_TRUE(label_faces(folder_, options, run_));
  }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
  understudy::Run run_;
};

using Counts = std::vector<std::size_t>;

TEST_F(Labelling, ADocumentIsOneChangeOfAllItsFacesOrOfNone) {
  const auto before = bytes();
  json bad = document(faces);
  bad["faces"][name(2)].push_back({{"do", "delete-polygon"}, {"polygon", 7}});
  EXPECT_FALSE(apply_labels(folder_, bad, run_));
  EXPECT_EQ(bytes(), before);
  EXPECT_FALSE(fs::exists(journal()));
  json twice = document(1);
  twice["faces"]["./" + name(0)] = twice["faces"][name(0)];
  EXPECT_FALSE(apply_labels(folder_, twice, run_));
  EXPECT_EQ(apply(document(faces))["changed"], faces);
  EXPECT_EQ(apply(document(2))["changed"], 2);  // the same again is one more
  EXPECT_EQ(counts(), (Counts{2, 2, 1, 1}));
  undo();
  undo();
  EXPECT_EQ(bytes(), before);
}

TEST_F(Labelling, AKilledDocumentIsFinishedAndNotDrawnTwice) {
  const auto before = bytes();
  apply(document(faces));
  const auto after = bytes();
  const auto killed = without_last_line();  // what says that it is done
  for (int written = 0; written <= faces; ++written) {
    ASSERT_TRUE(write_text(journal(), killed));
    for (int i = written; i < faces; ++i)
      ASSERT_TRUE(write_file(folder_ / name(i), before[static_cast<std::size_t>(i)]));
    EXPECT_EQ(apply(document(faces))["changed"], faces);
    EXPECT_EQ(bytes(), after) << written;
  }
  EXPECT_EQ(apply(document(faces))["changed"], faces);  // asked for again afterwards
  EXPECT_EQ(counts(), Counts(faces, 2));
  undo();
  EXPECT_EQ(bytes(), after);
}

TEST_F(Labelling, WhateverComesNextFinishesIt) {
  const auto before = bytes();
  apply(document(faces));
  const auto after = bytes();
  const auto killed = without_last_line();
  ASSERT_TRUE(write_text(journal(), killed));
  for (int i = 1; i < faces; ++i) ASSERT_TRUE(write_file(folder_ / name(i), before[static_cast<std::size_t>(i)]));
  EXPECT_EQ(apply(document(1, "another"))["changed"], 1);
  EXPECT_EQ(counts(), (Counts{2, 1, 1, 1}));
  undo();
  EXPECT_EQ(bytes(), after);
  // Or it is taken back, with whatever of it was done.
  ASSERT_TRUE(write_text(journal(), killed));
  ASSERT_TRUE(write_file(folder_ / name(3), before[3]));
  undo();
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(apply(document(faces))["changed"], faces);
  EXPECT_EQ(bytes(), after);
}

TEST_F(Labelling, WhatTheJournalDoesNotHoldWhollyWasNeverBegun) {
  const auto before = bytes();
  apply(document(1, "first"));
  const auto first = bytes();
  const auto sound = read_text(journal())->size();
  apply(document(faces));
  const auto after = bytes();
  const auto whole = without_last_line();
  for (std::size_t size = sound; size < whole.size(); size += 131) {
    for (int i = 0; i < faces; ++i) ASSERT_TRUE(write_file(folder_ / name(i), first[static_cast<std::size_t>(i)]));
    ASSERT_TRUE(write_text(journal(), whole.substr(0, size)));
    EXPECT_EQ(apply(document(faces))["changed"], faces) << size;
    EXPECT_EQ(bytes(), after) << size;
    undo();
    EXPECT_EQ(bytes(), first) << size;
    undo();
    EXPECT_EQ(bytes(), before) << size;
  }
}

TEST_F(Labelling, ADocumentOfAnotherTypeIsRefusedInASentence) {
  const auto before = bytes();
  for (const char* text :
       {R"({"format":"understudy.labels","version":"1","faces":{}})", R"({"format":1,"faces":{}})",
        R"({"format":null})", R"({"format":"understudy.labels","version":null,"faces":{}})",
        R"({"format":"understudy.labels","version":1.5})", R"({"format":"understudy.labels","version":1,"faces":[]})",
        R"([1])", R"("understudy.labels")", "null"}) {
    const auto refused = apply_labels(folder_, json::parse(text), run_);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, Code::bad_file) << text;
  }
  EXPECT_EQ(apply_labels(folder_, json::parse(R"({"format":"understudy.labels","version":2})"), run_).error().code,
            Code::newer_version);
  EXPECT_EQ(bytes(), before);
}

}  // namespace
}  // namespace understudy
